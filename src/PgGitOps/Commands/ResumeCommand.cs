using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Settings;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>Ends a suspension before its time.</summary>
internal static class ResumeCommand
{
    private static readonly Argument<string> ClusterArgument = new("CLUSTER") { Description = "Cluster to resume" };

    public static CommandDefinition Define() =>
        new(SourceSettings.AddTo(new Command("resume", "End the suspension of a cluster") { ClusterArgument }), RunAsync);

    private static Task<ExitCode> RunAsync(Invocation invocation)
    {
        var name = invocation.Parsed.GetRequiredValue(ClusterArgument);
        return SuspensionRun.UseAsync(invocation, name, run => run.ResumeAsync());
    }
}
