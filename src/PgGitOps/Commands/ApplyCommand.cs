using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Reporting.Passes;
using PgGitOps.Core.Reporting.Plans;
using PgGitOps.Reconciling;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>Carries out a sealed plan, exactly that one, or plans and carries out what the caller agrees to.</summary>
internal static class ApplyCommand
{
    private static readonly Argument<string?> PlanPath = new("PLAN")
    {
        Description = "Sealed plan of pggitops plan --out; without it a plan is made now",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private static readonly Switch Yes = new("--yes", "Agree to every step that loses nothing", "-y");
    private static readonly ListSetting Approve = new(
        "--approve",
        "PLANID",
        "Agree to this plan as a whole, removals included; at least ten digits of its id"
    );

    public static CommandDefinition Define() =>
        new(
            RuleSettings.AddTo(
                SourceSettings.AddTo(
                    new Command("apply", "Carry out a sealed plan, or plan and carry out with consent")
                    {
                        PlanPath,
                        Yes.Option,
                        Approve.Option,
                    }
                )
            ),
            RunAsync
        );

    private static async Task<ExitCode> RunAsync(Invocation invocation)
    {
        _ = invocation.Format(OutputFormat.Text, OutputFormat.Json);
        var approved = Approve.Read(invocation.Parsed);
        if (approved.FirstOrDefault(p => p.Length < Consent.DigitsMin) is { } tooShort)
            throw new UsageException(
                $"--approve: '{tooShort}' is too short for a plan id; give at least {Consent.DigitsMin} digits"
            );
        await using var engine = new Engine(invocation);
        return invocation.Parsed.GetValue(PlanPath) is { } path
            ? await ApplyFileAsync(invocation, engine, ReadPlan(invocation, path), approved)
            : await FleetAtRevision.UseAsync(
                invocation,
                engine,
                null,
                (fleet, _) => ApplyNowAsync(invocation, engine, fleet, approved),
                byRules: true
            );
    }

    private static Plan ReadPlan(Invocation invocation, string path) =>
        PlanFile.Read(NamedFile.Read(invocation, path)) switch
        {
            PlanFile.Sealed whole => whole.Plan,
            PlanFile.Broken broken => throw new UsageException(
                $"{path}: {broken.Reason}",
                "make it anew with pggitops plan --out"
            ),
            _ => throw new InvalidOperationException("PlanFile is closed"),
        };

    private static Task<ExitCode> ApplyFileAsync(
        Invocation invocation,
        Engine engine,
        Plan reviewed,
        IReadOnlyList<string> approved
    ) =>
        FleetAtRevision.UseAsync(
            invocation,
            engine,
            reviewed.Commit,
            async (fleet, _) =>
            {
                string[] clusters = [.. reviewed.Clusters.Select(c => c.Cluster).Where(c => fleet.FindCluster(c) is not null)];
                var route = engine.Route();
                var (snapshot, current) = await route.LookAsync(fleet, clusters, invocation.Stopping);
                if (Staleness(reviewed, current) is { Count: > 0 } moved)
                {
                    invocation.WriteError($"plan {Short(reviewed.Id)} is stale, nothing was done:");
                    foreach (var one in moved)
                        invocation.WriteError($"  {one}");
                    invocation.WriteError("  hint: plan again and review what is new");
                    return ExitCode.StalePlan;
                }
                // Handing over the file is consent to that plan's ordinary steps; what loses data asks for the id as well.
                var covers = approved.Any(p => reviewed.Id.StartsWith(p, StringComparison.OrdinalIgnoreCase));
                var order = Order(invocation, engine, new Consent(true, covers ? [reviewed.Id] : [])) with
                {
                    Agreed = new AgreedPlan(reviewed, Alone: true),
                };
                return Report(invocation, await route.ExecuteAsync(fleet, snapshot, current, order), reviewed.Id);
            },
            byRules: true
        );

    /// <summary>What moved, and steps that nobody reviewed.</summary>
    private static IReadOnlyList<string> Staleness(Plan reviewed, Plan current)
    {
        if (reviewed.Id == current.Id)
            return [];
        var known = reviewed.Clusters.SelectMany(c => c.Steps).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. StalePlan.Check(reviewed, current).Select(m => m.ToString()),
            .. current
                .Clusters.SelectMany(c => c.Steps)
                .Where(s => !known.Contains(s.Id))
                .Select(s => $"{s.Cluster}: a step that the plan does not hold: {s.Title}"),
        ];
    }

    private static async Task<ExitCode> ApplyNowAsync(
        Invocation invocation,
        Engine engine,
        ValidFleet fleet,
        IReadOnlyList<string> approved
    )
    {
        var route = engine.Route();
        var (snapshot, plan) = await route.LookAsync(fleet, FleetSelection.Of(invocation, fleet), invocation.Stopping);
        var consent = new Consent(Yes.Read(invocation.Parsed), [.. approved]);
        if (!plan.IsEmpty && !consent.Ordinary && !consent.Covers(plan.Id))
        {
            invocation.WriteError(PlanText.Render(plan).TrimEnd('\n'));
            if (approved.Count > 0)
            {
                invocation.WriteError($"the approved plan is not this one, which is {Short(plan.Id)}: something moved since");
                return ExitCode.StalePlan;
            }
            if (!Agreed(invocation, plan))
                return Unapproved(invocation, plan);
            consent = consent with { Ordinary = true };
        }
        // --yes speaks of every ordinary step; an answer to the question, or an id, of the plan that was shown.
        var order = Order(invocation, engine, consent) with
        {
            Agreed = new AgreedPlan(plan, Alone: !Yes.Read(invocation.Parsed)),
        };
        return Report(invocation, await route.ExecuteAsync(fleet, snapshot, plan, order), plan.Id);
    }

    private static bool Agreed(Invocation invocation, Plan plan)
    {
        if (Console.IsInputRedirected || Console.IsErrorRedirected)
            return false;
        invocation.Error.Write($"Carry out plan {Short(plan.Id)}? Only \"yes\" is accepted: ");
        return Console.In.ReadLine()?.Trim() == "yes";
    }

    private static ExitCode Unapproved(Invocation invocation, Plan plan)
    {
        invocation.WriteError($"approval needed: pggitops apply --approve {Short(plan.Id)}, or --yes for what loses nothing");
        return ExitCode.ApprovalNeeded;
    }

    private static ExitCode Report(Invocation invocation, PassResult pass, string planId)
    {
        invocation.Write(
            invocation.Format(OutputFormat.Text, OutputFormat.Json) == OutputFormat.Json
                ? PassReport.Json(pass)
                : PassReport.Text(pass),
            () => PassReport.Json(pass)
        );
        var exit = PassExit.Of(pass);
        if (pass.Clusters.Any(c => c.WaitsForApproval))
            invocation.WriteError($"approval needed for the steps that wait: --approve {Short(planId)}");
        return exit;
    }

    private static PassOrder Order(Invocation invocation, Engine engine, Consent consent) =>
        new()
        {
            Consent = consent,
            Insists = true,
            Listener = engine.Progress(),
            Patience = PassOrder.OnePass,
            Command = "apply",
            Repository = invocation.Repository,
            Stopping = invocation.Stopping,
            Abort = invocation.Shutdown.Abort,
        };

    private static string Short(string id) => id[..Consent.DigitsMin];
}
