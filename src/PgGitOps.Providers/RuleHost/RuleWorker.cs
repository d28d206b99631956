using PgGitOps.Providers.RuleHost.Jail;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>The executable's hidden verbs: the launcher that builds the jail, and the worker born in it.</summary>
public static class RuleWorker
{
    public static bool IsWorker(string[] arguments) => arguments is [JailLauncher.Verb or WorkerProgram.Verb, _, _];

    public static int Run(string[] arguments) => arguments[0] == JailLauncher.Verb ? JailLauncher.Run(arguments) : WorkerProgram.Run(arguments);
}
