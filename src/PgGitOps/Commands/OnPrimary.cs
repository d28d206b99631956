using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting;
using PgGitOps.Providers.Postgres.Writing;
using PgGitOps.Reconciling;

namespace PgGitOps.Commands;

/// <summary>Finds the primary of one cluster and writes a suspension there.</summary>
internal static class OnPrimary
{
    public static async Task<ExitCode> RunAsync(
        Invocation invocation, string name, Func<SuspensionStore, ValidFleet, Cluster, Member, Task<StepOutcome>> act, Func<StepOutcome, string> say)
    {
        await using var engine = new Engine(invocation);
        return await FleetAtRevision.UseAsync(invocation, engine, null, async (fleet, _) =>
        {
            var cluster = fleet.FindCluster(name)
                ?? throw new UsageException($"there is no cluster '{name}' at {fleet.Revision.CommitId}", $"clusters are {string.Join(", ", fleet.Clusters.Select(c => c.Name))}");
            var snapshot = await engine.Observer.ObserveAsync(fleet, [name], invocation.Stopping).ConfigureAwait(false);
            string[] primaries = [.. snapshot.Find(name)!.Primaries.Select(p => p.Name)];
            if (primaries is not [var primary])
            {
                invocation.Complain(primaries.Length == 0 ? $"no primary of {name} could be reached" : $"{name} has more than one primary: {string.Join(", ", primaries)}");
                return ExitCode.Error;
            }
            var outcome = await act(new SuspensionStore(engine.Secrets), fleet, cluster, cluster.FindMember(primary)!).ConfigureAwait(false);
            if (!OutcomeText.Holds(outcome))
            {
                invocation.Complain($"{name}: {OutcomeText.Word(outcome)}: {VisibleText.Lines(OutcomeText.Reason(outcome) ?? "", 6)}");
                return ExitCode.Error;
            }
            invocation.WriteOut(say(outcome));
            return ExitCode.Done;
        }).ConfigureAwait(false);
    }
}
