using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Executing;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Shell;

/// <summary>A world of booleans: a step makes its own id true, a plan holds what is not true yet.</summary>
internal sealed class RunWorld : IClusterLeases, IStepRunner, IJournal, IPassListener, IRunGround
{
    private readonly Dictionary<string, (StepOutcome Outcome, bool Effect, bool ThenUnreadable)> script = [];
    private readonly Dictionary<string, string[]> declared = [];
    private readonly CancellationTokenSource stop = new();
    private string? stopDuring;
    private bool unreadable;

    public HashSet<string> True { get; } = [];
    public List<string> Log { get; } = [];

    /// <summary>What was given back, in order.</summary>
    public List<string> Ended { get; } = [];
    public string? HeldCluster { get; init; }

    /// <summary>Objects that are as declared and not recorded so.</summary>
    public List<string> Found { get; } = [];

    public StepOutcome FoundOutcome { get; init; } = new StepOutcome.Done(TimeSpan.Zero);

    public void Say(string step, StepOutcome outcome, bool takesEffect = false, bool thenUnreadable = false) =>
        script[step] = (outcome, takesEffect, thenUnreadable);

    /// <summary>Steps whose window closed, or whose approval ended, since the plan was decided.</summary>
    public HashSet<string> Closed { get; } = [];

    /// <summary>What happens between the look that a run was decided by and its lock.</summary>
    public Action? BeforeTheLock { get; set; }

    /// <summary>The step during which somebody suspends the cluster.</summary>
    public string? SuspendedDuring { get; set; }

    public string? Suspended { get; set; }

    /// <summary>The step during which another writer takes the lock.</summary>
    public string? LostDuring { get; set; }

    public string? Lost { get; private set; }

    /// <summary>Intents and outcomes that the journal takes before its disk is full.</summary>
    public int JournalLines { get; set; } = int.MaxValue;

    public void StopDuring(string step) => stopDuring = step;

    public ClusterWork Work(string cluster, params string[] steps)
    {
        declared[cluster] = steps;
        return new(
            ClusterNamed(cluster),
            new()
            {
                Name = cluster,
                Members = [],
                Databases = [],
                Record = new Observation<ClusterRecord>.Absent("new", default),
            },
            PlanOf(cluster),
            new(cluster, null, [.. PlanOf(cluster).Steps.Select(s => new StepApproval(s, new StepVerdict.Go("test")))])
        );
    }

    public Task<IReadOnlyList<ClusterResult>> ExecuteAsync(IReadOnlyCollection<ClusterWork> work) =>
        new Executor(this, [this], this, this, this, "c0ffee").ExecuteAsync(null!, work, stop.Token, CancellationToken.None);

    public Task<ClusterWork?> LookAgainAsync(ClusterWork work, CancellationToken cancel)
    {
        BeforeTheLock?.Invoke();
        BeforeTheLock = null;
        if (unreadable)
            return Task.FromResult<ClusterWork?>(null);
        var plan = PlanOf(work.Cluster.Name);
        var verdicts = work.Approval.Steps.ToDictionary(s => s.Step.Id, s => s.Verdict);
        return Task.FromResult<ClusterWork?>(
            work with
            {
                Plan = plan,
                Approval = new(
                    work.Cluster.Name,
                    Suspended,
                    Suspended is not null
                        ? []
                        :
                        [
                            .. plan.Steps.Select(s => new StepApproval(
                                s,
                                verdicts.GetValueOrDefault(s.Id) ?? new StepVerdict.Go("test")
                            )),
                        ]
                ),
            }
        );
    }

    public StepVerdict Decide(ClusterWork work, Step step) =>
        Closed.Contains(step.Id) ? new StepVerdict.Waits("nightly", null) : new StepVerdict.Go("test");

    public ValueTask<string?> SuspendedAsync(ClusterWork work, Step step, Suspension? recorded, CancellationToken cancel) =>
        ValueTask.FromResult(Suspended);

    /// <summary>Declares other steps from now on.</summary>
    public void Declare(string cluster, params string[] steps) => declared[cluster] = steps;

    public static string Line(ClusterResult result) =>
        $"{result.Cluster}:{result.Ending}:{string.Join(',', result.Steps.Select(s => OutcomeText.Word(s.Outcome)))}";

    public ValueTask<LeaseOutcome> TakeAsync(
        ValidFleet fleet,
        Cluster cluster,
        ClusterSnapshot snapshot,
        CancellationToken cancel
    ) =>
        ValueTask.FromResult<LeaseOutcome>(
            cluster.Name == HeldCluster
                ? new LeaseOutcome.Held("pggitops 4711")
                : new LeaseOutcome.Taken(new Lease(this), new Record(this))
        );

    public string Name => "a world of booleans";

    /// <summary>Members whose start is somebody else's work.</summary>
    public bool StartsServers { get; init; } = true;

    public bool Runs(StepAction action) => StartsServers || action is not StepAction.StartServer;

    public IStepRun Begin(LeasedCluster cluster) => new Run(this);

    public void Intent(Step step, long fencingToken) => Journal($"intent {step.Id}");

    public void Outcome(Step step, StepOutcome outcome) => Journal($"outcome {step.Id} {OutcomeText.Word(outcome)}");

    private void Journal(string line)
    {
        if (JournalLines-- <= 0)
            throw new IOException("no space left on device");
        Note(line);
    }

    /// <summary>Codes of what was told, with the step.</summary>
    public List<string> Told { get; } = [];

    public void Hear(PassEvent told)
    {
        lock (Told)
            Told.Add(
                told switch
                {
                    PassEvent.StepBegun e => $"{e.Code} {e.Step.Id}",
                    PassEvent.StepEnded e => $"{e.Code} {e.Step.Id}",
                    PassEvent.StepHeldBack e => $"{e.Code} {e.Step.Id}",
                    _ => told.Code.Name,
                }
            );
    }

    private ClusterPlan PlanOf(string cluster) =>
        new()
        {
            Cluster = cluster,
            Mode = ReconcileMode.Enforce,
            Changes = [],
            Steps =
            [
                .. declared[cluster]
                    .Select(s => s.Split('<'))
                    .Where(s => !True.Contains(s[0]))
                    .Select(s => StepOf(cluster, s[0], s.Skip(1))),
            ],
            Refusals = [],
            Reads =
            [
                .. declared[cluster]
                    .Select(s => s.Split('<')[0])
                    .Select(s => new LiveRead(Paths.Key(s, "exists", cluster), True.Contains(s) ? "true" : null)),
            ],
            Unknowns = [],
            Found = [.. Found.Select(f => new FacetState(Paths.Key(f, "exists", cluster), FacetValue.Of(true)))],
        };

    private static Step StepOf(string cluster, string id, IEnumerable<string> after) =>
        new()
        {
            Id = id,
            Cluster = cluster,
            Title = $"do {id}",
            // Members depend on each other's life; roles on nothing but what they say.
            Action =
                id.Contains("/role/", StringComparison.Ordinal) ? new StepAction.ExecuteSql("m", "postgres", [$"do {id}"], true)
                : id.Contains("/restart/", StringComparison.Ordinal) ? new StepAction.RestartServer(id)
                : new StepAction.StartServer("m"),
            Preconditions = [],
            Effects = id.Contains("/role/", StringComparison.Ordinal)
                ? [new(Paths.Key(id, "exists", cluster), FacetValue.Of(true))]
                : [],
            Hazards = [],
            Timeout = TimeSpan.FromSeconds(5),
            DependsOn = [.. after.Select(a => new StepDependency(a, "needs it"))],
            Because = null,
        };

    private static Cluster ClusterNamed(string name) =>
        new()
        {
            Head = new("Cluster", name, null, default),
            Environment = "test",
            PostgresMajor = 15,
            Manager = new ClusterManager.Native(),
            PrimarySite = "oslo",
            Mode = null,
            Members = [],
            Replication = new(null, default),
            Storage = null,
            Parameters = [],
            Roles = [],
            Databases = [],
            Backup = null,
            Exceptions = [],
        };

    private void Note(string line)
    {
        lock (Log)
            Log.Add(line);
    }

    private sealed class Lease(RunWorld world) : IClusterLease
    {
        public long FencingToken => 1;

        public string? Primary => "m";

        public ValueTask<string?> WhyLostAsync(CancellationToken cancel) => ValueTask.FromResult(world.Lost);

        public ValueTask<LeaseStanding> StandingAsync(CancellationToken cancel) =>
            ValueTask.FromResult(new LeaseStanding(world.Lost, null));

        public ValueTask<string?> MoveIntoClusterAsync(string primary, CancellationToken cancel) => new((string?)null);

        public ValueTask<string?> TakeAgainAsync(CancellationToken cancel) => new((string?)null);

        public ValueTask DisposeAsync()
        {
            world.Ended.Add("lease");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Run(RunWorld world) : IStepRun
    {
        public ValueTask<StepOutcome> RunAsync(Step step, CancellationToken cancel)
        {
            if (step.Id == world.stopDuring)
                world.stop.Cancel();
            if (step.Id == world.SuspendedDuring)
                world.Suspended = "suspended by dba until tomorrow: failover by hand";
            if (step.Id == world.LostDuring)
                world.Lost = "another writer took over";
            var (outcome, effect, thenUnreadable) = world.script.TryGetValue(step.Id, out var said)
                ? said
                : (new StepOutcome.Done(TimeSpan.Zero), true, false);
            lock (world.Log)
            {
                world.Log.Add($"effect {step.Id}");
                if (effect)
                    world.True.Add(step.Id);
            }
            world.unreadable |= thenUnreadable;
            return ValueTask.FromResult(outcome);
        }

        public ValueTask DisposeAsync()
        {
            world.Ended.Add("runner");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Record(RunWorld world) : IClusterRecord
    {
        public ValueTask<StepOutcome> RecordAsync(IReadOnlyCollection<Step> done, string commit, CancellationToken cancel)
        {
            foreach (var step in done)
                world.Note($"record {step.Id}");
            return ValueTask.FromResult<StepOutcome>(new StepOutcome.Done(TimeSpan.Zero));
        }

        public ValueTask<StepOutcome> RecordFoundAsync(
            IReadOnlyCollection<FacetState> found,
            string commit,
            CancellationToken cancel
        )
        {
            world.Note($"found {string.Join(' ', found.Select(f => f.Key.Object))}");
            world.Found.Clear();
            return ValueTask.FromResult(world.FoundOutcome);
        }
    }
}
