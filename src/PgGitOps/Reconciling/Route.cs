using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting;

namespace PgGitOps.Reconciling;

/// <summary>The one route every command walks, some further than others: observe, plan, decide, execute, look again.</summary>
internal sealed class Route(IObserver observer, Func<ValidFleet, Cluster, ValueTask> release, Func<IClusterGate> gate, PasswordCheck passwords, JournalArchive archive, Func<JournalEntry, JournalFile> openJournal, DriftHistory drift, TimeProvider time)
{
    private static readonly TimeSpan SettlePace = TimeSpan.FromMilliseconds(500);

    public TimeProvider Time => time;

    public DriftHistory Drift => drift;

    public ValueTask<FleetSnapshot> ObserveAsync(ValidFleet fleet, IReadOnlyCollection<string> clusters, CancellationToken cancel) =>
        observer.ObserveAsync(fleet, clusters, cancel);

    /// <summary>A plan for the clusters of the snapshot.</summary>
    public Plan PlanOf(ValidFleet fleet, FleetSnapshot snapshot) =>
        Planner.Plan(fleet, snapshot, new PlanOptions(time.GetUtcNow(), passwords) { Invariants = [.. StateInvariants.All, new ClaimsKept(fleet)], Clusters = [.. snapshot.Clusters.Select(c => c.Name)] });

    /// <summary>Observes and plans; changes nothing but the note of since when things differ.</summary>
    public async Task<(FleetSnapshot Snapshot, Plan Plan)> LookAsync(ValidFleet fleet, IReadOnlyCollection<string> clusters, CancellationToken cancel)
    {
        var snapshot = await ObserveAsync(fleet, clusters, cancel).ConfigureAwait(false);
        var plan = PlanOf(fleet, snapshot);
        drift.Note(plan, time.GetUtcNow());
        return (snapshot, plan);
    }

    /// <summary>The whole route for some clusters.</summary>
    public async Task<PassResult> PassAsync(ValidFleet fleet, IReadOnlyCollection<string> clusters, PassOrder order)
    {
        var begun = time.GetTimestamp();
        var processor = Environment.CpuUsage.TotalTime;
        var (snapshot, plan) = await LookAsync(fleet, clusters, order.Stopping).ConfigureAwait(false);
        return await ExecuteAsync(fleet, snapshot, plan, order, begun, processor).ConfigureAwait(false);
    }

    public Task<PassResult> ExecuteAsync(ValidFleet fleet, FleetSnapshot snapshot, Plan plan, PassOrder order) =>
        ExecuteAsync(fleet, snapshot, plan, order, time.GetTimestamp(), Environment.CpuUsage.TotalTime);

    private async Task<PassResult> ExecuteAsync(ValidFleet fleet, FleetSnapshot snapshot, Plan plan, PassOrder order, long begun, TimeSpan processor)
    {
        var earlier = ResolveEarlier(plan);
        var work = new List<ClusterWork>();
        var results = new Dictionary<string, ClusterResult>(StringComparer.Ordinal);
        var approved = Approval.Decide(plan, fleet, snapshot, order.Consent, time.GetUtcNow());
        foreach (var clusterPlan in plan.Clusters)
        {
            var cluster = fleet.FindCluster(clusterPlan.Cluster) ?? throw new InvalidOperationException($"the plan speaks of cluster {clusterPlan.Cluster}, which the fleet does not have");
            var seen = snapshot.Find(cluster.Name) ?? throw new InvalidOperationException($"cluster {cluster.Name} was planned without having been observed");
            var approval = approved.Find(cluster.Name) ?? throw new InvalidOperationException($"cluster {cluster.Name} has no verdict");
            work.Add(new(cluster, seen, clusterPlan, approval) { Records = clusterPlan.Found.Count > 0 && approval.Barred is null && (order.Consent.Ordinary || order.Consent.Covers(plan.Id)) });
        }
        if (work.Any(w => w.Writes))
            await ExecuteWorkAsync(fleet, plan, work, results, order).ConfigureAwait(false);
        else
            foreach (var one in work)
                results[one.Cluster.Name] = Executor.WithoutSteps(one);
        var again = new Dictionary<string, ClusterPlan>(await LookAgainAsync(fleet, results.Values).ConfigureAwait(false), StringComparer.Ordinal);
        // Where something was done the later look judges: what was unknown before a server was started is known now.
        var standing = plan.Clusters.ToDictionary(c => c.Cluster, c => again.GetValueOrDefault(c.Cluster, c), StringComparer.Ordinal);
        await SettleAsync(fleet, standing, again, order).ConfigureAwait(false);
        foreach (var (cluster, clusterPlan) in standing)
            results[cluster] = Judged(results[cluster], clusterPlan);
        return new()
        {
            Fleet = fleet,
            Plan = plan,
            Snapshot = snapshot,
            Earlier = earlier,
            Clusters = [.. results.Values.OrderBy(r => r.Cluster, StringComparer.Ordinal)],
            Left = again.ToDictionary(a => a.Key, a => (IReadOnlyList<string>)[.. a.Value.Steps.Select(s => s.Title)], StringComparer.Ordinal),
            Standing = standing,
            Took = time.GetElapsedTime(begun),
            Processor = Environment.CpuUsage.TotalTime - processor,
        };
    }

    private async Task ExecuteWorkAsync(ValidFleet fleet, Plan plan, List<ClusterWork> work, Dictionary<string, ClusterResult> results, PassOrder order)
    {
        var begin = new JournalEntry
        {
            Kind = JournalEntryKind.Begin,
            At = time.GetUtcNow(),
            Plan = plan.Id,
            Commit = plan.Commit,
            Author = fleet.Revision.Author,
            Repository = order.Repository,
            Command = order.Command,
            ProcessId = Environment.ProcessId,
        };
        JournalFile opened;
        try
        {
            opened = openJournal(begin);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without a journal a killed process could not be accounted for: then nothing is done.
            foreach (var one in work)
                results[one.Cluster.Name] = one.RunsSomething ? new(one.Cluster.Name, ClusterEnding.Stopped, [], $"nothing was begun, the journal cannot be written: {e.Message}") : Executor.WithoutSteps(one);
            return;
        }
        using var journal = opened;
        // Connections kept for looking would hold up DROP DATABASE and a restart.
        foreach (var one in work.Where(w => w.Writes))
            await release(fleet, one.Cluster).ConfigureAwait(false);
        var follower = order.Follow(work.Sum(w => w.Approval.Steps.Count(s => s.Verdict is StepVerdict.Go)));
        var executor = new Executor(gate(), journal, (cluster, cancel) => ReplanAsync(fleet, cluster, cancel), follower, plan.Commit);
        foreach (var result in await executor.ExecuteAsync(fleet, work, order.Stopping, order.Abort).ConfigureAwait(false))
            results[result.Cluster] = result;
        journal.End(string.Join(", ", results.Values.OrderBy(r => r.Cluster, StringComparer.Ordinal).Select(r => $"{r.Cluster}: {PassReport.Words(r)}")));
        archive.Trim();
    }

    private async Task<ClusterPlan?> ReplanAsync(ValidFleet fleet, string cluster, CancellationToken cancel)
    {
        var snapshot = await ObserveAsync(fleet, [cluster], cancel).ConfigureAwait(false);
        return PlanOf(fleet, snapshot).Clusters.Single();
    }

    /// <summary>What the plan could not speak of makes a cluster worse than its steps say.</summary>
    private static ClusterResult Judged(ClusterResult result, ClusterPlan plan)
    {
        if (result.Ending is not (ClusterEnding.InOrder or ClusterEnding.Applied or ClusterEnding.Waiting))
            return result;
        // A split or foreign cluster is no question of reachability, whatever could not be read because of it.
        if (plan.Refusals.Where(r => r.RuleId is PlanRule.TwoPrimaries or PlanRule.WrongServer).ToArray() is { Length: > 0 } grave)
            return result with { Ending = ClusterEnding.Refused, Reason = Words(grave) };
        // First what is not known: most refusals beside it only follow from it.
        if (plan.Unknowns.Count > 0)
            return result with { Ending = ClusterEnding.Unreachable, Reason = string.Join("; ", plan.Unknowns) };
        if (plan.Refusals.Count > 0)
            return result with { Ending = ClusterEnding.Refused, Reason = Words(plan.Refusals) };
        return result.Ending != ClusterEnding.Waiting && Shortfall.Of(plan).ToArray() is { Length: > 0 } missing
            ? result with { Ending = ClusterEnding.Short, Reason = string.Join("; ", missing.Select(Words)) }
            : result;
    }

    private static string Words(Change change) =>
        $"{PlanWords.Label(change.Key)}: {change.Danger ?? $"{PlanWords.Show(change.Key, change.Live)}, wanted {PlanWords.Show(change.Key, change.Desired)}"}";

    private static string Words(IEnumerable<Refusal> refusals) => string.Join("; ", refusals.Select(r => $"{r.RuleId}: {r.Message}"));

    /// <summary>After an apply the plan must be empty, or say what is left.</summary>
    private async Task<IReadOnlyDictionary<string, ClusterPlan>> LookAgainAsync(ValidFleet fleet, IEnumerable<ClusterResult> results)
    {
        string[] touched = [.. results.Where(r => r.ChangedSomething).Select(r => r.Cluster)];
        if (touched.Length == 0)
            return new Dictionary<string, ClusterPlan>(StringComparer.Ordinal);
        // Not cancelled by a wish to stop: the account of what was done has to be true.
        var (_, plan) = await LookAsync(fleet, touched, CancellationToken.None).ConfigureAwait(false);
        return plan.Clusters.ToDictionary(c => c.Cluster, StringComparer.Ordinal);
    }

    /// <summary>A standby whose server was restarted a moment ago reconnects within seconds: it is given the caller's patience before its cluster is called short.</summary>
    private async Task SettleAsync(ValidFleet fleet, Dictionary<string, ClusterPlan> standing, Dictionary<string, ClusterPlan> again, PassOrder order)
    {
        var since = time.GetTimestamp();
        while (time.GetElapsedTime(since) < order.Patience && !order.Stopping.IsCancellationRequested)
        {
            string[] unsettled = [.. standing.Where(s => s.Value is { Steps.Count: 0, Refusals.Count: 0, Unknowns.Count: 0 } && Shortfall.Of(s.Value).ToArray() is { Length: > 0 } missing && missing.All(Shortfall.MayPass)).Select(s => s.Key)];
            if (unsettled.Length == 0)
                return;
            await Task.Delay(SettlePace, time, CancellationToken.None).ConfigureAwait(false);
            var (_, plan) = await LookAsync(fleet, unsettled, CancellationToken.None).ConfigureAwait(false);
            foreach (var cluster in plan.Clusters)
            {
                standing[cluster.Cluster] = cluster;
                if (again.ContainsKey(cluster.Cluster))
                    again[cluster.Cluster] = cluster;
            }
        }
    }

    private List<ResolvedIntent> ResolveEarlier(Plan plan)
    {
        var resolved = new List<ResolvedIntent>();
        foreach (var (file, intent) in archive.Unfinished())
        {
            if (plan.Clusters.FirstOrDefault(c => c.Cluster == intent.Cluster) is not { } cluster)
                continue;
            var verdict = SecondLook.At(intent.StepId, cluster);
            resolved.Add(new(intent, verdict));
            // An unknown stays open: a later pass may know.
            if (verdict != SecondLookVerdict.Unknown)
                archive.Resolve(file, intent, SecondLook.Word(verdict), null);
        }
        return resolved;
    }
}

/// <summary>How a pass is to be run.</summary>
internal sealed record PassOrder
{
    public required Consent Consent { get; init; }

    /// <summary>Makes the follower of a run with so many steps.</summary>
    public required Func<int, IExecutionFollower> Follow { get; init; }

    /// <summary>For the journal.</summary>
    public required string Command { get; init; }

    public required string Repository { get; init; }

    /// <summary>How long a standby that does not stream may take to reconnect before the pass ends. Zero for a loop, which looks again anyway.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>Of a run that makes one pass: a standby tries to reconnect every five seconds.</summary>
    public static readonly TimeSpan OnePass = TimeSpan.FromSeconds(15);

    public required CancellationToken Stopping { get; init; }

    public required CancellationToken Abort { get; init; }
}
