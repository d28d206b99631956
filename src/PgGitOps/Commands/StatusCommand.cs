using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Reporting.Status;
using PgGitOps.State;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>The fleet at a glance.</summary>
internal static class StatusCommand
{
    public static CommandDefinition Define() =>
        new(
            SourceSettings.AddTo(new Command("status", "The fleet at a glance: roles, replication, suspension, differences")),
            RunAsync
        );

    private static async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var format = invocation.Format(OutputFormat.Text, OutputFormat.Json);
        await using var engine = new Engine(invocation);
        return await FleetAtRevision.UseAsync(
            invocation,
            engine,
            null,
            async (fleet, _) =>
            {
                var clusters = FleetSelection.Of(invocation, fleet);
                var (snapshot, plan) = await engine.Route().LookAsync(fleet, clusters, invocation.Stopping);
                var beside = await engine.Suspensions.ReadAllAsync(fleet, clusters, invocation.Stopping);
                var report = new StatusReport(
                    fleet,
                    snapshot,
                    plan,
                    Promises(fleet, clusters, snapshot, invocation.Time.GetUtcNow(), engine.Memory.Lag),
                    invocation.Time.GetUtcNow(),
                    beside
                );
                invocation.Write(format == OutputFormat.Json ? report.Json() : report.Text(invocation.Color), report.Json);
                // What could not be read may be anything: never the code of "all is well".
                return plan.Clusters.Any(c => c.Unknowns.Count > 0 || c.Alert is not null) ? ExitCode.Error : ExitCode.Done;
            }
        );
    }

    private static IReadOnlyList<LiveContext> Promises(
        ValidFleet fleet,
        IReadOnlyList<string> clusters,
        FleetSnapshot snapshot,
        DateTimeOffset now,
        LagEvidence lag
    )
    {
        var ground = new ProofGround(fleet);
        return LiveProofs.Of(
            fleet,
            clusters.SelectMany(ground.PoliciesOf).OrderBy(p => p.Name, StringComparer.Ordinal).Select(ground.Prove),
            snapshot,
            now,
            lag
        );
    }
}
