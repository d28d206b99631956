using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Reconciling;
using Serilog;

namespace PgGitOps.Controller;

/// <summary>Looks, and where the documents say so heals, again and again. Each cluster goes at its own pace: a long clone in one delays no other.</summary>
internal sealed class ReconcileLoop(RevisionInForce revision, Route route, PassSchedule schedule, HealthState health, ILogger log, LoopOptions options, RuleWatch? rules = null)
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
    private readonly Dictionary<string, string> states = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly PromiseWatch promises = new();
    private readonly RuleNews? ruleNews = rules is null ? null : new(rules, log);
    private TaskCompletionSource wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? problemSaid;

    /// <summary>Time on a clock that only goes forward.</summary>
    private TimeSpan Now => time.GetElapsedTime(startedAt);

    public async Task RunAsync(CancellationToken stopping, CancellationToken abort)
    {
        var watch = new RevisionWatch(revision, GitEvery, time);
        var watching = watch.RunAsync((state, moved) => RevisionLooked(state, moved), stopping);
        while (!stopping.IsCancellationRequested)
        {
            var woken = Volatile.Read(ref wake).Task;
            var next = SleepMax;
            // One state for this turn, and for every pass that starts in it.
            if (watch.State is { Fleet: { } fleet } state)
                next = StartDue(state, fleet, stopping, abort);
            await SleepAsync(next, woken, stopping).ConfigureAwait(false);
        }
        ruleNews?.Stop();
        Task[] inHand;
        lock (gate)
            inHand = [.. running.Values.Where(t => !t.IsCompleted)];
        if (inHand.Length > 0)
            log.Information("stopping: {Count} cluster(s) finish the step in hand", inHand.Length);
        await Task.WhenAll(inHand).ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        log.Information("stopped");
    }

    /// <summary>The shortest interval of what this loop cares for, also while clusters back off: the mending commit should not wait for them.</summary>
    private TimeSpan GitEvery(ValidFleet? fleet) =>
        fleet?.Environments.Where(e => options.Environments.Count == 0 || options.Environments.Contains(e.Name)).Select(e => e.Interval).DefaultIfEmpty(FirstRevisionEvery).Min() ?? FirstRevisionEvery;

    private void RevisionLooked(RevisionState state, bool moved)
    {
        if (moved)
        {
            var info = state.Fleet!.Revision;
            log.Information("revision {Commit} by {Author} is in force: {Subject}", info.CommitId, info.Author, info.Subject);
            foreach (var gone in state.NoLongerDeclared)
                log.Warning("{Rule}: no document declares cluster {Cluster} any more; it is left as it is", PlanRule.DocumentGone, gone);
            lock (gate)
                schedule.Hurry(Now);
            health.Keep(Declared(state.Fleet));
        }
        Complain(state);
        health.RevisionRead(state.Fleet?.Revision.CommitId, state.Problem?.Describe());
        Wake();
    }

    private void Wake() => Interlocked.Exchange(ref wake, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>A refused revision is said once in full, not at every look.</summary>
    private void Complain(RevisionState state)
    {
        var problem = state.Problem;
        var said = problem?.Describe();
        if (said == problemSaid)
            return;
        problemSaid = said;
        var inForce = state.Fleet?.Revision.CommitId ?? "none";
        if (problem is null)
        {
            log.Information("the newest revision is in force: {InForce}", inForce);
            return;
        }
        log.Error("revision refused, {InForce} stays in force: {Problem}", inForce, said);
        if (problem is RevisionProblem.Invalid invalid)
        {
            foreach (var finding in invalid.Errors)
                log.Error("{Place}: {Rule}: {Finding}", finding.Span.ToString(), finding.RuleId, finding.Message);
        }
    }

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

    private async Task PassAsync(RevisionState state, ValidFleet fleet, string cluster, CancellationToken stopping, CancellationToken abort)
    {
        var interval = fleet.EnvironmentOf(fleet.FindCluster(cluster)!).Interval;
        string ending;
        string? reason;
        bool succeeded;
        IReadOnlyList<string>? alarms = null;
        try
        {
            var pass = await route.PassAsync(fleet, [cluster], options.Order(stopping, abort)).ConfigureAwait(false);
            var result = pass.Clusters.Single();
            (ending, reason) = (result.Ending.ToString(), result.Reason ?? result.Unsuccessful.Select(s => $"{s.Step.Title}: {OutcomeText.Reason(s.Outcome)}").FirstOrDefault());
            // Waiting and suspended clusters do as they are told; looking at them more rarely would only delay them.
            succeeded = result.Ending is ClusterEnding.InOrder or ClusterEnding.Applied or ClusterEnding.Waiting or ClusterEnding.Short or ClusterEnding.Degraded or ClusterEnding.Locked or ClusterEnding.Interrupted;
            Tell(pass, result);
            alarms = TellPromises(state, pass, cluster);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            // A bug of ours in one cluster's pass must not end the care for the others.
            (ending, reason, succeeded) = ("Error", $"{e.GetType().Name}: {e.Message}", false);
            log.Error(e, "{Cluster}: internal error", cluster);
        }
        int failures;
        lock (gate)
        {
            schedule.Ended([(cluster, interval, succeeded)], Now);
            failures = schedule.Failures(cluster);
            running.Remove(cluster);
        }
        health.PassEnded([new(cluster, ending, failures, reason) { Promises = alarms ?? [] }], PassSchedule.Delay(interval, failures) + interval + PassGrace);
        // The loop sleeps until the first of the others is due.
        Wake();
    }

    /// <summary>A change of state is news; a pass like the one before is a detail.</summary>
    private void Tell(PassResult pass, ClusterResult result)
    {
        foreach (var earlier in pass.Earlier)
            log.Warning("{Cluster}: {Title} was in flight when a process ended; looked again: {Verdict}", earlier.Intent.Cluster, earlier.Intent.Title, SecondLook.Word(earlier.Verdict));
        var words = PassReport.Words(result);
        var drifts = pass.Plan.Clusters.Single().Changes.Count;
        var state = $"{words}/{drifts}";
        bool news;
        lock (gate)
        {
            news = !states.TryGetValue(result.Cluster, out var before) || before != state;
            states[result.Cluster] = state;
        }
        var level = news || result.ChangedSomething ? Serilog.Events.LogEventLevel.Information : Serilog.Events.LogEventLevel.Debug;
        log.Write(
            level,
            "{Cluster}: {State}, {Differences} difference(s) at {Commit}; {Milliseconds} ms, {ProcessorMilliseconds} ms of processor",
            result.Cluster, words, drifts, pass.Plan.Commit, Math.Round(pass.Took.TotalMilliseconds, 1), Math.Round(pass.Processor.TotalMilliseconds, 1));
        foreach (var left in pass.Left.Values.SelectMany(l => l))
            log.Warning("{Cluster}: still to do: {Title}", result.Cluster, left);
    }

    private IReadOnlyList<string> TellPromises(RevisionState state, PassResult pass, string cluster)
    {
        var news = promises.Look(pass.Fleet, cluster, pass.Snapshot.Find(cluster), time.GetUtcNow());
        foreach (var alarm in news.Raised)
            log.Warning("promise of {Alarm}", alarm);
        foreach (var context in news.Cleared)
            log.Information("promise of {Context} again", context);
        // The pass keeps the revision it began with, whatever came into force since.
        if (state.Tree is { } tree)
            ruleNews?.Post(tree, promises.Last(cluster), pass.Snapshot.Find(cluster));
        return news.Standing;
    }

    private IReadOnlyCollection<string> Declared(ValidFleet fleet) => options.Select(fleet);

    private async Task SleepAsync(TimeSpan delay, Task woken, CancellationToken stopping)
    {
        // Never spin, and never rely on being woken alone.
        var pause = delay < TimeSpan.FromMilliseconds(20) ? TimeSpan.FromMilliseconds(20) : delay > SleepMax ? SleepMax : delay;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(Task.Delay(pause, time, over.Token), woken).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }
}

/// <param name="Environments">Only these; empty means all.</param>
/// <param name="Select">Clusters of a fleet that this loop cares for.</param>
/// <param name="Order">How each pass is to be run.</param>
internal sealed record LoopOptions(IReadOnlyList<string> Environments, Func<ValidFleet, IReadOnlyCollection<string>> Select, Func<CancellationToken, CancellationToken, PassOrder> Order);
