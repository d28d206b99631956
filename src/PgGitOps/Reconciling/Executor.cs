using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;

namespace PgGitOps.Reconciling;

/// <summary>Carries out approved steps: clusters in parallel, the steps of one cluster one after the other in the plan's order.</summary>
/// <remarks>A failed step ends the work on its cluster and on no other. Nothing is tried twice: after a doubt it looks again.</remarks>
/// <param name="lookAgain">Observes one cluster and plans it anew; null when it could not be read.</param>
internal sealed class Executor(IClusterGate gate, IJournal journal, Func<string, CancellationToken, Task<ClusterPlan?>> lookAgain, IExecutionFollower follower, string commit)
{
    /// <param name="stopping">No new step is begun once it is cancelled.</param>
    /// <param name="abort">Breaks off the step in hand.</param>
    public async Task<IReadOnlyList<ClusterResult>> ExecuteAsync(ValidFleet fleet, IReadOnlyCollection<ClusterWork> work, CancellationToken stopping, CancellationToken abort)
    {
        var results = await Task.WhenAll(work.Select(w => Task.Run(() => ExecuteAsync(fleet, w, stopping, abort), CancellationToken.None))).ConfigureAwait(false);
        return [.. results.OrderBy(r => r.Cluster, StringComparer.Ordinal)];
    }

    /// <summary>The result of a cluster where nothing can be done now.</summary>
    public static ClusterResult WithoutSteps(ClusterWork work)
    {
        var name = work.Cluster.Name;
        if (work.Plan.Steps.Count == 0)
            return new(name, ClusterEnding.InOrder, [], null);
        if (work.Approval.Barred is { } barred)
            return new(name, ClusterEnding.Locked, [], barred);
        return new(name, ClusterEnding.Waiting, [.. work.Approval.Steps.Select(s => Skip(s.Step, VerdictText.WhyNot(s.Verdict)!))], null) { WaitsForApproval = WaitsForApproval(work) };
    }

    private async Task<ClusterResult> ExecuteAsync(ValidFleet fleet, ClusterWork work, CancellationToken stopping, CancellationToken abort)
    {
        if (!work.Writes)
            return WithoutSteps(work);
        var result = await WorkAsync(fleet, work, stopping, abort).ConfigureAwait(false);
        return result with { WaitsForApproval = WaitsForApproval(work) };
    }

    private static bool WaitsForApproval(ClusterWork work) => work.Approval.Steps.Any(s => s.Verdict is StepVerdict.NeedsApproval);

    private async Task<ClusterResult> WorkAsync(ValidFleet fleet, ClusterWork work, CancellationToken stopping, CancellationToken abort)
    {
        var name = work.Cluster.Name;
        if (stopping.IsCancellationRequested)
            return new(name, ClusterEnding.Interrupted, [], "stopped before the first step");
        var opened = await gate.OpenAsync(fleet, work.Cluster, work.Snapshot, abort).ConfigureAwait(false);
        switch (opened)
        {
            // Whoever writes now records what was found, too.
            case GateOutcome.Held when !work.RunsSomething:
                return WithoutSteps(work);
            case GateOutcome.Held h:
                return new(name, ClusterEnding.Locked, [], h.Holder);
            case GateOutcome.Unreachable u:
                return new(name, ClusterEnding.Unreachable, [], u.Reason);
            case GateOutcome.Open open:
                await using (open.Writer.ConfigureAwait(false))
                    return await RunStepsAsync(open.Writer, work, stopping, abort).ConfigureAwait(false);
            default:
                throw new InvalidOperationException("GateOutcome is closed");
        }
    }

    private async Task<ClusterResult> RunStepsAsync(IClusterWriter writer, ClusterWork work, CancellationToken stopping, CancellationToken abort)
    {
        var name = work.Cluster.Name;
        // Someone may have written between our look and our lock. From here on nobody else of our kind does.
        var now = await lookAgain(name, abort).ConfigureAwait(false);
        if (Moved(work.Plan, now) is { } moved)
            return new(name, moved.Ending, [], moved.Reason);
        var results = new List<StepResult>();
        string? stop = null;
        var interrupted = false;
        foreach (var (step, verdict) in work.Approval.Steps)
        {
            interrupted |= stop is null && stopping.IsCancellationRequested;
            if (VerdictText.WhyNot(verdict) is { } whyNot)
                results.Add(Skip(step, whyNot));
            else if (stop is not null)
                results.Add(Skip(step, $"after {stop}"));
            else if (interrupted)
                results.Add(Skip(step, "the run was told to stop"));
            else
            {
                var outcome = await RunAsync(writer, step, abort).ConfigureAwait(false);
                results.Add(new(step, outcome));
                if (!OutcomeText.Holds(outcome))
                    stop = $"{step.Title} ({OutcomeText.Word(outcome)})";
            }
        }
        var ending = stop is not null ? ClusterEnding.Stopped
            : interrupted ? ClusterEnding.Interrupted
            : work.Approval.Steps.Any(s => s.Verdict is not StepVerdict.Go) ? ClusterEnding.Waiting
            : ClusterEnding.Applied;
        if (ending is not (ClusterEnding.Applied or ClusterEnding.Waiting))
            return new(name, ending, results, null);
        // What a step brought with it is found only after it.
        var after = results.Exists(r => r.Outcome is StepOutcome.Done) ? await lookAgain(name, abort).ConfigureAwait(false) : now;
        var (recorded, why) = await RecordFoundAsync(writer, after, abort).ConfigureAwait(false);
        return why is not null
            ? new(name, ClusterEnding.Stopped, results, why)
            : new(name, ending == ClusterEnding.Applied && results.Count == 0 ? ClusterEnding.InOrder : ending, results, null) { Recorded = recorded };
    }

    /// <returns>How many values were recorded, or why they could not be.</returns>
    private async Task<(int Recorded, string? Why)> RecordFoundAsync(IClusterWriter writer, ClusterPlan? plan, CancellationToken abort)
    {
        if (plan is null || plan.Found.Count == 0)
            return (0, null);
        var outcome = await writer.RecordFoundAsync(plan.Found, commit, abort).ConfigureAwait(false);
        return OutcomeText.Holds(outcome) ? (plan.Found.Count, null) : (0, $"what was found as declared could not be recorded: {OutcomeText.Reason(outcome)}");
    }

    private async Task<StepOutcome> RunAsync(IClusterWriter writer, Step step, CancellationToken abort)
    {
        follower.Starting(step);
        if (Written(() => journal.Intent(step, writer.FencingToken)) is { } unwritten)
        {
            // Without a journal a killed process could not be accounted for: then nothing is done.
            var notBegun = new StepOutcome.Failed($"the journal cannot be written: {unwritten}", "make room in the state directory");
            follower.Ended(step, notBegun);
            return notBegun;
        }
        var outcome = await writer.RunAsync(step, abort).ConfigureAwait(false);
        if (outcome is StepOutcome.Uncertain uncertain)
            outcome = await SettleAsync(step, uncertain).ConfigureAwait(false);
        if (OutcomeText.Holds(outcome))
        {
            // Recorded step by step: what a killed process made must be in the inventory as far as possible.
            var recorded = await writer.RecordAsync([step], commit, abort).ConfigureAwait(false);
            if (!OutcomeText.Holds(recorded))
                outcome = new StepOutcome.Failed($"done, but it could not be recorded in the cluster: {OutcomeText.Reason(recorded)}", "the next pass records it anew");
        }
        if (Written(() => journal.Outcome(step, outcome)) is { } lost && OutcomeText.Holds(outcome))
            outcome = new StepOutcome.Failed($"done, but the journal cannot be written: {lost}", "make room in the state directory; the next run looks again");
        follower.Ended(step, outcome);
        return outcome;
    }

    /// <returns>Why it could not be written, or null.</returns>
    private static string? Written(Action write)
    {
        try
        {
            write();
            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    /// <summary>Decides a doubt by looking: a step that the new plan still holds did not happen.</summary>
    private async Task<StepOutcome> SettleAsync(Step step, StepOutcome.Uncertain uncertain)
    {
        // Also after an abort: the account has to be true.
        var plan = await lookAgain(step.Cluster, CancellationToken.None).ConfigureAwait(false);
        return SecondLook.At(step.Id, plan) switch
        {
            SecondLookVerdict.Happened => new StepOutcome.AlreadyTrue(),
            SecondLookVerdict.DidNotHappen => new StepOutcome.Refused($"{uncertain.Reason}; looked again: it did not happen"),
            SecondLookVerdict.Unknown => uncertain,
        };
    }

    private static (ClusterEnding Ending, string Reason)? Moved(ClusterPlan plan, ClusterPlan? now)
    {
        if (now is null)
            return (ClusterEnding.Unreachable, "it could not be read again after the lock was taken");
        if (now.Unknowns.Except(plan.Unknowns, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            return (ClusterEnding.Unreachable, unknown);
        var moved = StalePlan.Check(plan, now);
        return moved.Count == 0 ? null : (ClusterEnding.Stale, "moved since the plan was made: " + string.Join("; ", moved));
    }

    private static StepResult Skip(Step step, string why) => new(step, new StepOutcome.Skipped(why));
}
