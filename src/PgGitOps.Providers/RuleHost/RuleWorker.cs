using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PgGitOps.Providers.RuleHost.Jail;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>The executable's hidden verbs: the launcher that builds the jail, and the worker born in it.</summary>
public static class RuleWorker
{
    public static bool IsWorker(string[] arguments) => arguments is [JailLauncher.Verb, _, _, _, _] or [WorkerProgram.Verb, _, _];

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2026",
        Justification = "A native program, and only such a one is trimmed, does not come to it."
    )]
    public static int Run(string[] arguments)
    {
        if (arguments[0] == JailLauncher.Verb)
            return JailLauncher.Run(arguments);
        // What loads and compiles code is left out of a native program, because this is known when it is built.
        if (!RuntimeFeature.IsDynamicCodeSupported)
            throw new InvalidOperationException("A native program cannot be the worker.");
        return WorkerProgram.Run(arguments);
    }
}
