using PgGitOps.Core.Observed;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Passes;
using PgGitOps.Core.Sources;
using PgGitOps.Executing;

namespace PgGitOps.Reconciling;

/// <summary>What a pass came to for one cluster, before anybody knows since when.</summary>
/// <inheritdoc cref="ClusterCondition"/>
internal sealed record PassCondition(ConditionReason Reason, string Message, EquatableArray<string> Concerns)
{
    private const int NamedMax = 3;

    /// <param name="standing">The last plan of it.</param>
    /// <param name="suspended">By whom, until when and why; null where it is not.</param>
    /// <returns>Null for a pass that was told to stop: it tells nothing new.</returns>
    public static PassCondition? Of(ClusterResult result, ClusterPlan standing, ClusterWork work, string? suspended)
    {
        var words = PassReport.Words(result);
        if (result.Reason is null && result.Unsuccessful.FirstOrDefault() is { } first)
            words += $": {first.Step.Title}: {OutcomeText.Reason(first.Outcome)}";
        if (suspended is not null)
            return new(ConditionReason.Suspended, result.Reason == suspended ? words : $"{suspended}; {words}", []);
        return result.Ending switch
        {
            ClusterEnding.InSync or ClusterEnding.Applied => Settled(words, standing),
            ClusterEnding.Waiting => new(
                result.WaitsForApproval ? ConditionReason.WaitsForApproval : ConditionReason.WaitsForWindow,
                words,
                Steps(result.Unsuccessful)
            ),
            ClusterEnding.Short when Shortfall.Of(standing).ToArray() is { Length: > 0 } missing => new(
                ConditionReason.NotAsDeclared,
                words,
                Keys(missing)
            ),
            ClusterEnding.Short => new(ConditionReason.NotManaged, words, Ordered(standing.NotManaged.Select(p => p.What))),
            ClusterEnding.Degraded => new(
                ConditionReason.NoEffect,
                words,
                Ordered(work.WithoutEffect.Keys.Concat(result.InVain))
            ),
            ClusterEnding.Stopped
                when result.Unsuccessful.Where(s => s.Outcome is not StepOutcome.Skipped).ToArray() is { Length: > 0 } failed =>
                new(ConditionReason.StepFailed, words, Steps(failed)),
            ClusterEnding.Stopped => new(ConditionReason.RunBrokenOff, words, []),
            ClusterEnding.Locked => new(ConditionReason.LockHeld, words, []),
            ClusterEnding.Refused => new(Refused(standing.Alert), words, Ordered(standing.Refusals.Select(r => r.RuleId))),
            ClusterEnding.Stale => new(ConditionReason.PlanStale, words, []),
            ClusterEnding.Unreachable => new(
                ConditionReason.Unreachable,
                words,
                Ordered(work.Snapshot.Members.Where(m => m.Server is Observation<ServerFacts>.Unreadable).Select(m => m.Name))
            ),
            ClusterEnding.Interrupted => null,
        };
    }

    private static PassCondition Settled(string words, ClusterPlan standing)
    {
        if (standing.Steps.Count > 0)
            return new(
                ConditionReason.StepsLeft,
                $"{words}; still to do: {Some(standing.Steps.Select(s => s.Title))}",
                Ordered(standing.Steps.Select(s => s.Id))
            );
        if (PassReport.Open(standing) is { Count: > 0 } open)
            return new(ConditionReason.NotEnforced, $"{words}; not acted on: {Some(open.Select(PassReport.Label))}", Keys(open));
        if (PassReport.Dangers(standing) is { Count: > 0 } dangers)
            return new(
                ConditionReason.Undeclared,
                $"{words}; dangerous: {Some(dangers.Select(PassReport.Label))}",
                Keys(dangers)
            );
        // Whether this pass brought it there is told by its steps.
        return new(ConditionReason.InSync, "in sync", []);
    }

    private static ConditionReason Refused(ClusterAlert? alert) =>
        alert?.Kind switch
        {
            ClusterAlertKind.NoPrimary => ConditionReason.NoPrimary,
            ClusterAlertKind.TwoHistories => ConditionReason.TwoHistories,
            ClusterAlertKind.Missing => ConditionReason.ClusterMissing,
            null => ConditionReason.PlanRefused,
        };

    private static EquatableArray<string> Steps(IEnumerable<StepResult> steps) => Ordered(steps.Select(s => s.Step.Id));

    private static EquatableArray<string> Keys(IEnumerable<Change> changes) => Ordered(changes.Select(c => c.Key.ToString()));

    private static EquatableArray<string> Ordered(IEnumerable<string> ids) =>
        ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToEquatableArray();

    private static string Some(IEnumerable<string> all) =>
        all.ToArray() is var named && named.Length > NamedMax
            ? $"{string.Join("; ", named.Take(NamedMax))}; …"
            : string.Join("; ", named);
}
