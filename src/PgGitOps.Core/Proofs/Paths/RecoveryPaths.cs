using System.Collections.Immutable;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Proofs.Paths;

/// <summary>The ways out of each fault for one context, with their losses and outages.</summary>
/// <remarks>Paths depend on a handful of yes/no facts about a fault, so each combination is composed once and kept.</remarks>
public sealed class RecoveryPaths
{
    private readonly RecoveryPolicy policy;
    private readonly Topology topology;
    private readonly Figures figures;
    private readonly ImmutableArray<Acknowledgement> acknowledgements;
    private readonly MemberSet blocked;
    private readonly SiteLatency latency;
    private readonly OutageTerms terms;
    private readonly Loss archiveLoss;
    private readonly Dictionary<long, ImmutableArray<RecoveryPath>> kept = [];
    private readonly BackupReach backups;

    public RecoveryPaths(Topology topology, RecoveryPolicy policy, CommitLevel level, SynchronousRule rule, WhenShort whenShort)
    {
        this.topology = topology;
        this.policy = policy;
        Level = level;
        figures = new Figures(topology.Environment, policy);
        acknowledgements =
        [
            .. Enumerable.Range(0, topology.Members.Length).Select(m => Acknowledgement.Of(topology, rule, whenShort, level, m)),
        ];
        latency = new SiteLatency(topology);
        blocked = BlockedPrimaries.Of(topology, acknowledgements);
        backups = new BackupReach(topology.Cluster);
        terms = new OutageTerms(topology, figures, backups);
        archiveLoss =
            backups.ArchiveTimeout is { } timeout && figures.ArchivePush.Value is { } push
                ? Loss.OfDuration(Saturating.Add(timeout, push), figures.WalBytesPerSecond)
                : Loss.Unbounded;
    }

    public CommitLevel Level { get; }
    public Figures Figures => figures;
    public BackupReach Backups => backups;

    public Acknowledgement AcknowledgementBy(int primary) => acknowledgements[primary];

    /// <summary>At least one; in the order in which they would be tried.</summary>
    public ImmutableArray<RecoveryPath> Of(int primary, Fault fault) =>
        fault.Scenario switch
        {
            _ when blocked.Contains(primary) && !fault.IsOfData => [StandingPaths.Blocked],
            FailureScenario.ProcessCrash => Keep(1 << 28, () => [RestartPath()]),
            FailureScenario.Maintenance => Maintenance(primary),
            FailureScenario.OperatorMistake => Keep(2 << 28, () => PointInTimePaths.Mistake(topology, figures, terms, backups)),
            FailureScenario.SilentCorruption => Keep(
                3 << 28,
                () => PointInTimePaths.Corruption(topology, figures, terms, backups, archiveLoss)
            ),
            FailureScenario.RepositoryLoss => [StandingPaths.Undisturbed],
            FailureScenario.Partition => Partition(primary, fault),
            _ => fault.Lost.Contains(primary) ? PrimaryLost(primary, fault) : PrimaryLives(primary, fault.Lost),
        };

    private ImmutableArray<RecoveryPath> PrimaryLives(int primary, MemberSet unreachable) =>
        // A primary whose rule nobody can satisfy was stuck before the fault: that is a finding of its own.
        acknowledgements[primary].WritesGoOnWithout(unreachable) || !acknowledgements[primary].WritesGoOnWithout(MemberSet.Empty)
            ? [StandingPaths.Undisturbed]
            : Keep(
                1,
                () =>
                    [
                        new RecoveryPath(
                            PathKind.WritesWait,
                            "commits wait until the synchronous rule is shrunk by an operator",
                            false,
                            Loss.None,
                            Loss.None,
                            Outage.Of(terms.Detection, terms.Decision, terms.RewriteRule)
                        ),
                    ]
            );

    private ImmutableArray<RecoveryPath> PrimaryLost(int primary, Fault fault)
    {
        var acknowledgement = acknowledgements[primary];
        var site = topology.Members[primary].Site;
        var candidates = (topology.Promotable - fault.Lost).Without(primary);
        var local = candidates & topology.Sites[site].Members;
        var remote =
            policy.CrossSite.Replication.Value == CrossSiteReplication.NotAssumed
                ? MemberSet.Empty
                : candidates - topology.Sites[site].Members;
        var guaranteed = acknowledgement.SurvivesGuaranteed(fault.Lost);
        var nominal = acknowledgement.SurvivesNominal(fault.Lost);
        var repository = topology.Repositories.Length > System.Numerics.BitOperations.PopCount(fault.LostRepositories);
        var quorum = HasQuorum(fault.LostObservers);
        var nearest = latency.Nearest(site, remote);
        var facts =
            2 << 20
            | Bit(guaranteed, 0)
            | Bit(nominal, 1)
            | Bit(repository, 2)
            | Bit(quorum, 3)
            | Bit(!local.IsEmpty, 4)
            | Bit(!remote.IsEmpty, 5)
            | Bit(Holds(acknowledgement, fault.Lost, local), 6)
            | Bit(Holds(acknowledgement, fault.Lost, remote), 7)
            | Bit(Stuck(local, fault.Lost, primary), 8)
            | Bit(Stuck(remote, fault.Lost, primary), 9)
            | Bit(!remote.IsEmpty && remote.IsSubsetOf(topology.StandbyClusterMembers), 10)
            | Bit(!((acknowledgement.GuaranteedFrom - fault.Lost).IsEmpty), 11);
        var key = Key(facts, nearest);
        return Keep(
            key,
            () =>
            {
                var paths = ImmutableArray.CreateBuilder<RecoveryPath>(3);
                if (!local.IsEmpty)
                    paths.Add(Promote(PathKind.PromoteLocal, policy.FailoverLocal.Value, key, 6, 8, quorum, false));
                if (!remote.IsEmpty)
                    paths.Add(
                        Promote(
                            PathKind.PromoteCrossSite,
                            policy.FailoverCrossSite.Value,
                            key,
                            7,
                            9,
                            quorum,
                            (key >> 10 & 1) != 0,
                            latency.OneWay(nearest)
                        )
                    );
                if (repository)
                    paths.Add(Restore(guaranteed && (key >> 11 & 1) != 0));
                if (paths.Count == 0)
                    paths.Add(StandingPaths.Nothing);
                return paths.ToImmutable();
            }
        );
    }

    private RecoveryPath Promote(
        PathKind kind,
        FailoverMode mode,
        long key,
        int direct,
        int stuck,
        bool quorum,
        bool standbyCluster,
        TimeSpan? oneWay = null
    )
    {
        var automatic = mode == FailoverMode.Automatic && quorum && !standbyCluster;
        var asynchronous = AsynchronousLoss(automatic);
        var guaranteed = (key & 1) != 0 ? Loss.None : asynchronous;
        var nominal = (key & 2) != 0 ? Loss.None : asynchronous;
        var catchUp = (key & 1) != 0 && (key >> direct & 1) == 0;
        var outage = terms.Promotion(automatic, mode, kind == PathKind.PromoteCrossSite, catchUp, (key >> stuck & 1) != 0);
        var where = kind == PathKind.PromoteLocal ? "promote a standby in the same site" : "promote a standby in another site";
        var who =
            automatic ? ", automatically"
            : mode == FailoverMode.Automatic ? ", by an operator, since nothing may do it alone here"
            : mode == FailoverMode.OperatorApproved ? ", approved by an operator"
            : ", by hand";
        return new RecoveryPath(
            kind,
            where + who,
            automatic,
            guaranteed,
            nominal,
            outage,
            Watchable: true,
            LossAtLeast: guaranteed.Kind == LossKind.None ? null : oneWay
        );
    }

    /// <summary>Patroni refuses a candidate that lags more than maximum_lag_on_failover behind a position up to one ttl old; nobody else refuses.</summary>
    private Loss AsynchronousLoss(bool automatic)
    {
        if (!automatic || topology.Cluster.Manager is not ClusterManager.Patroni patroni)
            return Loss.Unbounded;
        return figures.WalBytesPerSecond is { } rate
            ? Loss.OfBytes(Saturating.Add(patroni.MaximumLagOnFailover, Saturating.Times(rate, patroni.Ttl)))
            : new Loss(LossKind.Bounded, null, null);
    }

    private RecoveryPath Restore(bool walOnSurvivor)
    {
        var loss = walOnSurvivor ? Loss.None : archiveLoss;
        var description = walOnSurvivor
            ? "restore a backup, then replay the WAL that a surviving standby kept"
            : "restore a backup and replay the archive";
        return new RecoveryPath(
            PathKind.RestoreFromRepository,
            description,
            false,
            loss,
            loss,
            terms.Restore(),
            LossDeclared: Saturating.Add(
                backups.ArchiveTimeout ?? TimeSpan.Zero,
                figures.ArchivePush.ByDefault ? TimeSpan.Zero : figures.ArchivePush.Value ?? TimeSpan.Zero
            ),
            LossByDefault: figures.ArchivePush.ByDefault
        );
    }

    private RecoveryPath RestartPath()
    {
        var unsafeSetting = Durability.SwitchedOff(topology.Cluster);
        var loss =
            unsafeSetting is not null ? Loss.Unbounded
            : Level == CommitLevel.Off
                ? Loss.OfDuration(Saturating.Times(Durability.WalWriterDelay(topology.Cluster), 3), figures.WalBytesPerSecond)
            : Loss.None;
        return new RecoveryPath(
            PathKind.RestartInPlace,
            "restart on the same disk and replay",
            topology.Cluster.Manager is ClusterManager.Patroni,
            loss,
            loss,
            terms.Restart(),
            LossDeclared: loss.Duration ?? TimeSpan.Zero
        );
    }

    private ImmutableArray<RecoveryPath> Maintenance(int primary)
    {
        var local = topology.Promotable.Without(primary) & topology.Sites[topology.Members[primary].Site].Members;
        var remote =
            policy.CrossSite.Replication.Value == CrossSiteReplication.NotAssumed
                ? MemberSet.Empty
                : topology.Promotable.Without(primary);
        return local.IsEmpty && remote.IsEmpty
            ? Keep(
                4 << 28,
                () =>
                    [
                        new RecoveryPath(
                            PathKind.RestartInPlace,
                            "stop, work, start again: there is nobody to switch to",
                            false,
                            Loss.None,
                            Loss.None,
                            terms.Downtime()
                        ),
                    ]
            )
            : Keep(
                5 << 28,
                () =>
                    [
                        new RecoveryPath(
                            PathKind.Switchover,
                            "hand the role over to a caught-up standby, then work",
                            false,
                            Loss.None,
                            Loss.None,
                            terms.Switchover()
                        ),
                    ]
            );
    }

    private ImmutableArray<RecoveryPath> Partition(int primary, Fault fault)
    {
        var sites = fault.UnreachableSites(topology.Members[primary].Site);
        var unreachable = topology.Where(m => (sites >> m.Site & 1) != 0);
        if (unreachable.IsEmpty)
            return [StandingPaths.Undisturbed];
        var acknowledgement = acknowledgements[primary];
        var writesGoOn = acknowledgement.WritesGoOnWithout(unreachable) || !acknowledgement.WritesGoOnWithout(MemberSet.Empty);
        var promoting = topology.Promotable & unreachable - topology.StandbyClusterMembers;
        if (
            policy.FailoverCrossSite.Value == FailoverMode.Automatic
            && policy.CrossSite.Replication.Value != CrossSiteReplication.NotAssumed
            && !promoting.IsEmpty
        )
        {
            var lostObservers = 0UL;
            for (var i = 0; i < topology.Observers.Length; i++)
            {
                // The side that promotes sees only the observers it can reach.
                if ((sites >> topology.Observers[i].Site & 1) == 0)
                    lostObservers |= 1UL << i;
            }
            var known = topology.Observers.Length + topology.ObserversWithoutPlace > 0;
            if (!known || HasQuorum(lostObservers))
                return AutomaticAcrossPartition(
                    acknowledgement,
                    unreachable,
                    known,
                    latency.Nearest(topology.Members[primary].Site, promoting)
                );
        }
        if (writesGoOn)
            return [StandingPaths.Undisturbed];
        var holds = policy.Promotion?.OnPartition.Value == "holdWrites";
        return Keep(
            6 << 28 | Bit(holds, 0),
            () =>
                [
                    new RecoveryPath(
                        PathKind.WritesWait,
                        "commits wait until the sites can talk again or an operator shrinks the rule",
                        false,
                        Loss.None,
                        Loss.None,
                        Outage.Of(terms.Detection, terms.Decision, terms.RewriteRule),
                        HeldByPolicy: holds
                    ),
                ]
        );
    }

    private ImmutableArray<RecoveryPath> AutomaticAcrossPartition(
        Acknowledgement acknowledgement,
        MemberSet promotingSide,
        bool quorum,
        int nearest
    )
    {
        // Either the old primary's lease is enforced by a watchdog, or it cannot acknowledge anything without the side that turned away from it.
        var fenced = quorum && topology.Cluster.Manager is ClusterManager.Patroni { Watchdog: true };
        var disarmed = acknowledgement.ElectsWithoutLoss(promotingSide);
        var survives = acknowledgement.SurvivesGuaranteed(topology.All - promotingSide);
        return Keep(
            Key(7 << 28 | Bit(fenced, 0) | Bit(disarmed, 1) | Bit(survives, 2), nearest),
            () =>
            {
                if (!fenced && !disarmed)
                    return
                    [
                        new RecoveryPath(
                            PathKind.SplitBrain,
                            "the other side promotes while the old primary still acknowledges",
                            true,
                            Loss.Unbounded,
                            Loss.Unbounded,
                            Outage.Never("the diverged histories are reconciled by hand")
                        ),
                    ];
                var loss = survives ? Loss.None : AsynchronousLoss(true);
                return
                [
                    new RecoveryPath(
                        PathKind.PromoteCrossSite,
                        "the side with the quorum promotes, automatically",
                        true,
                        loss,
                        loss,
                        terms.Promotion(true, FailoverMode.Automatic, true, false, false),
                        Watchable: true,
                        LossAtLeast: survives ? null : latency.OneWay(nearest)
                    ),
                ];
            }
        );
    }

    /// <summary>Is every acknowledged commit on one of the candidates themselves, so that none has to catch up first?</summary>
    private static bool Holds(Acknowledgement acknowledgement, MemberSet lost, MemberSet candidates) =>
        (acknowledgement.GuaranteedFrom & (lost | acknowledgement.GuaranteedFrom - candidates)).Count
        < acknowledgement.GuaranteedCount;

    /// <summary>Would every candidate, once promoted, wait for standbys that are gone?</summary>
    private bool Stuck(MemberSet candidates, MemberSet lost, int primary)
    {
        for (var bits = candidates.Bits; bits != 0; bits &= bits - 1)
        {
            if (acknowledgements[System.Numerics.BitOperations.TrailingZeroCount(bits)].WritesGoOnWithout(lost.With(primary)))
                return false;
        }
        return !candidates.IsEmpty;
    }

    private bool HasQuorum(ulong lostObservers)
    {
        var total = topology.Observers.Length + topology.ObserversWithoutPlace;
        // Nobody declared who decides: taken on trust, and listed as an assumption.
        return total == 0 || (topology.Observers.Length - System.Numerics.BitOperations.PopCount(lostObservers)) * 2 > total;
    }

    private ImmutableArray<RecoveryPath> Keep(long key, Func<ImmutableArray<RecoveryPath>> compose)
    {
        if (!kept.TryGetValue(key, out var paths))
            kept[key] = paths = compose();
        return paths;
    }

    private static long Key(int facts, int link) => (long)link << 32 | (uint)facts;

    private static int Bit(bool value, int position) => value ? 1 << position : 0;
}
