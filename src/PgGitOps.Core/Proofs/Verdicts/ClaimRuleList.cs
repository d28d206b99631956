using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Proofs.Verdicts;

/// <summary>Every finding about what documents promise: <c>PGC</c>. Each has a section of its title's name in docs/claims.md.</summary>
public static class ClaimRuleList
{
    public static readonly DiagnosticRule ZeroLossOnAsync = new(
        "PGC001",
        "zero-loss-on-async",
        "A policy declares that nothing is lost with a whole site, but no standby outside that site has to acknowledge a commit before the client hears of it. What has not crossed yet is lost with the site."
    );
    public static readonly DiagnosticRule ZeroLossWithDegrade = new(
        "PGC002",
        "zero-loss-with-degrade",
        "A controller may shrink the synchronous rule when standbys are missing. From then on the primary acknowledges alone, and an objective of zero loss no longer holds."
    );
    public static readonly DiagnosticRule ZeroLossWithLocalQuorum = new(
        "PGC003",
        "zero-loss-with-local-quorum",
        "The acknowledgements a commit waits for can all come from the failed part: the rule must ask for more of them than it names standbys there."
    );
    public static readonly DiagnosticRule ZeroLossWithRemoteWrite = new(
        "PGC004",
        "zero-loss-with-remote-write",
        "remote_write is acknowledged when the standby has handed the WAL to its operating system, not when it is on disk. A standby whose host fails as well forgets it."
    );
    public static readonly DiagnosticRule ZeroLossWithWeakCommit = new(
        "PGC005",
        "zero-loss-with-weak-commit",
        "A stored setting gives sessions of the context a commit level that waits for no standby, whatever the cluster's rule says."
    );
    public static readonly DiagnosticRule ZeroLossWithSlidingFirst = new(
        "PGC006",
        "zero-loss-with-sliding-first",
        "FIRST k counts the first k standbys that are connected. When one disconnects, the next of the list takes its place, so the guarantee is that of the worst k of the list."
    );
    public static readonly DiagnosticRule RepositoryInLostSite = new(
        "PGC007",
        "repository-in-lost-site",
        "The only way back is a backup repository, and it stands in the part that fails."
    );
    public static readonly DiagnosticRule ZeroLossFromArchive = new(
        "PGC008",
        "zero-loss-from-archive",
        "A restore from the archive always loses the WAL that was not yet archived, so it can never be zero."
    );
    public static readonly DiagnosticRule ZeroLossOnStandbyCluster = new(
        "PGC009",
        "zero-loss-on-standby-cluster",
        "A Patroni standby cluster is always asynchronous; no setting makes it acknowledge."
    );
    public static readonly DiagnosticRule LossNotKept = new(
        "PGC010",
        "loss-not-met",
        "The configuration permits more loss than the policy declares."
    );
    public static readonly DiagnosticRule OutageNotKept = new(
        "PGC011",
        "outage-not-met",
        "The declared times alone add up to more than the policy declares."
    );
    public static readonly DiagnosticRule ManualRestoreOnly = new(
        "PGC012",
        "manual-restore-only",
        "Losing one instance must not mean restoring from a backup by hand: another member must be able to take over (R-04)."
    );
    public static readonly DiagnosticRule CrossSiteWithoutQuorum = new(
        "PGC013",
        "automatic-cross-site-without-quorum",
        "Two sites that cannot talk cannot tell a dead partner from a network partition. Automatic failover across sites needs a quorum over three sites at least, so that the side that promotes knows it is the only one (R-08)."
    );
    public static readonly DiagnosticRule AuthorityOpen = new(
        "PGC014",
        "promotion-authority-open",
        "The policy allows a promotion and does not say who may decide it (R-08)."
    );
    public static readonly DiagnosticRule QuorumOpen = new(
        "PGC015",
        "promotion-quorum-open",
        "A promotion must wait either for a quorum or for an approval (R-08)."
    );
    public static readonly DiagnosticRule FencingOpen = new(
        "PGC016",
        "promotion-fencing-open",
        "The policy allows a promotion and does not say that the old primary must be kept from resuming writes (R-08)."
    );
    public static readonly DiagnosticRule PartitionOpen = new(
        "PGC017",
        "partition-behaviour-open",
        "The policy does not say what happens while the sites cannot talk (R-08)."
    );
    public static readonly DiagnosticRule RetentionTooShort = new(
        "PGC018",
        "retention-too-short",
        "Just after a full backup the oldest one kept is (retention − 1) intervals old. A point-in-time window longer than that cannot be given (R-09)."
    );
    public static readonly DiagnosticRule DrillTooRare = new(
        "PGC019",
        "drill-too-rare",
        "Drills come less often than their evidence lasts, so that between two of them nothing shows that a backup can be restored (R-10)."
    );
    public static readonly DiagnosticRule OnePostureForAll = new(
        "PGC020",
        "one-posture-for-different-needs",
        "Contexts with different needs share one cross-site posture without anybody having said why (R-03)."
    );
    public static readonly DiagnosticRule SharedDatabase = new(
        "PGC021",
        "shared-database",
        "Two contexts keep their data in one database, told apart by nothing but schemas that one role may read at once (R-02)."
    );
    public static readonly DiagnosticRule CrossContextGrant = new(
        "PGC022",
        "cross-context-sharing",
        "A role of one context is granted tables of another, so that the two can no longer be recovered apart (R-02)."
    );
    public static readonly DiagnosticRule SplitBrain = new(
        "PGC023",
        "split-brain-permitted",
        "A permitted history has two primaries that acknowledge at once, and one of their histories is thrown away (R-08)."
    );
    public static readonly DiagnosticRule DurabilityOff = new(
        "PGC024",
        "durability-off",
        "fsync or full_page_writes is off: what the server acknowledges is not safe on its own disk."
    );
    public static readonly DiagnosticRule KeepPrimaryBlocks = new(
        "PGC025",
        "keep-primary-blocks",
        "The policy says that the primary keeps writing while sites cannot talk, but its commits wait for a standby on the other side."
    );
    public static readonly DiagnosticRule FailoverWithoutStory = new(
        "PGC026",
        "failover-without-story",
        "The policy assumes no replicas in other sites and yet allows a failover to them (R-11)."
    );
    public static readonly DiagnosticRule NoWayBack = new(
        "PGC027",
        "no-way-back",
        "A point-in-time window is declared, and no repository outside the failure can give it."
    );
    public static readonly DiagnosticRule TopologyUnclear = new(
        "PGC028",
        "topology-unclear",
        "The topology of the cluster cannot be resolved, so nothing can be proven about it."
    );
    public static readonly DiagnosticRule LinkTooSlow = new(
        "PGC029",
        "link-too-slow",
        "The link between sites carries less than the context writes, so that the lag grows without end."
    );
    public static readonly DiagnosticRule StorageUnstated = new(
        "PGC030",
        "storage-unstated",
        "An objective of zero loss rests on the disks, and the cluster does not say what they survive (R-14).",
        Sources.Severity.Warning
    );
    public static readonly DiagnosticRule DrillMissing = new(
        "PGC031",
        "drill-missing",
        "A backup that no drill restores is not counted as trustworthy (R-10).",
        Sources.Severity.Warning
    );
    public static readonly DiagnosticRule PromotedPrimaryBlocks = new(
        "PGC032",
        "promoted-primary-blocks",
        "After a failover the synchronous rule names too few other members, so that every commit of the new primary waits until the rule is rewritten.",
        Sources.Severity.Warning
    );
    public static readonly DiagnosticRule NoSecondSite = new(
        "PGC033",
        "no-replica-elsewhere",
        "The policy relies on replicas in other sites, and the cluster has none that may be promoted (R-11)."
    );

    public static readonly DiagnosticRule ZeroLocalLossOnAsync = new(
        "PGC034",
        "zero-local-loss-on-async",
        "A policy declares that nothing is lost inside the site, but no standby has to acknowledge a commit before the client hears of it. What has not been sent yet is lost with the primary's node."
    );
    public static readonly DiagnosticRule PrimaryBlocks = new(
        "PGC035",
        "primary-blocks",
        "Too few of the standbys that the synchronous rule names stream from the primary itself, so that no commit ever ends. That nothing is acknowledged is an outage and keeps no objective."
    );

    public static readonly DiagnosticRule ZeroIsNotZero = new(
        "PGC036",
        "zero-is-not-zero",
        "A class is called zero and allows a loss, so that policies that use it say less than they seem to."
    );
    public static readonly DiagnosticRule BackupTooOld = new(
        "PGC037",
        "backup-too-old",
        "Just before the next backup the newest one is as old as the longest gap of the schedule. A smaller maxAge is broken by a schedule that is kept."
    );

    public static readonly DiagnosticRule NotEnforced = new(
        "PGC040",
        "not-enforced",
        "An objective rests on a declared value that an exception takes out of the engine's hands: nobody keeps it as declared, so it is no ground for the objective."
    );

    public static IReadOnlyList<DiagnosticRule> All { get; } =
    [
        ZeroLossOnAsync,
        ZeroLossWithDegrade,
        ZeroLossWithLocalQuorum,
        ZeroLossWithRemoteWrite,
        ZeroLossWithWeakCommit,
        ZeroLossWithSlidingFirst,
        RepositoryInLostSite,
        ZeroLossFromArchive,
        ZeroLossOnStandbyCluster,
        LossNotKept,
        OutageNotKept,
        ManualRestoreOnly,
        CrossSiteWithoutQuorum,
        AuthorityOpen,
        QuorumOpen,
        FencingOpen,
        PartitionOpen,
        RetentionTooShort,
        DrillTooRare,
        OnePostureForAll,
        SharedDatabase,
        CrossContextGrant,
        SplitBrain,
        DurabilityOff,
        KeepPrimaryBlocks,
        FailoverWithoutStory,
        NoWayBack,
        TopologyUnclear,
        LinkTooSlow,
        StorageUnstated,
        DrillMissing,
        PromotedPrimaryBlocks,
        NoSecondSite,
        ZeroLocalLossOnAsync,
        PrimaryBlocks,
        ZeroIsNotZero,
        BackupTooOld,
        NotEnforced,
    ];
}
