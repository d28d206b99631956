using System.Globalization;

namespace PgGitOps.Providers.RuleHost.Jail;

/// <summary>How this program is started once more, as launcher and as worker.</summary>
internal static class WorkerCommand
{
    /// <summary>What the launcher becomes.</summary>
    public const string Verb = "rule-worker";

    /// <summary>The launcher: this very program, which as machine code is there in no time.</summary>
    public static string[] Launcher(ManagedProgram program, params string[] arguments) =>
        ManagedProgram.IsNative
            ? [Environment.ProcessPath!, .. arguments, program.RuntimeRoot]
            : Managed(program, [.. arguments, program.RuntimeRoot]);

    public static string[] Worker(ManagedProgram program, params string[] arguments) => Managed(program, arguments);

    private static string[] Managed(ManagedProgram program, string[] arguments) =>
        [program.DotNet, "exec", program.Assembly, .. arguments];

    /// <summary>What the worker may read: the runtime, the program, the C library, where its own stack ends, and chance (the script engine draws a name).</summary>
    public static IReadOnlyList<string> Readable(ManagedProgram program) =>
        [
            program.RuntimeRoot,
            program.Directory,
            "/lib",
            "/lib64",
            "/usr/lib",
            "/usr/lib64",
            "/etc/ld.so.cache",
            "/proc/self/maps",
            "/dev/urandom",
        ];

    /// <summary>The worker's whole environment: switches of the runtime, nothing of ours.</summary>
    public static IReadOnlyList<(string Name, string Value)> Variables(string role) =>
        [
            ("DOTNET_GCHeapHardLimit", WorkerLimits.Of(role).HeapBytes.ToString("X", CultureInfo.InvariantCulture)),
            // Documents stay and what is made of them dies at once: a small young generation costs no time and saves half of the memory.
            ("DOTNET_GCGen0MaxBudget", WorkerLimits.Of(role).YoungBytes.ToString("X", CultureInfo.InvariantCulture)),
            ("DOTNET_gcServer", "0"),
            ("DOTNET_gcConcurrent", "0"),
            ("DOTNET_TieredPGO", "0"),
            ("DOTNET_EnableDiagnostics", "0"), // no debugger's socket
            ("DOTNET_EnableWriteXorExecute", "0"), // double mapping needs a file that grows
            ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"),
            ("DOTNET_NOLOGO", "1"),
        ];
}
