using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Reconciling;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Shell;

/// <summary>What many readers say of a cluster becomes one snapshot, and what nobody reads is never taken for absent.</summary>
public class FleetObserverTests
{
    private static readonly ClusterManager.Patroni Patroni = new("core", []);
    private static readonly BackupPlan Backup = new("pgbackrest", [], null, null, null, null, Fleets.At);

    private static readonly ClusterFacts Servers = new ClusterFacts.Servers(
        [],
        [],
        new Observation<ClusterRecord>.Absent("new", Fleets.Now),
        [new ServerObjection(ServerObjection.Extension, "x", "", "app", "core-1 has no files of it")]
    );

    [Fact]
    public async Task Observe_WhatNobodyReads_IsUnreadableAndNotAbsent()
    {
        var seen = await ObserveAsync(Fleets.Cluster() with { Manager = Patroni, Backup = Backup }, new Says(Servers));

        var manager = Assert.IsType<Observation<ManagerFacts>.Unreadable>(seen.Manager);
        Assert.Equal(
            (UnreadableKind.NotRead, "no reader of this version reads what its manager says"),
            (manager.Kind, manager.Reason)
        );
        Assert.Equal(UnreadableKind.NotRead, Assert.IsType<Observation<BackupFacts>.Unreadable>(seen.Backups).Kind);
    }

    [Fact]
    public async Task Observe_WhatIsNotDeclared_IsNoSlotAtAll()
    {
        var seen = await ObserveAsync(Fleets.Cluster(), new Says(Servers));

        Assert.Null(seen.Manager);
        Assert.Null(seen.Backups);
    }

    [Fact]
    public async Task Observe_MergesWhatEveryReaderSays()
    {
        var manager = new Observation<ManagerFacts>.Seen(new ManagerFacts("core", "core-1", false, []), Fleets.Now);

        var seen = await ObserveAsync(
            Fleets.Cluster() with
            {
                Manager = Patroni,
            },
            new Says(null),
            new Says(new ClusterFacts.Management(manager)),
            new Says(Servers)
        );

        Assert.Equal(manager, seen.Manager);
        Assert.IsType<Observation<ClusterRecord>.Absent>(seen.Record);
    }

    [Fact]
    public async Task Observe_TwoReadersOfOneSource_IsOurOwnMistake()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            ObserveAsync(Fleets.Cluster(), new Says(Servers), new Says(Servers))
        );

        Assert.Contains("cluster core", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Release_ReachesEveryReader()
    {
        Says[] readers = [new(Servers), new(null)];

        await new FleetObserver(readers, new ManualTime()).ReleaseAsync(Fleets.Fleet(Fleets.Cluster()), Fleets.Cluster());

        Assert.All(readers, r => Assert.Equal(["core"], r.Released));
    }

    private static async Task<ClusterSnapshot> ObserveAsync(Cluster cluster, params Says[] readers) =>
        (
            await new FleetObserver(readers, new ManualTime()).ObserveAsync(
                Fleets.Fleet(cluster),
                [cluster.Name],
                CancellationToken.None
            )
        ).Clusters.Single();

    private sealed class Says(ClusterFacts? facts) : IFactReader
    {
        public string Name => "a test";

        public List<string> Released { get; } = [];

        public ValueTask<ClusterFacts?> ReadAsync(ValidFleet fleet, Cluster cluster, CancellationToken cancel) =>
            ValueTask.FromResult(facts);

        public ValueTask ReleaseAsync(ValidFleet fleet, Cluster cluster)
        {
            Released.Add(cluster.Name);
            return ValueTask.CompletedTask;
        }
    }
}
