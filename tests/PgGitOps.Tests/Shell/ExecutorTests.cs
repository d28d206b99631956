using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Reconciling;

namespace PgGitOps.Tests.Shell;

/// <summary>The executor over a world of booleans: a step makes its own id true, a plan holds what is not true yet.</summary>
public class ExecutorTests
{
    [Fact]
    public async Task Execute_WhenAStepFails_StopsThatClusterOnly()
    {
        var world = new World();
        world.Say("core/b", new StepOutcome.Failed("permission denied", null));

        var results = await world.ExecuteAsync([world.Work("core", "core/a", "core/b", "core/c"), world.Work("tasks", "tasks/a", "tasks/b")]);

        Assert.Equal(["core:Stopped:done,failed,skipped", "tasks:Applied:done,done"], results.Select(Line));
        Assert.Equal(["core/a", "tasks/a", "tasks/b"], world.True.Order());
    }

    [Fact]
    public async Task Execute_WritesTheIntentBeforeTheEffect_AndTheOutcomeAfterTheRecord()
    {
        var world = new World();

        await world.ExecuteAsync([world.Work("core", "core/a", "core/b")]);

        Assert.Equal(["intent core/a", "effect core/a", "record core/a", "outcome core/a done", "intent core/b", "effect core/b", "record core/b", "outcome core/b done"], world.Log);
    }

    [Theory]
    [InlineData(true, "core:Applied:alreadyTrue,done")]
    [InlineData(false, "core:Stopped:refused,skipped")]
    [Trait("Requirement", "R-16")]
    public async Task Execute_WhenAStepIsUncertain_LooksAgainInsteadOfRetrying(bool happened, string expected)
    {
        var world = new World();
        world.Say("core/a", new StepOutcome.Uncertain("no answer within 5s"), takesEffect: happened);

        var results = await world.ExecuteAsync([world.Work("core", "core/a", "core/b")]);

        Assert.Equal(expected, Line(Assert.Single(results)));
        Assert.Single(world.Log, l => l == "intent core/a");
    }

    [Fact]
    public async Task Execute_WhenUncertainAndUnreadable_SaysSo()
    {
        var world = new World();
        world.Say("core/a", new StepOutcome.Uncertain("connection lost"), takesEffect: true, thenUnreadable: true);

        var results = await world.ExecuteAsync([world.Work("core", "core/a")]);

        Assert.Equal("core:Stopped:uncertain", Line(Assert.Single(results)));
    }

    [Fact]
    public async Task Execute_WhenAnotherWriterHoldsTheCluster_DoesNothingThere()
    {
        var world = new World { HeldCluster = "core" };

        var results = await world.ExecuteAsync([world.Work("core", "core/a"), world.Work("tasks", "tasks/a")]);

        Assert.Equal(["core:Locked:", "tasks:Applied:done"], results.Select(Line));
    }

    [Fact]
    public async Task Execute_WhenTheWorldMovedBeforeTheLock_RefusesAndNamesWhatMoved()
    {
        var world = new World();
        var work = world.Work("core", "core/a", "core/b");
        world.True.Add("core/b");

        var result = Assert.Single(await world.ExecuteAsync([work]));

        Assert.Equal("core:Stale:", Line(result));
        Assert.Contains("core/core/b.exists", result.Reason, StringComparison.Ordinal);
        Assert.Empty(world.Log);
    }

    [Fact]
    public async Task Execute_WhenAStepIsHeldBack_SkipsItsDependentsAndRunsTheRest()
    {
        var world = new World();
        var work = world.Work("core", "core/a", "core/b<core/a", "core/c");
        work = work with
        {
            Approval = work.Approval with
            {
                Steps = [.. work.Approval.Steps.Select(s => s.Step.Id switch
                {
                    "core/a" => s with { Verdict = new StepVerdict.Waits("nightly", null) },
                    "core/b" => s with { Verdict = new StepVerdict.Behind("core/a") },
                    _ => s,
                })],
            },
        };

        var result = Assert.Single(await world.ExecuteAsync([work]));

        Assert.Equal("core:Waiting:skipped,skipped,done", Line(result));
    }

    [Fact]
    public async Task Execute_WhenToldToStop_FinishesTheStepInHand()
    {
        var world = new World();
        world.StopDuring("core/a");

        var result = Assert.Single(await world.ExecuteAsync([world.Work("core", "core/a", "core/b")]));

        Assert.Equal("core:Interrupted:done,skipped", Line(result));
        Assert.Contains("outcome core/a done", world.Log);
    }

    [Fact]
    public async Task Execute_WithNothingToDo_RecordsWhatWasFoundAsDeclared_Once()
    {
        var world = new World();
        world.Found.AddRange(["role/a", "role/b"]);

        var result = Assert.Single(await world.ExecuteAsync([world.Work("core") with { Records = true }]));

        Assert.Equal(("core:InOrder:", 2), (Line(result), result.Recorded));
        Assert.False(result.ChangedSomething);
        Assert.Equal(["found role/a role/b"], world.Log);
        Assert.Equal(0, Assert.Single(await world.ExecuteAsync([world.Work("core")])).Recorded);
        Assert.Single(world.Log);
    }

    [Fact]
    public async Task Execute_RecordsWhatWasFoundAfterTheSteps_AndNotWhereOneFailed()
    {
        var world = new World();
        world.Found.Add("role/a");
        await world.ExecuteAsync([world.Work("core", "core/a")]);
        Assert.Equal("found role/a", world.Log[^1]);

        var failing = new World();
        failing.Found.Add("role/a");
        failing.Say("core/a", new StepOutcome.Failed("permission denied", null));
        await failing.ExecuteAsync([failing.Work("core", "core/a")]);
        Assert.DoesNotContain("found role/a", failing.Log);
    }

    [Fact]
    public async Task Execute_WhenOnlyTheRecordIsToBeWritten_AnotherWriterIsNoHindrance_AndAFailureIsSaid()
    {
        var held = new World { HeldCluster = "core" };
        held.Found.Add("role/a");
        Assert.Equal("core:InOrder:", Line(Assert.Single(await held.ExecuteAsync([held.Work("core") with { Records = true }]))));

        var failing = new World { FoundOutcome = new StepOutcome.Failed("disk full", null) };
        failing.Found.Add("role/a");
        var result = Assert.Single(await failing.ExecuteAsync([failing.Work("core") with { Records = true }]));
        Assert.Equal(("core:Stopped:", "what was found as declared could not be recorded: disk full"), (Line(result), result.Reason));
    }

    private static string Line(ClusterResult result) =>
        $"{result.Cluster}:{result.Ending}:{string.Join(',', result.Steps.Select(s => OutcomeText.Word(s.Outcome)))}";

    private sealed class World : IClusterGate, IJournal, IExecutionFollower
    {
        private readonly Dictionary<string, (StepOutcome Outcome, bool Effect, bool ThenUnreadable)> script = [];
        private readonly Dictionary<string, string[]> declared = [];
        private readonly CancellationTokenSource stop = new();
        private string? stopDuring;
        private bool unreadable;

        public HashSet<string> True { get; } = [];
        public List<string> Log { get; } = [];
        public string? HeldCluster { get; init; }

        /// <summary>Objects that are as declared and not recorded so.</summary>
        public List<string> Found { get; } = [];

        public StepOutcome FoundOutcome { get; init; } = new StepOutcome.Done(TimeSpan.Zero);

        public void Say(string step, StepOutcome outcome, bool takesEffect = false, bool thenUnreadable = false) => script[step] = (outcome, takesEffect, thenUnreadable);

        public void StopDuring(string step) => stopDuring = step;

        public ClusterWork Work(string cluster, params string[] steps)
        {
            declared[cluster] = steps;
            return new(ClusterNamed(cluster), new() { Name = cluster, Members = [], Databases = [], Record = new Observation<ClusterRecord>.Absent("new", default) }, PlanOf(cluster), new(cluster, null, [.. PlanOf(cluster).Steps.Select(s => new StepApproval(s, new StepVerdict.Go("test")))]));
        }

        public Task<IReadOnlyList<ClusterResult>> ExecuteAsync(IReadOnlyCollection<ClusterWork> work) =>
            new Executor(this, this, (c, _) => Task.FromResult<ClusterPlan?>(unreadable ? null : PlanOf(c)), this, "c0ffee").ExecuteAsync(null!, work, stop.Token, CancellationToken.None);

        public ValueTask<GateOutcome> OpenAsync(ValidFleet fleet, Cluster cluster, ClusterSnapshot snapshot, CancellationToken cancel) =>
            ValueTask.FromResult<GateOutcome>(cluster.Name == HeldCluster ? new GateOutcome.Held("pggitops 4711") : new GateOutcome.Open(new Writer(this)));

        public void Intent(Step step, long fencingToken) => Note($"intent {step.Id}");

        public void Outcome(Step step, StepOutcome outcome) => Note($"outcome {step.Id} {OutcomeText.Word(outcome)}");

        public void Starting(Step step)
        {
        }

        public void Ended(Step step, StepOutcome outcome)
        {
        }

        private ClusterPlan PlanOf(string cluster) => new()
        {
            Cluster = cluster,
            Mode = ReconcileMode.Enforce,
            Changes = [],
            Steps = [.. declared[cluster].Select(s => s.Split('<')).Where(s => !True.Contains(s[0])).Select(s => StepOf(cluster, s[0], s.Skip(1)))],
            Refusals = [],
            Reads = [.. declared[cluster].Select(s => s.Split('<')[0]).Select(s => new LiveRead(new(cluster, s, "exists"), True.Contains(s) ? "true" : null))],
            Unknowns = [],
            Found = [.. Found.Select(f => new FacetState(new(cluster, f, "exists"), FacetValue.Of(true)))],
        };

        private static Step StepOf(string cluster, string id, IEnumerable<string> after) => new()
        {
            Id = id,
            Cluster = cluster,
            Title = $"do {id}",
            Action = new StepAction.StartServer("m"),
            Preconditions = [],
            Effects = [],
            Hazards = [],
            Timeout = TimeSpan.FromSeconds(5),
            DependsOn = [.. after.Select(a => new StepDependency(a, "needs it"))],
            Because = null,
        };

        private static Cluster ClusterNamed(string name) => new()
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

        private sealed class Writer(World world) : IClusterWriter
        {
            public long FencingToken => 1;

            public ValueTask<StepOutcome> RunAsync(Step step, CancellationToken cancel)
            {
                if (step.Id == world.stopDuring)
                    world.stop.Cancel();
                var (outcome, effect, thenUnreadable) = world.script.TryGetValue(step.Id, out var said) ? said : (new StepOutcome.Done(TimeSpan.Zero), true, false);
                lock (world.Log)
                {
                    world.Log.Add($"effect {step.Id}");
                    if (effect)
                        world.True.Add(step.Id);
                }
                world.unreadable |= thenUnreadable;
                return ValueTask.FromResult(outcome);
            }

            public ValueTask<StepOutcome> RecordAsync(IReadOnlyCollection<Step> done, string commit, CancellationToken cancel)
            {
                foreach (var step in done)
                    world.Note($"record {step.Id}");
                return ValueTask.FromResult<StepOutcome>(new StepOutcome.Done(TimeSpan.Zero));
            }

            public ValueTask<StepOutcome> RecordFoundAsync(IReadOnlyCollection<FacetState> found, string commit, CancellationToken cancel)
            {
                world.Note($"found {string.Join(' ', found.Select(f => f.Key.Object))}");
                world.Found.Clear();
                return ValueTask.FromResult(world.FoundOutcome);
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
