using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Ports;

namespace PgGitOps.Executing;

/// <summary>Carries out approved steps: clusters in parallel, the steps of one cluster one after the other in the plan's order.</summary>
/// <remarks>
/// What was decided before the lock only says whether to ask for it: the steps that run are those of the plan made under it. A failed
/// step holds back what rests on it (<see cref="HeldBack"/>) and nothing else. Nothing is tried twice: after a doubt it looks again.
/// </remarks>
/// <param name="runners">Whoever carries out steps; of two that run an action the first is asked.</param>
internal sealed class Executor(
    IClusterLeases leases,
    IReadOnlyList<IStepRunner> runners,
    IJournal journal,
    IRunGround ground,
    IPassListener listener,
    string commit
)
{
    /// <param name="stopping">No new step is begun once it is cancelled.</param>
    /// <param name="abort">Breaks off the step in hand.</param>
    public async Task<IReadOnlyList<ClusterResult>> ExecuteAsync(
        ValidFleet fleet,
        IReadOnlyCollection<ClusterWork> work,
        CancellationToken stopping,
        CancellationToken abort
    )
    {
        var results = await Task.WhenAll(
            work.Select(w => Task.Run(() => ExecuteAsync(fleet, w, stopping, abort), CancellationToken.None))
        );
        return [.. results.OrderBy(r => r.Cluster, StringComparer.Ordinal)];
    }

    /// <summary>The result of a cluster where nothing can be done now.</summary>
    public static ClusterResult WithoutSteps(ClusterWork work)
    {
        var name = work.Cluster.Name;
        if (work.Plan.Steps.Count == 0)
            return new(name, ClusterEnding.InSync, [], null);
        if (work.Approval.Barred is { } barred)
            return new(name, ClusterEnding.Locked, [], barred) { IsSuspended = true };
        var queue = new RunQueue(work);
        StepResult[] steps =
        [
            .. work.Approval.Steps.Select(s => NotBegun(work, s, queue.WhyNot(s.Step, s.Verdict) ?? "nothing is begun")),
        ];
        var ending =
            work.Refused.Any() ? ClusterEnding.Stopped
            : queue.HeldInVain ? ClusterEnding.Degraded
            : ClusterEnding.Waiting;
        return new(name, ending, steps, null) { WaitsForApproval = WaitsForApproval(work) };
    }

    private async Task<ClusterResult> ExecuteAsync(
        ValidFleet fleet,
        ClusterWork work,
        CancellationToken stopping,
        CancellationToken abort
    )
    {
        var owned = WithRunners(work);
        foreach (var refused in owned.Refused)
            listener.Hear(new PassEvent.StepEnded(refused, new StepOutcome.Refused(owned.WithoutRunner[refused.Id])));
        return owned.Writes ? await WorkAsync(fleet, owned, stopping, abort) : WithoutSteps(owned);
    }

    private ClusterWork WithRunners(ClusterWork work) =>
        work with
        {
            WithoutRunner = work
                .Plan.Steps.Where(s => !runners.Any(r => r.Runs(s.Action)))
                .ToDictionary(
                    s => s.Id,
                    s =>
                        $"no step runner carries out {s.Action.GetType().Name} (there is {string.Join(", ", runners.Select(r => r.Name))})",
                    StringComparer.Ordinal
                ),
        };

    private static bool WaitsForApproval(ClusterWork work) =>
        work.Approval.Steps.Any(s => s.Verdict is StepVerdict.NeedsApproval);

    private async Task<ClusterResult> WorkAsync(
        ValidFleet fleet,
        ClusterWork work,
        CancellationToken stopping,
        CancellationToken abort
    )
    {
        var name = work.Cluster.Name;
        if (stopping.IsCancellationRequested)
            return new(name, ClusterEnding.Interrupted, [], "stopped before the first step");
        switch (await leases.TakeAsync(fleet, work.Cluster, work.Snapshot, abort))
        {
            // Whoever writes now records what was found, too; and on a suspended cluster nobody has to.
            case LeaseOutcome.Held or LeaseOutcome.Suspended when !work.RunsSomething:
                return WithoutSteps(work);
            case LeaseOutcome.Held h:
                return new(name, ClusterEnding.Locked, [], h.Holder);
            case LeaseOutcome.Suspended s:
                return new(name, ClusterEnding.Locked, [], s.Words) { IsSuspended = true };
            case LeaseOutcome.Unreachable u:
                return new(name, ClusterEnding.Unreachable, [], u.Reason);
            case LeaseOutcome.Taken taken:
                await using (taken.Lease)
                    return await UnderLockAsync(fleet, taken, work, stopping, abort);
            default:
                throw new InvalidOperationException("LeaseOutcome is closed");
        }
    }

    private async Task<ClusterResult> UnderLockAsync(
        ValidFleet fleet,
        LeaseOutcome.Taken taken,
        ClusterWork before,
        CancellationToken stopping,
        CancellationToken abort
    )
    {
        var name = before.Cluster.Name;
        // Someone may have written between our look and our lock, and time has passed. From here on nobody else of our kind writes.
        var work = await ground.LookAgainAsync(before, abort);
        if (work is null)
            return new(name, ClusterEnding.Unreachable, [], "it could not be read again after the lock was taken");
        work = WithRunners(work);
        if (Moved(before, work) is { } moved)
            return new(name, moved.Ending, [], moved.Reason);
        if (work.Approval.Barred is { } barred)
            return before.RunsSomething ? new(name, ClusterEnding.Locked, [], barred) { IsSuspended = true } : WithoutSteps(work);
        var result = await RunAsync(fleet, taken, work, stopping, abort);
        result = result with
        {
            Steps = [.. DoneByOthers(before, work), .. result.Steps],
            WaitsForApproval = WaitsForApproval(work),
        };
        if (result.Ending is not (ClusterEnding.Applied or ClusterEnding.Waiting or ClusterEnding.InSync))
            return result;
        // What a step brought with it is found only after it.
        var after = result.Steps.Any(s => s.Outcome is StepOutcome.Done) ? await ground.LookAgainAsync(work, abort) : work;
        if (after is null or { Approval.Barred: not null })
            return result;
        var (recorded, why) = await RecordFoundAsync(taken.Record, after.Plan, abort);
        return why is not null
            ? result with
            {
                Ending = ClusterEnding.Stopped,
                Reason = why,
            }
            : result with
            {
                Recorded = recorded,
            };
    }

    private async Task<ClusterResult> RunAsync(
        ValidFleet fleet,
        LeaseOutcome.Taken taken,
        ClusterWork work,
        CancellationToken stopping,
        CancellationToken abort
    )
    {
        var steps = new LeasedSteps(runners, new LeasedCluster(fleet, work.Cluster, work.Snapshot, taken.Lease));
        await using (steps)
        {
            var run = new ClusterRun(taken, steps, journal, ground, listener, commit, work);
            return await run.RunAsync(stopping, abort);
        }
    }

    /// <returns>How many values were recorded, or why they could not be.</returns>
    private async Task<(int Recorded, string? Why)> RecordFoundAsync(
        IClusterRecord record,
        ClusterPlan plan,
        CancellationToken abort
    )
    {
        if (plan.Found.Count == 0)
            return (0, null);
        var outcome = await record.RecordFoundAsync(plan.Found, commit, abort);
        return OutcomeText.Holds(outcome)
            ? (plan.Found.Count, null)
            : (0, $"what was found as declared could not be recorded: {OutcomeText.Reason(outcome)}");
    }

    /// <summary>Steps that were to be done and are true now: another writer was here between our look and our lock.</summary>
    private static IEnumerable<StepResult> DoneByOthers(ClusterWork before, ClusterWork now)
    {
        var left = now.Plan.Steps.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        return before
            .Approval.Steps.Where(s =>
                s.Verdict is StepVerdict.Go
                && !left.Contains(s.Step.Id)
                && OutcomeCheck.At(s.Step, now.Plan) == OutcomeCheckVerdict.Happened
            )
            .Select(s => new StepResult(s.Step, new StepOutcome.AlreadyTrue()));
    }

    private static (ClusterEnding Ending, string Reason)? Moved(ClusterWork before, ClusterWork now)
    {
        if (now.Plan.Unknowns.Except(before.Plan.Unknowns, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            return (ClusterEnding.Unreachable, unknown);
        // The lock was taken where the primary was. Another one now is a failover that nobody of our kind made.
        string[] was = [.. before.Snapshot.Primaries.Select(p => p.Name)],
            isNow = [.. now.Snapshot.Primaries.Select(p => p.Name)];
        if (!was.SequenceEqual(isNow, StringComparer.Ordinal))
            return (
                ClusterEnding.Stale,
                $"the primary changed while the lock was being taken: it was {Words(was)} and is {Words(isNow)}"
            );
        if (!before.Sealed)
            return null;
        var moved = StalePlan.Check(before.Plan, now.Plan);
        return moved.Count == 0 ? null : (ClusterEnding.Stale, "moved since the plan was made: " + string.Join("; ", moved));
    }

    private static string Words(string[] members) => members.Length == 0 ? "none" : string.Join(" and ", members);

    private static StepResult NotBegun(ClusterWork work, StepApproval step, string why) =>
        new(
            step.Step,
            step.Verdict is StepVerdict.Go && work.WithoutRunner.ContainsKey(step.Step.Id)
                ? new StepOutcome.Refused(why)
                : new StepOutcome.Skipped(why)
        );
}
