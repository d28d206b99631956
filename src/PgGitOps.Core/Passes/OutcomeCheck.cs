using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Kinds;
using PgGitOps.Core.Ports;

namespace PgGitOps.Core.Passes;

/// <summary>What a doubtful step came to, told by planning its cluster again, and by nothing but what that plan saw.</summary>
/// <remarks>That a plan does not hold the step is no proof: it may refuse, be blocked, or have another shape since.</remarks>
public static class OutcomeCheck
{
    public static OutcomeCheckVerdict At(Step step, ClusterPlan? plan) =>
        At(step.Id, [.. step.Effects.Select(JournaledEffect.Of)], plan);

    /// <param name="effects">Values that the step was to bring about; empty for a step without any, or of a journal that did not keep them.</param>
    /// <param name="plan">The new plan of the step's cluster, or null when it could not be read.</param>
    public static OutcomeCheckVerdict At(string stepId, IReadOnlyCollection<JournaledEffect> effects, ClusterPlan? plan)
    {
        if (plan is null)
            return OutcomeCheckVerdict.Unknown;
        if (effects.Count == 0)
        {
            if (plan.Steps.Any(s => s.Id == stepId))
                return OutcomeCheckVerdict.DidNotHappen;
            // Without a value to look for only a plan that speaks of everything tells something by its silence.
            return plan.Unknowns.Count == 0 && plan.Refusals.Count == 0
                ? OutcomeCheckVerdict.Happened
                : OutcomeCheckVerdict.Unknown;
        }
        var reads = plan.Reads.ToDictionary(r => (r.Key.Object, r.Key.Field), r => r.Canonical);
        var isPlanned = plan.Steps.Any(s => s.Id == stepId);
        var tellsAll = plan.Unknowns.Count == 0 && plan.Refusals.Count == 0;
        var verdict = OutcomeCheckVerdict.Happened;
        foreach (var effect in Principal(effects))
        {
            var isRead = reads.TryGetValue((ObjectText.Parse(effect.Object), Field.Parse(effect.Field)), out var now);
            if (isRead && string.Equals(JournaledEffect.Written(now), effect.Value, StringComparison.Ordinal))
                continue;
            // One value that is readable and another one shows that the step as a whole is not in effect.
            if (isPlanned || (isRead && effect.Value is not null))
                return OutcomeCheckVerdict.DidNotHappen;
            // What was to be gone, or back at its default: it is not read any more, or read with a value that the step did not name.
            if (effect.Value is not null || !tellsAll)
                verdict = OutcomeCheckVerdict.Unknown;
        }
        return verdict;
    }

    /// <summary>That an object or a server is there says it all: what else it was to have is told by other values of its own.</summary>
    private static IEnumerable<JournaledEffect> Principal(IReadOnlyCollection<JournaledEffect> effects) =>
        effects.Any(IsPresence) ? effects.Where(IsPresence) : effects.Where(e => Field.Parse(e.Field) != Field.Streaming);

    private static bool IsPresence(JournaledEffect effect) =>
        Field.Parse(effect.Field) is var field && (field == Field.Exists || field == Field.Running);

    public static string Word(OutcomeCheckVerdict verdict) =>
        verdict switch
        {
            OutcomeCheckVerdict.Happened => "applied",
            OutcomeCheckVerdict.DidNotHappen => "not applied",
            OutcomeCheckVerdict.Unknown => "unknown",
        };
}
