using System.CommandLine;
using PgGitOps.Core.Ports;

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
        return OnPrimary.RunAsync(
            invocation,
            name,
            (store, fleet, cluster, primary) => store.ResumeAsync(fleet, cluster, primary, invocation.Stopping),
            outcome => outcome is StepOutcome.AlreadyTrue ? $"{name} was not suspended" : $"{name} is resumed");
    }
}
