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

    private async Task<ClusterResult> ExecuteAsync(ValidFleet fleet, ClusterWork work, CancellationToken stopping, CancellationToken abort)
    {
        var name = work.Cluster.Name;
        if (work.Plan.Steps.Count == 0)
            return new(name, ClusterEnding.InOrder, [], null);
        var held = WithDependents(work);
        if (work.Plan.Steps.All(s => held.ContainsKey(s.Id)))
            return new(name, ClusterEnding.Waiting, [.. work.Plan.Steps.Select(s => Skip(s, held[s.Id].Why))], null);
        if (stopping.IsCancellationRequested)
            return new(name, ClusterEnding.Interrupted, [], "stopped before the first step");
        var opened = await gate.OpenAsync(fleet, work.Cluster, work.Snapshot, abort).ConfigureAwait(false);
        switch (opened)
        {
            case GateOutcome.Held h:
                return new(name, ClusterEnding.Locked, [], h.Holder);
            case GateOutcome.Unreachable u:
                return new(name, ClusterEnding.Unreachable, [], u.Reason);
            case GateOutcome.Open open:
                await using (open.Writer.ConfigureAwait(false))
                    return await RunStepsAsync(open.Writer, work, held, stopping, abort).ConfigureAwait(false);
            default:
                throw new InvalidOperationException("GateOutcome is closed");
        }
    }

    private async Task<ClusterResult> RunStepsAsync(IClusterWriter writer, ClusterWork work, Dictionary<string, HeldStep> held, CancellationToken stopping, CancellationToken abort)
    {
        var name = work.Cluster.Name;
        // Someone may have written between our look and our lock. From here on nobody else of our kind does.
        if (await MovedAsync(work.Plan, abort).ConfigureAwait(false) is { } moved)
            return new(name, moved.Ending, [], moved.Reason);
        var results = new List<StepResult>();
        string? stop = null;
        var interrupted = false;
        foreach (var step in work.Plan.Steps)
        {
            interrupted |= stop is null && stopping.IsCancellationRequested;
            if (held.TryGetValue(step.Id, out var hold))
                results.Add(Skip(step, hold.Why));
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
            : held.Count > 0 ? ClusterEnding.Waiting
            : ClusterEnding.Applied;
        return new(name, ending, results, null);
    }

    private async Task<StepOutcome> RunAsync(IClusterWriter writer, Step step, CancellationToken abort)
    {
        follower.Starting(step);
        journal.Intent(step, writer.FencingToken);
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
        journal.Outcome(step, outcome);
        follower.Ended(step, outcome);
        return outcome;
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

    private async Task<(ClusterEnding Ending, string Reason)?> MovedAsync(ClusterPlan plan, CancellationToken abort)
    {
        var now = await lookAgain(plan.Cluster, abort).ConfigureAwait(false);
        if (now is null)
            return (ClusterEnding.Unreachable, "it could not be read again after the lock was taken");
        var moved = LiveReads.Moved(plan, now);
        return moved.Count == 0 ? null : (ClusterEnding.Stale, "moved since the plan was made: " + string.Join("; ", moved));
    }

    private static Dictionary<string, HeldStep> WithDependents(ClusterWork work)
    {
        var held = work.HeldBack.ToDictionary(StringComparer.Ordinal);
        foreach (var step in work.Plan.Steps)
        {
            if (!held.ContainsKey(step.Id) && step.DependsOn.FirstOrDefault(d => held.ContainsKey(d.On)) is { } waitsFor)
                held[step.Id] = new(HoldKind.Dependency, $"waits for {waitsFor.On}: {waitsFor.Reason}");
        }
        return held;
    }

    private static StepResult Skip(Step step, string why) => new(step, new StepOutcome.Skipped(why));
}
