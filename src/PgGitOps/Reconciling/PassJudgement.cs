using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Plans;

namespace PgGitOps.Reconciling;

/// <summary>How a cluster stands after a run, told by the last plan of it.</summary>
internal static class PassJudgement
{
    /// <summary>What the plan could not speak of makes a cluster worse than its steps say.</summary>
    public static ClusterResult Of(ClusterResult result, ClusterPlan plan)
    {
        if (
            result.Ending
            is not (ClusterEnding.InSync or ClusterEnding.Applied or ClusterEnding.Waiting or ClusterEnding.Degraded)
        )
            return result;
        // Whose data these are is no question of reachability, whatever could not be read because of it.
        if (
            plan
                .Refusals.Where(r =>
                    r.RuleId
                        is PlanRule.TwoPrimaries
                            or PlanRule.WrongServer
                            or PlanRule.OutdatedPrimary
                            or PlanRule.ArchiveUnanswered
                            or PlanRule.WouldForkCluster
                            or PlanRule.ClusterMissing
                            or PlanRule.FormerPrimary
                            or PlanRule.FoundMember
                            or PlanRule.NobodyIsPrimary
                )
                .ToArray() is
            { Length: > 0 } grave
        )
            return result with { Ending = ClusterEnding.Refused, Reason = Words(grave) };
        // First what is not known: most refusals beside it only follow from it.
        if (plan.Unknowns.Count > 0)
            return result with { Ending = ClusterEnding.Unreachable, Reason = string.Join("; ", plan.Unknowns) };
        if (plan.Refusals.Count > 0)
            return result with { Ending = ClusterEnding.Refused, Reason = Words(plan.Refusals) };
        string[] missing = [.. Shortfall.Of(plan).Select(Words), .. plan.NotManaged.Select(p => p.ToString())];
        return result.Ending is ClusterEnding.InSync or ClusterEnding.Applied && missing.Length > 0
            ? result with
            {
                Ending = ClusterEnding.Short,
                Reason = string.Join("; ", missing),
            }
            : result;
    }

    /// <summary>Steps that were done and that the plan made after them asks for again, as it holds them, each with what was seen.</summary>
    public static IEnumerable<(Step Step, string Seen)> WithoutEffect(ClusterResult result, ClusterPlan after)
    {
        foreach (var done in result.Steps.Where(s => s.Outcome is StepOutcome.Done).Select(s => s.Step))
        {
            if (
                after.Steps.FirstOrDefault(s => s.Id == done.Id) is { } again
                && again.Action == done.Action
                && again.Effects == done.Effects
            )
                yield return (again, Seen(again, after));
        }
    }

    public static ClusterResult Degraded(ClusterResult result, Step step, string seen)
    {
        var words = $"{step.Title}: done, and its effect did not show: {seen}";
        return result with
        {
            // A failed step says more about what to do; that another had no effect is told beside it.
            Ending = result.Ending is ClusterEnding.Applied or ClusterEnding.Waiting ? ClusterEnding.Degraded : result.Ending,
            Reason = result.Reason is null ? words : $"{result.Reason}; {words}",
            InVain = [.. result.InVain, step.Id],
        };
    }

    private static string Seen(Step step, ClusterPlan plan)
    {
        var keys = step.Effects.Select(e => e.Key).ToHashSet();
        string[] words = [.. plan.Changes.Where(c => keys.Contains(c.Key)).Select(Words)];
        return words.Length == 0 ? "the plan made after it asks for it again" : string.Join("; ", words);
    }

    private static string Words(Change change) =>
        $"{PlanWords.Label(change.Key)}: {change.Danger ?? $"{PlanWords.Show(change.Key, change.Live)}, wanted {PlanWords.Show(change.Key, change.Desired)}"}";

    private static string Words(IEnumerable<Refusal> refusals) =>
        string.Join("; ", refusals.Select(r => $"{r.RuleId}: {r.Message}"));
}
