using PgGitOps.Core.Approving;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Reporting.Plans;

namespace PgGitOps.Executing;

/// <summary>The steps of one cluster in the plan's order, and what may not be tried because of what came before.</summary>
/// <param name="work">As decided; its steps are taken as they are.</param>
internal sealed class RunQueue(ClusterWork work)
{
    private readonly List<(Step Step, string Word)> failed = [];
    private readonly List<Step> missing = [];

    /// <summary>At least one step would be tried.</summary>
    public bool AnyRuns
    {
        get
        {
            var queue = new RunQueue(work);
            return work.Approval.Steps.Any(s => queue.WhyNot(s.Step, s.Verdict) is null);
        }
    }

    /// <summary>A step that was not repeated, since its effect did not show before.</summary>
    public bool HeldInVain { get; private set; }

    /// <summary>Why a step is not tried, or null when it is; to be asked once of each step, in the plan's order.</summary>
    public string? WhyNot(Step step, StepVerdict verdict)
    {
        // A step that waits for a window or an approval holds back what depends on it; the verdicts know that already.
        if (PlanWords.WhyNot(verdict) is { } waits)
            return waits;
        if (work.WithoutRunner.TryGetValue(step.Id, out var nobody))
        {
            Failed(step, "refused");
            return nobody;
        }
        var why = Blocked(step);
        if (why is null && work.WithoutEffect.TryGetValue(step.Id, out var seen))
        {
            HeldInVain = true;
            why = seen;
        }
        if (why is not null)
            missing.Add(step);
        return why;
    }

    /// <param name="word">How it ended.</param>
    public void Failed(Step step, string word) => failed.Add((step, word));

    /// <summary>A step that was to run and is not tried after all.</summary>
    public void Missing(Step step) => missing.Add(step);

    private string? Blocked(Step step)
    {
        if (failed.FirstOrDefault(f => HeldBack.ByFailure(f.Step, step)) is { Step: { } cause, Word: var word })
            return $"after {cause.Title} ({word})";
        return missing.FirstOrDefault(m => HeldBack.ByAbsence(m, step)) is { } before ? $"waits for {before.Id}" : null;
    }
}
