using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Passes;
using PgGitOps.Core.Sources;
using PgGitOps.Executing;
using PgGitOps.Journal;
using PgGitOps.State;

namespace PgGitOps.Reconciling;

/// <summary>The one route every command walks, some further than others: observe, plan, decide, execute, look again.</summary>
internal sealed class Route(
    IObserver observer,
    Func<ValidFleet, Cluster, ValueTask> release,
    IClusterLeases leases,
    IReadOnlyList<IStepRunner> runners,
    PasswordCheck passwords,
    JournalArchive archive,
    Func<JournalEntry, JournalFile> openJournal,
    StateMemory memory,
    SuspensionWatch suspensions,
    TimeProvider time
)
{
    private const string JournalPart = "journal of this run";

    private readonly DriftHistory drift = memory.Drift;
    private readonly StepsWithoutEffect withoutEffect = memory.WithoutEffect;
    private readonly StateConditions conditions = memory.Conditions;

    private EffectVerification Verification => new(this, withoutEffect, time);

    public TimeProvider Time => time;

    public DriftHistory Drift => drift;

    /// <summary>How each cluster stands, and since when.</summary>
    public ConditionBook Clusters => memory.Clusters;

    public LagEvidence Lag => memory.Lag;

    public ValueTask<FleetSnapshot> ObserveAsync(
        ValidFleet fleet,
        IReadOnlyCollection<string> clusters,
        CancellationToken cancel
    ) => observer.ObserveAsync(fleet, clusters, cancel);

    /// <summary>A plan for the clusters of the snapshot.</summary>
    public Plan PlanOf(ValidFleet fleet, FleetSnapshot snapshot) =>
        Planner.Plan(
            fleet,
            snapshot,
            new PlanOptions(time.GetUtcNow(), passwords)
            {
                Invariants = [.. StateInvariants.All, new ClaimsKept(fleet)],
                Clusters = [.. snapshot.Clusters.Select(c => c.Name)],
            }
        );

    /// <summary>Observes and plans; changes nothing but the note of since when things differ.</summary>
    public async Task<(FleetSnapshot Snapshot, Plan Plan)> LookAsync(
        ValidFleet fleet,
        IReadOnlyCollection<string> clusters,
        CancellationToken cancel
    )
    {
        var snapshot = await ObserveAsync(fleet, clusters, cancel);
        var plan = PlanOf(fleet, snapshot);
        drift.Note(plan, time.GetUtcNow());
        return (snapshot, plan);
    }

    /// <summary>The whole route for some clusters.</summary>
    public async Task<PassResult> PassAsync(ValidFleet fleet, IReadOnlyCollection<string> clusters, PassOrder order)
    {
        var begun = time.GetTimestamp();
        var processor = Environment.CpuUsage.TotalTime;
        foreach (var cluster in clusters)
            order.Listener.Hear(new PassEvent.PassBegun(cluster, fleet.Revision.CommitId));
        var (snapshot, plan) = await LookAsync(fleet, clusters, order.Stopping);
        return await ExecuteAsync(fleet, snapshot, plan, order, begun, processor);
    }

    public Task<PassResult> ExecuteAsync(ValidFleet fleet, FleetSnapshot snapshot, Plan plan, PassOrder order) =>
        ExecuteAsync(fleet, snapshot, plan, order, time.GetTimestamp(), Environment.CpuUsage.TotalTime);

    private async Task<PassResult> ExecuteAsync(
        ValidFleet fleet,
        FleetSnapshot snapshot,
        Plan plan,
        PassOrder order,
        long begun,
        TimeSpan processor
    )
    {
        var earlier = ResolveEarlier(plan, order.Listener);
        var work = await DecideAsync(fleet, snapshot, plan, order, order.Agreed, order.Stopping);
        var results = work.ToDictionary(w => w.Cluster.Name, Executor.WithoutSteps, StringComparer.Ordinal);
        var again = work.Any(w => w.Writes)
            ? await ExecuteWorkAsync(fleet, plan, work, results, order)
            : new(StringComparer.Ordinal);
        // Where something was done the later look judges: what was unknown before a server was started is known now.
        var standing = plan.Clusters.ToDictionary(
            c => c.Cluster,
            c => again.GetValueOrDefault(c.Cluster, c),
            StringComparer.Ordinal
        );
        await Verification.SettleAsync(fleet, standing, again, order);
        foreach (var (cluster, clusterPlan) in standing)
            results[cluster] = PassJudgement.Of(results[cluster], clusterPlan);
        var took = time.GetElapsedTime(begun);
        var processorTook = Environment.CpuUsage.TotalTime - processor;
        foreach (var one in work.OrderBy(w => w.Cluster.Name, StringComparer.Ordinal))
            Tell(
                one,
                results[one.Cluster.Name],
                standing[one.Cluster.Name],
                again.GetValueOrDefault(one.Cluster.Name),
                plan.Commit,
                (took, processorTook),
                order.Listener
            );
        return new()
        {
            Fleet = fleet,
            Plan = plan,
            Snapshot = snapshot,
            Earlier = earlier,
            Clusters = [.. results.Values.OrderBy(r => r.Cluster, StringComparer.Ordinal)],
            Left = again.ToDictionary(
                a => a.Key,
                a => (IReadOnlyList<string>)[.. a.Value.Steps.Select(s => s.Title)],
                StringComparer.Ordinal
            ),
            Standing = standing,
            Took = took,
            Processor = processorTook,
        };
    }

    private void Tell(
        ClusterWork work,
        ClusterResult result,
        ClusterPlan standing,
        ClusterPlan? again,
        string commit,
        (TimeSpan Took, TimeSpan Processor) cost,
        IPassListener listener
    )
    {
        var (name, now) = (work.Cluster.Name, time.GetUtcNow());
        // Of a run under the lock they were told one by one.
        foreach (var held in work.Writes ? [] : result.Unsuccessful)
            listener.Hear(new PassEvent.StepHeldBack(held.Step, OutcomeText.Reason(held.Outcome) ?? ""));
        var suspended = work.Approval.Barred ?? (result.IsSuspended ? result.Reason : null);
        var condition = PassCondition.Of(result, standing, work, suspended) is { } found
            ? Clusters.Note(name, found, now, listener)
            : Clusters.Of(name, now);
        var left = again?.Steps.Select(s => s.Title).ToEquatableArray() ?? [];
        listener.Hear(
            new PassEvent.PassEnded(
                name,
                commit,
                condition,
                new(work.Plan.Changes.Count, result.ChangedSomething, left, cost.Took, cost.Processor)
            )
        );
    }

    /// <summary>What may be done to each cluster of a plan by the time of now.</summary>
    /// <param name="agreed">The plan that consent was given to, where it is not this one.</param>
    internal async Task<IReadOnlyList<ClusterWork>> DecideAsync(
        ValidFleet fleet,
        FleetSnapshot snapshot,
        Plan plan,
        PassOrder order,
        AgreedPlan? agreed,
        CancellationToken cancel
    )
    {
        // A pass that would write nothing asks no host.
        foreach (var quiet in plan.Clusters)
            suspensions.Note(ClusterOf(fleet, quiet), snapshot.Find(quiet.Cluster));
        var asked = plan.Clusters.Where(c => c.Steps.Count > 0 || c.Found.Count > 0).Select(c => c.Cluster);
        var beside = await suspensions.ReadAllAsync(fleet, asked, cancel);
        var now = time.GetUtcNow();
        var approved = Approval.Decide(plan, fleet, snapshot, order.Consent, now, agreed, beside);
        var covered =
            order.Consent.Ordinary
            || order.Consent.Covers(plan.Id)
            || (agreed is not null && order.Consent.Covers(agreed.Plan.Id));
        return
        [
            .. plan.Clusters.Select(clusterPlan =>
            {
                var cluster = ClusterOf(fleet, clusterPlan);
                var seen =
                    snapshot.Find(cluster.Name)
                    ?? throw new InvalidOperationException($"cluster {cluster.Name} was planned without having been observed");
                var approval =
                    approved.Find(cluster.Name) ?? throw new InvalidOperationException($"cluster {cluster.Name} has no verdict");
                return new ClusterWork(cluster, seen, clusterPlan, approval)
                {
                    Whole = plan,
                    Sealed = order.Agreed is { Alone: true },
                    WithoutEffect = order.Insists
                        ? new Dictionary<string, string>()
                        : withoutEffect.Held(clusterPlan, plan.Commit, now),
                    Records = clusterPlan.Found.Count > 0 && approval.Barred is null && covered,
                };
            }),
        ];
    }

    private static Cluster ClusterOf(ValidFleet fleet, ClusterPlan plan) =>
        fleet.FindCluster(plan.Cluster)
        ?? throw new InvalidOperationException($"the plan speaks of cluster {plan.Cluster}, which the fleet does not have");

    /// <returns>The plans made after the run, of clusters where something was done.</returns>
    private async Task<Dictionary<string, ClusterPlan>> ExecuteWorkAsync(
        ValidFleet fleet,
        Plan plan,
        IReadOnlyList<ClusterWork> work,
        Dictionary<string, ClusterResult> results,
        PassOrder order
    )
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
            conditions.Tell(JournalPart, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            conditions.Tell(JournalPart, $"the journal cannot be written: {e.Message}");
            // Without a journal a killed process could not be accounted for: then nothing is done.
            foreach (var one in work.Where(w => w.RunsSomething))
                results[one.Cluster.Name] = new(
                    one.Cluster.Name,
                    ClusterEnding.Stopped,
                    [],
                    $"nothing was begun, the journal cannot be written: {e.Message}"
                );
            return new(StringComparer.Ordinal);
        }
        using var journal = opened;
        // Connections kept for looking would hold up DROP DATABASE and a restart.
        foreach (var one in work.Where(w => w.Writes))
            await release(fleet, one.Cluster);
        order.Listener.Hear(
            new PassEvent.RunBegun(
                [.. work.Where(w => w.Writes).Select(w => w.Cluster.Name)],
                work.Sum(w => w.Approval.Steps.Count(s => s.Verdict is StepVerdict.Go))
            )
        );
        var executor = new Executor(
            leases,
            runners,
            journal,
            new RunGround(this, suspensions, fleet, plan, order),
            order.Listener,
            plan.Commit
        );
        foreach (var result in await executor.ExecuteAsync(fleet, work, order.Stopping, order.Abort))
            results[result.Cluster] = result;
        var again = await Verification.LookAgainAsync(fleet, results.Values);
        await Verification.NoteWithoutEffectAsync(fleet, plan.Commit, results, again, journal, order);
        conditions.Tell(
            JournalPart,
            journal.End(
                string.Join(
                    ", ",
                    results
                        .Values.OrderBy(r => r.Cluster, StringComparer.Ordinal)
                        .Select(r => $"{r.Cluster}: {PassReport.Words(r)}")
                )
            )
                is { } lost
                ? $"the journal of a run that is over could not be ended: {lost}"
                : null
        );
        archive.Trim();
        return again;
    }

    private List<ResolvedIntent> ResolveEarlier(Plan plan, IPassListener listener)
    {
        var resolved = new List<ResolvedIntent>();
        foreach (var (file, intent) in archive.Unfinished())
        {
            if (plan.Clusters.FirstOrDefault(c => c.Cluster == intent.Cluster) is not { } cluster)
                continue;
            var verdict = OutcomeCheck.At(intent.StepId, intent.Effects, cluster);
            resolved.Add(new(intent, verdict));
            listener.Hear(new PassEvent.InterruptedStepVerified(intent.Cluster, intent.StepId, intent.Title, verdict));
            // An unknown stays open: a later pass may know.
            if (verdict != OutcomeCheckVerdict.Unknown)
                archive.Resolve(file, intent, OutcomeCheck.Word(verdict), null);
        }
        return resolved;
    }
}
