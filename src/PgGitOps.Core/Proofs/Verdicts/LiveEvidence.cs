using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Verdicts;

/// <summary>One observed figure.</summary>
/// <param name="Unit">Such as <c>s</c>, <c>bytes</c>, <c>bytes/s</c>.</param>
/// <param name="From">Where it was read: <c>pg_stat_replication on core-1</c>, <c>drill 2026-03-01</c>.</param>
/// <param name="ValidFor">Past this it freezes an alert, but proves nothing any more.</param>
public sealed record Measurement(double Value, string Unit, string From, DateTimeOffset At, TimeSpan ValidFor)
{
    public EvidenceClass Class { get; init; } = EvidenceClass.Measured;

    /// <summary>A figure from the future is a clock that is wrong, and counts as stale.</summary>
    public bool IsFresh(DateTimeOffset now) => now >= At && now - At <= ValidFor;
}

/// <summary>A restore drill as evidence.</summary>
/// <param name="ConfigurationDigest">Digest of the configuration it ran against; another one voids it.</param>
/// <param name="SizeBytes">Data restored.</param>
/// <param name="Runs">Runs the duration is the maximum of: it bounds only the 0.05^(1/n) quantile at 95 %.</param>
public sealed record DrillEvidence(
    bool Succeeded,
    TimeSpan RestoreTook,
    TimeSpan? LossMeasured,
    long SizeBytes,
    string ConfigurationDigest,
    int Runs,
    string From,
    DateTimeOffset At,
    TimeSpan ValidFor
)
{
    // A drill speaks for data up to a quarter larger than what it restored.
    private const double SizeGrowthMax = 1.25;

    public bool Proves(DateTimeOffset now, string digest, long sizeBytes) =>
        Succeeded && now >= At && now - At <= ValidFor && ConfigurationDigest == digest && sizeBytes <= SizeBytes * SizeGrowthMax;

    /// <summary>The quantile of restore times that the slowest of the runs bounds with 95 % confidence.</summary>
    public double BoundedQuantile => Runs <= 0 ? 0 : Math.Pow(0.05, 1.0 / Runs);
}

/// <summary>What is known live about one context. Null means that nobody could look.</summary>
/// <param name="LocalLag">Seconds of WAL the best reachable standby of the primary's site misses.</param>
/// <param name="CrossSiteLag">Seconds of WAL the best reachable standby of another site misses.</param>
/// <param name="ArchiveLag">Seconds since WAL that is waiting should have been archived; 0 when nothing waits.</param>
/// <param name="Drill">The last restore drill.</param>
/// <param name="WeakestCommit">Weakest synchronous_commit found in roles, databases and functions, as a <see cref="Settings.CommitLevel"/> number.</param>
public sealed record LiveEvidence(
    Measurement? LocalLag,
    Measurement? CrossSiteLag,
    Measurement? ArchiveLag,
    DrillEvidence? Drill,
    Measurement? WeakestCommit,
    string ConfigurationDigest,
    long? SizeBytes
)
{
    /// <summary>What would lose commits, or keeps them waiting, if a fault struck now; each with its place.</summary>
    public LiveAlarms Alarms { get; init; } = LiveAlarms.None;

    public static readonly LiveEvidence Nothing = new(null, null, null, null, null, "", null);
}

/// <summary>What was seen that no figure says.</summary>
/// <param name="Loss">Why acknowledged commits are not as safe as declared: <c>fsync is off on core-1</c>.</param>
/// <param name="Outage">Why a takeover would take longer, or commits wait already.</param>
/// <param name="LocalGone">Why no standby of the primary's site can be counted on; null when one streams.</param>
/// <param name="CrossSiteGone">The same of other sites.</param>
/// <param name="Blind">Why nothing can be said: the primary could not be read.</param>
public sealed record LiveAlarms(
    EquatableArray<string> Loss,
    EquatableArray<string> Outage,
    string? LocalGone,
    string? CrossSiteGone,
    string? Blind
)
{
    /// <summary>Scenarios whose loss configuration ruled out on paper, and does not as the server is configured now.</summary>
    public EquatableArray<WeakenedLoss> Weakened { get; init; } = [];

    public static readonly LiveAlarms None = new([], [], null, null, null);
}

/// <param name="Verdict">Impossible, or unproven where the promise has a window that a lag may keep.</param>
public sealed record WeakenedLoss(FailureScenario Scenario, Verdict Verdict, string Because);
