using System.Globalization;
using System.Runtime.InteropServices;

namespace PgGitOps.Providers.RuleHost.Jail;

/// <summary>How this executable is started once more, as launcher and as worker.</summary>
internal static class WorkerCommand
{
    private static string RuntimeRoot => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static string Application => Path.Combine(AppContext.BaseDirectory, "pggitops.dll");

    public static string[] Line(params string[] arguments) => [Path.Combine(RuntimeRoot, "dotnet"), "exec", Application, .. arguments];

    /// <summary>What the worker may read: the runtime, the program, the C library, where its own stack ends, and chance (the script engine draws a name).</summary>
    public static IReadOnlyList<string> Readable() =>
        [RuntimeRoot, AppContext.BaseDirectory, "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/proc/self/maps", "/dev/urandom"];

    /// <summary>The worker's whole environment: switches of the runtime, nothing of ours.</summary>
    public static IReadOnlyList<(string Name, string Value)> Variables(string role) =>
    [
        ("DOTNET_GCHeapHardLimit", WorkerLimits.Of(role).HeapBytes.ToString("X", CultureInfo.InvariantCulture)),
        ("DOTNET_gcServer", "0"),
        ("DOTNET_gcConcurrent", "0"),
        ("DOTNET_TieredPGO", "0"),
        ("DOTNET_EnableDiagnostics", "0"), // no debugger's socket
        ("DOTNET_EnableWriteXorExecute", "0"), // double mapping needs a file that grows
        ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"),
        ("DOTNET_NOLOGO", "1"),
    ];
}
