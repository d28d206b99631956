using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Reconciling;
using Serilog;

namespace PgGitOps.Controller;

/// <summary>Looks, and where the documents say so heals, again and again. Each cluster goes at its own pace: a long clone in one delays no other.</summary>
internal sealed class ReconcileLoop(RevisionInForce revision, Route route, PassSchedule schedule, HealthState health, ILogger log, LoopOptions options, RuleWatch? rules = null)
{
    /// <summary>Time a pass may take beyond the interval before the loop counts as overdue.</summary>
    private static readonly TimeSpan PassGrace = TimeSpan.FromMinutes(2);

    /// <summary>How often Git is asked while nothing is in force yet.</summary>
    private static readonly TimeSpan FirstRevisionEvery = TimeSpan.FromSeconds(5);

    private readonly TimeProvider time = route.Time;
    private readonly Dictionary<string, Task> running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> states = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly PromiseWatch promises = new();
    private string? problemSaid;

    public async Task RunAsync(CancellationToken stopping, CancellationToken abort)
    {
        while (!stopping.IsCancellationRequested)
        {
            RefreshRevision(stopping);
            var wake = time.GetUtcNow() + FirstRevisionEvery;
            if (revision.Fleet is { } fleet)
            {
                StartDue(fleet, stopping, abort);
                wake = NextWake(fleet);
            }
            await SleepAsync(wake - time.GetUtcNow(), stopping).ConfigureAwait(false);
        }
        Task[] inHand;
        lock (gate)
            inHand = [.. running.Values.Where(t => !t.IsCompleted)];
        if (inHand.Length > 0)
            log.Information("stopping: {Count} cluster(s) finish the step in hand", inHand.Length);
        await Task.WhenAll(inHand).ConfigureAwait(false);
        log.Information("stopped");
    }

    private void RefreshRevision(CancellationToken stopping)
    {
        bool moved;
        try
        {
            moved = revision.Refresh(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        if (moved)
        {
            var info = revision.Fleet!.Revision;
            log.Information("revision {Commit} by {Author} is in force: {Subject}", info.CommitId, info.Author, info.Subject);
            foreach (var gone in revision.NoLongerDeclared)
                log.Warning("{Rule}: no document declares cluster {Cluster} any more; it is left as it is", PlanRule.DocumentGone, gone);
            lock (gate)
                schedule.Hurry(time.GetUtcNow());
            health.Keep(Declared(revision.Fleet));
        }
        Complain();
        health.RevisionRead(revision.Fleet?.Revision.CommitId, revision.Problem?.Describe());
    }

    /// <summary>A refused revision is said once in full, not at every look.</summary>
    private void Complain()
    {
        var problem = revision.Problem;
        var said = problem?.Describe();
        if (said == problemSaid)
            return;
        problemSaid = said;
        var inForce = revision.Fleet?.Revision.CommitId ?? "none";
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

    private void StartDue(ValidFleet fleet, CancellationToken stopping, CancellationToken abort)
    {
        lock (gate)
        {
            foreach (var (name, _) in running.Where(r => r.Value.IsCompleted).ToList())
                running.Remove(name);
            // One draw for all that start together keeps them together.
            foreach (var cluster in schedule.Due(Declared(fleet).Where(c => !running.ContainsKey(c)), time.GetUtcNow()))
                running[cluster] = Task.Run(() => PassAsync(fleet, cluster, stopping, abort), CancellationToken.None);
        }
    }

    private async Task PassAsync(ValidFleet fleet, string cluster, CancellationToken stopping, CancellationToken abort)
    {
        var interval = fleet.EnvironmentOf(fleet.FindCluster(cluster)!).Interval;
        string state;
        string? reason;
        bool succeeded;
        IReadOnlyList<string>? alarms = null;
        try
        {
            var pass = await route.PassAsync(fleet, [cluster], options.Order(stopping, abort)).ConfigureAwait(false);
            var result = pass.Clusters.Single();
            (state, reason) = (result.Ending.ToString(), result.Reason ?? result.Unsuccessful.Select(s => $"{s.Step.Title}: {OutcomeText.Reason(s.Outcome)}").FirstOrDefault());
            // Waiting and suspended clusters do as they are told; looking at them more rarely would only delay them.
            succeeded = result.Ending is ClusterEnding.InOrder or ClusterEnding.Applied or ClusterEnding.Waiting or ClusterEnding.Short or ClusterEnding.Locked or ClusterEnding.Interrupted;
            Tell(pass, result);
            alarms = TellPromises(pass, cluster);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            // A bug of ours in one cluster's pass must not end the care for the others.
            (state, reason, succeeded) = ("Error", $"{e.GetType().Name}: {e.Message}", false);
            log.Error(e, "{Cluster}: internal error", cluster);
        }
        lock (gate)
            schedule.Ended([(cluster, interval, succeeded)], time.GetUtcNow());
        int failures;
        lock (gate)
            failures = schedule.Failures(cluster);
        health.PassEnded([new(cluster, state, failures, reason) { Promises = alarms ?? [] }], PassSchedule.Delay(interval, failures) + interval + PassGrace);
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

    private IReadOnlyList<string> TellPromises(PassResult pass, string cluster)
    {
        var news = promises.Look(pass.Fleet, cluster, pass.Snapshot.Find(cluster), time.GetUtcNow());
        foreach (var alarm in news.Raised)
            log.Warning("promise of {Alarm}", alarm);
        foreach (var context in news.Cleared)
            log.Information("promise of {Context} again", context);
        TellRules(pass, cluster);
        return news.Standing;
    }

    private void TellRules(PassResult pass, string cluster)
    {
        // A pass may end after another revision came into force; its facts are of clusters all the same.
        if (rules is null || revision.Tree is not { } tree)
            return;
        var (raised, cleared) = rules.Look(tree, promises.Last(cluster), pass.Snapshot.Find(cluster));
        foreach (var finding in raised)
            log.Warning("{Place}: {Rule}: {Finding}", finding.Span.ToString(), finding.RuleId, finding.Message);
        foreach (var finding in cleared)
            log.Information("{Place}: {Rule} finds nothing any more", finding.Span.ToString(), finding.RuleId);
    }

    private DateTimeOffset NextWake(ValidFleet fleet)
    {
        var now = time.GetUtcNow();
        // Git is asked at the shortest interval also while clusters back off: the mending commit should not wait for them.
        var git = now + fleet.Environments.Where(e => options.Environments.Count == 0 || options.Environments.Contains(e.Name)).Select(e => e.Interval).DefaultIfEmpty(FirstRevisionEvery).Min();
        lock (gate)
        {
            var due = schedule.NextDue(Declared(fleet).Where(c => !running.ContainsKey(c)), now);
            return due < git ? due : git;
        }
    }

    private IReadOnlyCollection<string> Declared(ValidFleet fleet) => options.Select(fleet);

    private async Task SleepAsync(TimeSpan delay, CancellationToken stopping)
    {
        // A pass that has just ended sets the next moment: never spin, never oversleep by more than this.
        var pause = delay < TimeSpan.FromMilliseconds(20) ? TimeSpan.FromMilliseconds(20) : delay;
        try
        {
            await Task.Delay(pause, time, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
    }
}

/// <param name="Environments">Only these; empty means all.</param>
/// <param name="Select">Clusters of a fleet that this loop cares for.</param>
/// <param name="Order">How each pass is to be run.</param>
internal sealed record LoopOptions(IReadOnlyList<string> Environments, Func<ValidFleet, IReadOnlyCollection<string>> Select, Func<CancellationToken, CancellationToken, PassOrder> Order);
