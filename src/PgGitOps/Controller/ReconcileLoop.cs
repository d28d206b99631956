using PgGitOps.Core.Desired;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Reconciling;
using PgGitOps.Revisions;

namespace PgGitOps.Controller;

/// <summary>Looks, and where the documents say so heals, again and again. Each cluster goes at its own pace: a long clone in one delays no other.</summary>
internal sealed class ReconcileLoop(
    RevisionInForce revision,
    Route route,
    PassSchedule schedule,
    IPassListener listener,
    LoopOptions options,
    RuleWatch? rules = null
)
{
    /// <summary>Time a pass may take beyond the interval before the loop counts as overdue.</summary>
    public static readonly TimeSpan PassGrace = TimeSpan.FromMinutes(2);

    /// <summary>How often Git is asked while nothing is in force yet.</summary>
    private static readonly TimeSpan FirstRevisionEvery = TimeSpan.FromSeconds(5);

    /// <summary>A wake that nobody asks for: whatever was missed is noticed after this.</summary>
    private static readonly TimeSpan SleepMax = TimeSpan.FromMinutes(1);

    private readonly TimeProvider time = route.Time;
    private readonly long startedAt = route.Time.GetTimestamp();
    private readonly Dictionary<string, Task> running = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly PromiseWatch promises = new(route.Lag);
    private readonly RuleNews? ruleNews = rules is null ? null : new(rules, listener);
    private readonly RevisionNews news = new(listener);

    // What passes go by: set once listeners have heard of it, so that none hears of a cluster before its revision.
    private volatile RevisionState? heard;
    private TaskCompletionSource wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Time on a clock that only goes forward.</summary>
    private TimeSpan Now => time.GetElapsedTime(startedAt);

    public async Task RunAsync(CancellationToken stopping, CancellationToken abort)
    {
        listener.Hear(new PassEvent.LoopBegun(revision.Address));
        var watch = new RevisionWatch(revision, GitEvery, time);
        var watching = watch.RunAsync((state, moved) => RevisionLooked(state, moved), stopping);
        while (!stopping.IsCancellationRequested)
        {
            var woken = Volatile.Read(ref wake).Task;
            var next = SleepMax;
            // One state for this turn, and for every pass that starts in it.
            if (heard is { Fleet: { } fleet } state)
                next = StartDue(state, fleet, stopping, abort);
            await SleepAsync(next, woken, stopping);
        }
        ruleNews?.Stop();
        Task[] inHand;
        lock (gate)
            inHand = [.. running.Values.Where(t => !t.IsCompleted)];
        if (inHand.Length > 0)
            listener.Hear(new PassEvent.LoopEnding(inHand.Length));
        await Task.WhenAll(inHand);
        await watching;
        listener.Hear(new PassEvent.LoopEnded());
    }

    /// <summary>The shortest interval of what this loop cares for, also while clusters back off: the mending commit should not wait for them.</summary>
    private TimeSpan GitEvery(ValidFleet? fleet) =>
        fleet
            ?.Environments.Where(e => options.Environments.Count == 0 || options.Environments.Contains(e.Name))
            .Select(e => e.Interval)
            .DefaultIfEmpty(FirstRevisionEvery)
            .Min()
        ?? FirstRevisionEvery;

    private void RevisionLooked(RevisionState state, bool moved)
    {
        if (moved)
        {
            lock (gate)
                schedule.Hurry(Now);
        }
        news.Tell(state, moved, state.Fleet is { } fleet ? Declared(fleet) : []);
        heard = state;
        Wake();
    }

    private void Wake() => Interlocked.Exchange(ref wake, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <returns>How long until the next one is due.</returns>
    private TimeSpan StartDue(RevisionState state, ValidFleet fleet, CancellationToken stopping, CancellationToken abort)
    {
        lock (gate)
        {
            foreach (var (name, _) in running.Where(r => r.Value.IsCompleted).ToList())
                running.Remove(name);
            // One draw for all that start together keeps them together.
            foreach (var cluster in schedule.Due(Declared(fleet).Where(c => !running.ContainsKey(c)), Now))
                running[cluster] = Task.Run(() => PassAsync(state, fleet, cluster, stopping, abort), CancellationToken.None);
            var due = schedule.NextDue(Declared(fleet).Where(c => !running.ContainsKey(c)), Now);
            return due == TimeSpan.MaxValue ? SleepMax : due - Now;
        }
    }

    private async Task PassAsync(
        RevisionState state,
        ValidFleet fleet,
        string cluster,
        CancellationToken stopping,
        CancellationToken abort
    )
    {
        var interval = fleet.EnvironmentOf(fleet.FindCluster(cluster)!).Interval;
        bool succeeded;
        try
        {
            var pass = await route.PassAsync(fleet, [cluster], options.Order(stopping, abort));
            // Waiting and suspended clusters do as they are told; observing them more rarely would only delay them.
            succeeded =
                pass.Clusters.Single().Ending
                    is ClusterEnding.InSync
                        or ClusterEnding.Applied
                        or ClusterEnding.Waiting
                        or ClusterEnding.Short
                        or ClusterEnding.Degraded
                        or ClusterEnding.Locked
                        or ClusterEnding.Interrupted;
            TellObjectives(state, pass, cluster);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            // A bug of ours in one cluster's pass must not end the care for the others.
            succeeded = false;
            listener.Hear(new PassEvent.PassFailed(cluster, e));
            route.Clusters.Note(
                cluster,
                new(ConditionReason.InternalError, $"{e.GetType().Name}: {e.Message}", [e.GetType().Name]),
                time.GetUtcNow(),
                listener
            );
        }
        int failures;
        lock (gate)
        {
            schedule.Ended([(cluster, interval, succeeded)], Now);
            failures = schedule.Failures(cluster);
            running.Remove(cluster);
        }
        listener.Hear(
            new PassEvent.PassScheduled(cluster, failures, PassSchedule.Delay(interval, failures) + interval + PassGrace)
        );
        // The loop sleeps until the first of the others is due.
        Wake();
    }

    private void TellObjectives(RevisionState state, PassResult pass, string cluster)
    {
        var objectives = promises.Look(pass.Fleet, cluster, pass.Snapshot.Find(cluster), time.GetUtcNow());
        foreach (var alarm in objectives.Raised)
            listener.Hear(new PassEvent.ObjectiveAtRisk(cluster, alarm));
        foreach (var context in objectives.Cleared)
            listener.Hear(new PassEvent.ObjectiveMet(cluster, context));
        listener.Hear(new PassEvent.ObjectivesJudged(cluster, objectives.Standing.ToEquatableArray()));
        // The pass keeps the revision it began with, whatever came into force since.
        if (state.Tree is { } tree)
            ruleNews?.Post(tree, promises.Last(cluster), pass.Snapshot.Find(cluster));
    }

    private IReadOnlyCollection<string> Declared(ValidFleet fleet) => options.Select(fleet);

    private async Task SleepAsync(TimeSpan delay, Task woken, CancellationToken stopping)
    {
        // Never spin, and never rely on being woken alone.
        var pause =
            delay < TimeSpan.FromMilliseconds(20) ? TimeSpan.FromMilliseconds(20)
            : delay > SleepMax ? SleepMax
            : delay;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(Task.Delay(pause, time, over.Token), woken);
        await over.CancelAsync();
    }
}

/// <param name="Environments">Only these; empty means all.</param>
/// <param name="Select">Clusters of a fleet that this loop cares for.</param>
/// <param name="Order">How each pass is to be run.</param>
internal sealed record LoopOptions(
    IReadOnlyList<string> Environments,
    Func<ValidFleet, IReadOnlyCollection<string>> Select,
    Func<CancellationToken, CancellationToken, PassOrder> Order
);
