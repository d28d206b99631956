using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Commands;
using PgGitOps.Providers.RuleHost;

StandardDescriptors.Reserve();
using var stdout = new OutputWriter(Console.OpenStandardOutput, isSafe: true);
using var stderr = new OutputWriter(Console.OpenStandardError, isSafe: false);

// The version is asked for by scripts in loops: answered before anything else is loaded.
if (args is ["--version"])
{
    stdout.WriteLine(VersionCommand.Version);
    return CommandTree.End(stdout, stderr, 0);
}

// The worker of C# rules is this executable once more, inside a jail; it must not load what the commands need.
if (RuleWorker.IsWorker(args))
    return RuleWorker.Run(args);

return await CommandTree.RunAsync(args, stdout, stderr, TimeProvider.System);
