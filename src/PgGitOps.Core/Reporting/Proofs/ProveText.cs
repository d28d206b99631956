using System.Text;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Verdicts;

namespace PgGitOps.Core.Reporting.Proofs;

/// <summary>A proof for a terminal: the matrix first, then what needs attention.</summary>
public static class ProveText
{
    public static string Of(FleetProof proof, bool details = false)
    {
        var text = new StringBuilder();
        if (proof.Contexts.Count == 0)
            return "no context declares a recovery policy\n";
        Matrix(proof, text);
        text.Append(
            "\n+ holds   ~ unproven   ? unknown   X impossible   . not claimed;   the figure is the worst-case data loss\n"
        );
        foreach (var context in proof.Contexts)
            Describe(context, details, text);
        return text.ToString();
    }

    internal static string ShortTitle(FailureScenario scenario) =>
        scenario switch
        {
            FailureScenario.ProcessCrash => "crash",
            FailureScenario.NodeLoss => "node",
            FailureScenario.TwoNodeLoss => "2 nodes",
            FailureScenario.DomainLoss => "domain",
            FailureScenario.DomainsLoss => "domains",
            FailureScenario.FaultsAtOnce => "faults",
            FailureScenario.SiteLoss => "site",
            FailureScenario.Partition => "partition",
            FailureScenario.OperatorMistake => "mistake",
            FailureScenario.SilentCorruption => "corrupt",
            FailureScenario.RepositoryLoss => "repo",
            FailureScenario.Maintenance => "maint",
        };

    internal static char Mark(Verdict verdict) =>
        verdict switch
        {
            Verdict.NotClaimed => '.',
            Verdict.Holds or Verdict.Met => '+',
            Verdict.Unproven => '~',
            Verdict.Unknown => '?',
            Verdict.AtRisk => '!',
            Verdict.Impossible or Verdict.Breached => 'X',
        };

    internal static string LossCell(Loss loss) =>
        loss.Kind switch
        {
            LossKind.None => "0",
            LossKind.Unbounded => "unbounded",
            LossKind.Bounded => loss.Duration is { } d ? Amounts.Round(d)
            : loss.Bytes is { } b ? Amounts.Round(b)
            : "bound",
        };

    private static void Matrix(FleetProof proof, StringBuilder text)
    {
        var scenarios = FailureScenarios.All.Where(s => proof.Contexts.Any(c => c.Find(s) is not null)).ToArray();
        var rows = new List<string[]> { (string[])["context", .. scenarios.Select(ShortTitle)] };
        rows.AddRange(
            proof.Contexts.Select(c =>
                (string[])
                    [
                        c.Name,
                        .. scenarios.Select(s =>
                            c.Find(s) is { } cell ? $"{Mark(cell.Verdict)} {LossCell(cell.Guaranteed)}" : ""
                        ),
                    ]
            )
        );
        var widths = Enumerable.Range(0, scenarios.Length + 1).Select(i => rows.Max(r => r[i].Length)).ToArray();
        foreach (var row in rows)
            text.Append(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()).Append('\n');
    }

    private static void Describe(ContextProof context, bool details, StringBuilder text)
    {
        if (context.Topology is null)
        {
            text.Append(
                $"\n{context.Name}: nothing can be proven, the topology of cluster {context.Policy.Cluster.Value} cannot be resolved\n"
            );
            return;
        }
        var shown = context
            .Scenarios.Where(s =>
                details
                || s.Verdict is not (Verdict.Holds or Verdict.Met or Verdict.NotClaimed or Verdict.Unproven) && !IsNotEnforced(s)
            )
            .ToArray();
        var unproven = details ? [] : context.Scenarios.Where(s => s.Verdict == Verdict.Unproven).ToArray();
        var open = details ? [] : context.Scenarios.Where(IsNotEnforced).ToArray();
        if (shown.Length + unproven.Length + open.Length == 0)
            return;
        text.Append($"\n{context.Name} on {context.Cluster!.Name}: {context.Verdict.Title()}\n");
        foreach (var cell in shown)
        {
            text.Append($"  {Mark(cell.Verdict)} {cell.Scenario.Title()}: {cell.Verdict.Title()}\n");
            text.Append(
                $"      loss {cell.Guaranteed}{(cell.Nominal.CompareTo(cell.Guaranteed) == 0 ? "" : $" ({cell.Nominal} while every standby is connected)")}{Limit(cell.Claim.LossLimit)}\n"
            );
            text.Append($"      outage {cell.Outage}{Limit(cell.Claim.OutageLimit)}\n");
            if (cell.Path is { } path)
                text.Append($"      path: {path.Description}\n");
            if (cell.LosesLeast is { } least && cell.BackFirst is { } first && least != first)
                text.Append(
                    $"      loses least: {least.Description} ({least.Guaranteed}); back first: {first.Description} ({first.Outage.Short})\n"
                );
            if (cell.Counterexample is { } counterexample)
                text.Append($"      counterexample: {counterexample.Text}\n");
            if (cell.OtherCounterexample is { } other)
                text.Append($"      and: {other.Text}\n");
            foreach (var reason in cell.NotEnforced)
                text.Append($"      not enforced: {reason}\n");
        }
        foreach (var group in open.GroupBy(s => string.Join("; ", s.NotEnforced)))
            text.Append($"  ? unknown, {group.Key}: {string.Join(", ", group.Select(s => s.Scenario.Title()))}\n");
        // What is neither proven nor refuted is the usual state of a healthy fleet before its drills: one line, and the details on request.
        foreach (var group in unproven.GroupBy(Reason))
            text.Append($"  ~ unproven, {group.Key}: {string.Join(", ", group.Select(s => s.Scenario.Title()))}\n");
        if (!details)
            return;
        text.Append("  under these assumptions:\n");
        foreach (var assumption in context.Assumptions)
            text.Append($"    - {assumption}\n");
    }

    /// <summary>Nothing but the want of somebody who enforces it keeps the cell from a verdict.</summary>
    private static bool IsNotEnforced(ScenarioProof cell) => cell is { Verdict: Verdict.Unknown, NotEnforced.Count: > 0 };

    private static string Reason(ScenarioProof cell) =>
        cell switch
        {
            { Claim.Scope: ClaimScope.PointInTime } => "no restore was tried",
            { LossVerdict: Verdict.Unproven } => "the loss is a lag to be watched",
            _ => "the outage rests on guessed times",
        };

    private static string Limit(TimeSpan? limit) =>
        limit is { } l
            ? l == TimeSpan.Zero
                ? "; objective: none"
                : $"; objective: at most {Amounts.Round(l)}"
            : "";
}
