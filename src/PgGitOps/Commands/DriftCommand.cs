using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Reporting.Drift;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>What differs between Git and the clusters, since when, and what will be done about it.</summary>
internal static class DriftCommand
{
    private static readonly Switch DetailedExitCode = new("--detailed-exitcode", "End with 2 when something differs");

    public static CommandDefinition Define() =>
        new(
            RuleSettings.AddTo(
                SourceSettings.AddTo(
                    new Command("drift", "What differs, since when, and what will be done about it") { DetailedExitCode.Option }
                )
            ),
            RunAsync
        );

    private static async Task<ExitCode> RunAsync(Invocation invocation)
    {
        _ = invocation.Format(DriftOutput.Formats);
        await using var engine = new Engine(invocation);
        return await FleetAtRevision.UseAsync(
            invocation,
            engine,
            null,
            async (fleet, tree) =>
            {
                var rules = LiveRules.Begin(engine, fleet, tree);
                var route = engine.Route();
                var (snapshot, plan) = await route.LookAsync(fleet, FleetSelection.Of(invocation, fleet), invocation.Stopping);
                // What the loop would do with it: the mode's own consent.
                var approved = await engine.DecideAsync(fleet, snapshot, plan);
                var now = invocation.Time.GetUtcNow();
                var said = rules?.Ask(now, LiveProofs.Of(fleet, snapshot, now, route.Lag), snapshot.Clusters);
                DriftOutput.Write(invocation, DriftReport.Of(approved, snapshot, route.Drift.Since) with { Rules = said });
                var differs =
                    plan.Clusters.SelectMany(c => c.Changes).Any(c => c.Treatment != FieldTreatment.Ignore)
                    || plan.Clusters.Any(c => c.NotManaged.Count > 0);
                return LiveRules.Weigh(PlanExit.Of(plan, DetailedExitCode.Read(invocation.Parsed), differs), said);
            }
        );
    }
}
