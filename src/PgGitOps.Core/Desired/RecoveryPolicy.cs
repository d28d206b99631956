using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

public enum CrossSiteReplication
{
    Required,
    Optional,
    NotAssumed,
}

public enum FailoverMode
{
    Automatic,
    OperatorApproved,
    Manual,
}

/// <summary>What one bounded context is promised.</summary>
public sealed record RecoveryPolicy
{
    public required DocumentHead Head { get; init; }
    public string Name => Head.Name;
    public required Located<string> Cluster { get; init; }
    public required Located<string> Database { get; init; }

    /// <summary>Schema that holds the context, or null where it owns the whole database.</summary>
    public required Located<string>? Schema { get; init; }

    public required Located<string> RpoClass { get; init; }
    public required Located<string> RtoClass { get; init; }
    public required CrossSitePolicy CrossSite { get; init; }
    public required Located<FailoverMode> FailoverLocal { get; init; }
    public required Located<FailoverMode> FailoverCrossSite { get; init; }
    public required PromotionPolicy? Promotion { get; init; }
    public required BackupPolicy? Backup { get; init; }
    public required WriteFigures? Writes { get; init; }

    /// <summary>How many simultaneous faults inside the primary's site the local promise covers.</summary>
    public int Tolerates { get; init; } = 1;

    /// <summary>Figures that replace the environment's, one by one.</summary>
    public PlanningFigures? Planning { get; init; }
}

public sealed record CrossSitePolicy(
    Located<CrossSiteReplication> Replication,
    Located<TimeSpan>? DataLossWindow,
    Located<string>? RtoClass,
    Located<string>? Justification,
    SourceSpan At
);

public sealed record PromotionPolicy(
    EquatableArray<Located<string>> Authority,
    EquatableArray<Located<string>> Requires,
    Located<string> OnPartition,
    SourceSpan At
);

public sealed record BackupPolicy(
    Located<TimeSpan>? PitrWindow,
    Located<TimeSpan>? MaxAge,
    Located<TimeSpan>? DrillEvery,
    SourceSpan At
)
{
    /// <summary>How long a drill counts as proof, or null for the product's default.</summary>
    public Located<TimeSpan>? EvidenceLifetime { get; init; }
}

/// <summary>Planning figures; live ones replace them.</summary>
public sealed record WriteFigures(ByteCount? WalBytesPerSecond, ByteCount? Size, SourceSpan At);
