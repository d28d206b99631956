using System.Runtime.InteropServices;

namespace PgGitOps.Providers.RuleHost.Jail;

/// <summary>Landlock: the process and all it becomes may read and execute what lies below a few directories, and nothing else.</summary>
internal static class FileJail
{
    private const ulong Execute = 1,
        ReadFile = 4,
        ReadDirectory = 8;

    [StructLayout(LayoutKind.Sequential)]
    private struct Rules
    {
        public ulong Files;
        public ulong Network;
        public ulong Scope;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct BelowPath
    {
        public ulong Allowed;
        public int Parent;
    }

    /// <summary>The kernel's version of Landlock, or 0 where there is none.</summary>
    public static int Version() => (int)Math.Max(0, Kernel.Call(Kernel.Landlock, 0, 0, 1, 0));

    public static unsafe void Enter(IEnumerable<string> readable, int version)
    {
        if (version < 1)
            throw new JailUnavailable(
                "the kernel has no Landlock (Linux 5.13 or newer, not switched off by lsm=, and allowed by the container)"
            );
        var rules = new Rules
        {
            Files = version switch
            {
                1 => 0x1FFF,
                2 => 0x3FFF,
                3 or 4 => 0x7FFF,
                _ => 0xFFFF,
            },
            Network = version >= 4 ? 3u : 0,
            Scope = version >= 6 ? 3u : 0,
        };
        var size = version switch
        {
            < 4 => 8,
            < 6 => 16,
            _ => 24,
        };
        var set = (int)Kernel.Call(Kernel.Landlock, (nint)(&rules), size, 0, 0);
        if (set < 0)
            throw new JailUnavailable($"Landlock refused its rules (error {Marshal.GetLastPInvokeError()})");
        foreach (var path in readable)
        {
            var parent = Kernel.Open(path, Kernel.PathOnly);
            if (parent < 0)
                continue;
            var isDirectory = Directory.Exists(path);
            var below = new BelowPath { Allowed = isDirectory ? Execute | ReadFile | ReadDirectory : ReadFile, Parent = parent };
            if (Kernel.Call(Kernel.LandlockAddRule, set, 1, (nint)(&below), 0) != 0)
                throw new JailUnavailable($"Landlock refused {path} (error {Marshal.GetLastPInvokeError()})");
            _ = Kernel.Close(parent);
        }
        if (Kernel.Call(Kernel.LandlockRestrictSelf, set, 0, 0, 0) != 0)
            throw new JailUnavailable($"Landlock could not be entered (error {Marshal.GetLastPInvokeError()})");
        _ = Kernel.Close(set);
    }
}
