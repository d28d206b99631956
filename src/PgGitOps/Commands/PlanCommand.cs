using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>What an apply would do, sealed into a file when asked for; against the live clusters, or a snapshot of them.</summary>
internal static class PlanCommand
{
    private static readonly Setting<string?> OutFile = new(
        "--out",
        "FILE",
        "Write the sealed plan for a later apply",
        t => t,
        null
    );
    private static readonly Setting<string?> SnapshotFile = new(
        "--snapshot",
        "FILE",
        "Plan against a snapshot instead of the live clusters",
        t => t,
        null
    );
    private static readonly Switch DetailedExitCode = new(
        "--detailed-exitcode",
        "End with 2 when the plan has steps or differences"
    );

    public static CommandDefinition Define() =>
        new(
            RuleSettings.AddTo(
                SourceSettings.AddTo(
                    new Command("plan", "Steps, hazards and reasons of what an apply would do")
                    {
                        OutFile.Option,
                        SnapshotFile.Option,
                        DetailedExitCode.Option,
                    }
                )
            ),
            RunAsync
        );

    private static async Task<ExitCode> RunAsync(Invocation invocation)
    {
        _ = invocation.Format(PlanOutput.Formats);
        await using var engine = new Engine(invocation);
        return await FleetAtRevision.UseAsync(
            invocation,
            engine,
            null,
            async (fleet, _) =>
            {
                var (plan, approved) = await MakeAsync(invocation, engine, fleet);
                PlanOutput.Write(invocation, plan, approved);
                if (OutFile.Read(invocation.Parsed) is { } path)
                {
                    Invocation.WriteFile(path, PlanOutput.Json(plan));
                    invocation.Say($"sealed plan {plan.Id[..10]} in {path}; carry it out with: pggitops apply {path}");
                }
                return PlanExit.Of(
                    plan,
                    DetailedExitCode.Read(invocation.Parsed),
                    !plan.IsEmpty
                        || plan.Clusters.Any(c => c.NotManaged.Count > 0)
                        || plan.Clusters.SelectMany(c => c.Changes).Any(c => c.Treatment != FieldTreatment.Ignore)
                );
            },
            byRules: true
        );
    }

    private static async Task<(Plan Plan, ApprovedPlan? Approved)> MakeAsync(
        Invocation invocation,
        Engine engine,
        ValidFleet fleet
    )
    {
        var clusters = FleetSelection.Of(invocation, fleet);
        var route = engine.Route();
        if (SnapshotFile.Read(invocation.Parsed) is { } path)
            return (route.PlanOf(fleet, SnapshotFiles.Read(invocation, path, clusters)), null);
        var (snapshot, plan) = await route.LookAsync(fleet, clusters, invocation.Stopping);
        return (plan, await engine.DecideAsync(fleet, snapshot, plan));
    }
}
