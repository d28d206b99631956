using PgGitOps.Cli;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Journal;
using PgGitOps.Reconciling;
using PgGitOps.State;
using PgGitOps.Tests.Builders;
using PgGitOps.Wiring;

namespace PgGitOps.Tests.Shell;

/// <summary>The route over snapshots: what a pass comes to before anything is touched.</summary>
public sealed class RouteTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-route-").FullName;
    private readonly Heard listener = new();
    private int opened;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static Cluster Changed => Fleets.Cluster() with { Parameters = [Fleets.Setting("work_mem", "8MB")] };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pass_WhenTheJournalCannotBeOpened_TouchesNothing(bool denied)
    {
        var pass = await PassAsync(
            Changed,
            Snapshots.Healthy(),
            _ => throw (denied ? new UnauthorizedAccessException("denied") : new IOException("no space"))
        );

        var result = Assert.Single(pass.Clusters);
        Assert.Equal(ClusterEnding.Stopped, result.Ending);
        Assert.StartsWith("nothing was begun, the journal cannot be written: ", result.Reason, StringComparison.Ordinal);
        Assert.Equal((0, ExitCode.Error), (opened, PassExit.Of(pass)));
        Assert.Equal(ConditionReason.RunBrokenOff, Assert.Single(listener.Of<PassEvent.PassEnded>()).Condition.Reason);
    }

    [Fact]
    public async Task Pass_WhereNothingIsToBeWritten_AsksForNoJournalAndNoLock()
    {
        var cluster = Fleets.Cluster();
        var world = Snapshots.Healthy();

        var pass = await PassAsync(cluster, world.WithFound(Plans.Of(cluster, world)), _ => throw new IOException("no space"));

        Assert.Equal((ClusterEnding.InSync, 0, ExitCode.Done), (Assert.Single(pass.Clusters).Ending, opened, PassExit.Of(pass)));
        Assert.Equal(["PassBegun", "ClusterReady", "PassEnded"], listener.Codes);
    }

    [Fact]
    public async Task Pass_OnASuspendedCluster_IsSuspended_AlsoWhereNothingIsToBeDone_AndToldWhenItIsNoMore()
    {
        var cluster = Fleets.Cluster();
        var world = Snapshots.Healthy();
        world = world.WithFound(Plans.Of(cluster, world));

        await PassAsync(
            cluster with
            {
                Suspended = new("failover by hand", DateTimeOffset.MaxValue, default),
            },
            world,
            _ => throw new IOException("no space")
        );
        await PassAsync(cluster, world, _ => throw new IOException("no space"));

        Assert.Equal(
            ["PassBegun", "ClusterSuspended", "PassEnded", "PassBegun", "ClusterResumed", "ClusterReady", "PassEnded"],
            listener.Codes
        );
        var suspended = listener.Of<PassEvent.ConditionChanged>()[0].After;
        Assert.Contains("failover by hand", suspended.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R-08")]
    public async Task Pass_OnASplitCluster_IsRefused_WhateverElseCouldNotBeRead()
    {
        var world = Snapshots.Healthy();
        var split = world with
        {
            Members = [world.Members[0], Snapshots.Seen("core-2", Snapshots.Primary()), Snapshots.Unreachable("core-3")],
        };

        var pass = await PassAsync(Changed, split, _ => throw new IOException("no space"));

        var result = Assert.Single(pass.Clusters);
        Assert.Equal((ClusterEnding.Refused, 0, ExitCode.Rejected), (result.Ending, opened, PassExit.Of(pass)));
        Assert.Contains("core-1 and core-2 both accept writes", result.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(pass.Plan.Clusters[0].Unknowns);
        var told = Assert.Single(listener.Of<PassEvent.ConditionChanged>()).After;
        Assert.Equal((ConditionState.Stalled, ConditionReason.TwoHistories), (told.State, told.Reason));
    }

    [Fact]
    public async Task Pass_WhileAStandbyDoesNotStream_IsShort_AndNotInOrder()
    {
        var cluster = Fleets.Cluster();
        var world = Snapshots.Healthy(p => p with { Standbys = [.. p.Standbys.Where(s => s.ApplicationName != "core-3")] });

        var pass = await PassAsync(cluster, world.WithFound(Plans.Of(cluster, world)), _ => throw new IOException("no space"));

        var result = Assert.Single(pass.Clusters);
        Assert.Equal((ClusterEnding.Short, ExitCode.PartlyApplied), (result.Ending, PassExit.Of(pass)));
        Assert.Equal("member/core-3 streaming: false, wanted true", result.Reason);
        Assert.False(pass.IsSettled);
        var told = Assert.Single(listener.Of<PassEvent.ConditionChanged>()).After;
        Assert.Equal((ConditionState.Degraded, ConditionReason.NotAsDeclared), (told.State, told.Reason));
        Assert.Equal("core/member/core-3.streaming", Assert.Single(told.Concerns));
    }

    private Task<PassResult> PassAsync(Cluster cluster, ClusterSnapshot world, Func<JournalEntry, JournalFile> journal)
    {
        var conditions = new StateConditions(_ => { });
        var route = new Route(
            new Still(Snapshots.Fleet(world)),
            (_, _) => ValueTask.CompletedTask,
            new NoLease(() => opened++),
            [],
            Plans.PasswordsMatch,
            new JournalArchive(directory, TimeProvider.System),
            journal,
            StateMemory.Open(directory, "0123456789abcdef", conditions, TimeProvider.System),
            new SuspensionWatch(new NoHosts(), new OwnSuspensions(directory, conditions), TimeProvider.System),
            TimeProvider.System
        );
        return route.PassAsync(
            Fleets.Fleet(cluster),
            ["core"],
            new PassOrder
            {
                Consent = Consent.Enforced,
                Listener = listener,
                Command = "reconcile",
                Repository = "here",
                Stopping = CancellationToken.None,
                Abort = CancellationToken.None,
            }
        );
    }

    private sealed class NoLease(Action asked) : IClusterLeases
    {
        public ValueTask<LeaseOutcome> TakeAsync(
            ValidFleet fleet,
            Cluster cluster,
            ClusterSnapshot snapshot,
            CancellationToken cancel
        )
        {
            asked();
            throw new InvalidOperationException("a lease was asked for");
        }
    }

    private sealed class NoHosts : ISuspensionPlaces
    {
        public ValueTask<EquatableArray<PlacedSuspension>> ReadAsync(
            ValidFleet fleet,
            Cluster cluster,
            CancellationToken cancel
        ) => ValueTask.FromResult<EquatableArray<PlacedSuspension>>([]);
    }

    private sealed class Still(FleetSnapshot snapshot) : IObserver
    {
        public ValueTask<FleetSnapshot> ObserveAsync(
            ValidFleet fleet,
            IReadOnlyCollection<string> clusters,
            CancellationToken cancel
        ) => ValueTask.FromResult(snapshot);
    }
}
