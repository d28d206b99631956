using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Observed;

/// <summary>Everything one pass of observation learnt. Ordered by name.</summary>
public sealed record FleetSnapshot(DateTimeOffset At, EquatableArray<ClusterSnapshot> Clusters)
{
    public ClusterSnapshot? Find(string cluster) => Clusters.FirstOrDefault(c => c.Name == cluster);
}

public sealed record ClusterSnapshot
{
    public required string Name { get; init; }
    public required EquatableArray<MemberSnapshot> Members { get; init; }

    /// <summary>Contents of the databases that the documents speak of, read on the primary; ordered by name.</summary>
    public required EquatableArray<DatabaseSnapshot> Databases { get; init; }

    /// <summary>What documents ask for and the primary would refuse; empty also where it was not asked.</summary>
    public EquatableArray<ServerObjection> Objections { get; init; } = [];

    /// <summary>What the engine made and last applied here, kept inside the cluster itself. Absent before the first apply.</summary>
    public required Observation<ClusterRecord> Record { get; init; }

    /// <summary>What the declared manager says of the cluster; null where the cluster declares none. Nobody's reading is <see cref="UnreadableKind.NotRead"/>, and not absent.</summary>
    public Observation<ManagerFacts>? Manager { get; init; }

    /// <summary>What the declared backup tool says; null where no backup is declared. Otherwise as <see cref="Manager"/>.</summary>
    public Observation<BackupFacts>? Backups { get; init; }

    /// <summary>What is remembered of the cluster outside of it, from before this pass; null where nobody ever saw it.</summary>
    public RememberedCluster? Remembered { get; init; }

    /// <summary>Why what is remembered could not be read: then nobody knows whether the cluster ever existed. Null where it could.</summary>
    public string? MemoryProblem { get; init; }

    public MemberSnapshot? Find(string member) => Members.FirstOrDefault(m => m.Name == member);

    /// <summary>Members seen out of recovery. More than one is a split brain; none may mean that the primary is unreadable.</summary>
    public IEnumerable<MemberSnapshot> Primaries =>
        Members.Where(m => m.Server is Observation<ServerFacts>.Seen { Value.InRecovery: false });
}

/// <param name="Host">Looked at only where the server itself gave no answer; null otherwise.</param>
public sealed record MemberSnapshot(string Name, Observation<ServerFacts> Server, Observation<DataDirectoryFacts>? Host)
{
    /// <summary>What its WAL archive holds: absent where it has no <c>restore_command</c>; null where nobody had to ask.</summary>
    public Observation<ArchiveFacts>? Archive { get; init; }
}

/// <summary>State of a member's data directory, from the host.</summary>
/// <param name="PostgresMajor">From PG_VERSION.</param>
/// <param name="StandbySignal">standby.signal exists.</param>
/// <param name="Running">postmaster.pid names a live process.</param>
public sealed record DataDirectoryFacts(
    string Path,
    int PostgresMajor,
    bool StandbySignal,
    bool Running,
    string? SystemIdentifier
)
{
    /// <summary>It lies where the documents place what the engine provisions; false for one that lies where its server once said.</summary>
    public bool IsManaged { get; init; } = true;

    /// <summary>Of its newest WAL; null where it could not be told.</summary>
    public int? Timeline { get; init; }

    /// <summary>Where its WAL ends, or, where only that is known, its last checkpoint; null where neither could be read.</summary>
    public string? Lsn { get; init; }

    /// <summary>Timeline history files beside its WAL, the youngest first.</summary>
    public EquatableArray<TimelineAncestry> KnownTimelines { get; init; } = [];

    /// <summary>Port of the server that runs on it, from postmaster.pid.</summary>
    public int? Port { get; init; }

    /// <summary>First address on which that server listens, from postmaster.pid; null while it does not accept connections.</summary>
    public string? Listens { get; init; }
}

/// <summary>Contents of one database.</summary>
public sealed record DatabaseSnapshot(string Name, Observation<DatabaseFacts> Contents);

public sealed record DatabaseFacts
{
    public required EquatableArray<SchemaFact> Schemas { get; init; }
    public required EquatableArray<ExtensionFact> Extensions { get; init; }
    public required EquatableArray<AclFact> Acls { get; init; }
    public required EquatableArray<DefaultAclFact> DefaultAcls { get; init; }

    /// <summary>Settings that functions and procedures set for themselves, as far as they weaken what a commit means; ordered by function.</summary>
    public EquatableArray<FunctionSettingFact> FunctionSettings { get; init; } = [];

    /// <summary>What kinds of objects that bring their own statement see of themselves; ordered by catalog and columns.</summary>
    public EquatableArray<CatalogRow> Catalog { get; init; } = [];
}

/// <summary>One row of a statement that a kind of object brings along. What its columns mean, only that kind knows.</summary>
/// <param name="Catalog">Name of the statement.</param>
/// <param name="Columns">Null is the empty text.</param>
public sealed record CatalogRow(string Catalog, EquatableArray<string> Columns);

/// <param name="Function">With its schema and arguments.</param>
public sealed record FunctionSettingFact(string Function, string Name, string Value);

public sealed record SchemaFact(string Name, string Owner);

public sealed record ExtensionFact(string Name, string Version, string Schema, string? DefaultVersion);

/// <summary>Privileges of one grantee on one object; everyone is spelt as documents do.</summary>
/// <param name="Kind">database, schema, table (also views, foreign tables), column, sequence, function (also procedures, aggregates).</param>
/// <param name="Schema">Null for a database.</param>
/// <param name="Grantee">Null where even the built-in privileges were taken away and nobody, not even the owner, holds any (an ACL of <c>{}</c>).</param>
/// <param name="Privileges">Upper-case, ordered by ordinal.</param>
public sealed record AclFact(
    string Kind,
    string? Schema,
    string Object,
    string Owner,
    string? Grantee,
    EquatableArray<string> Privileges
)
{
    /// <summary>Of the object's table where these are privileges on one column (kind <c>column</c>); else null.</summary>
    public string? Column { get; init; }

    /// <summary>Who granted what, where not all of it was granted by the owner without grant option; else empty.</summary>
    public EquatableArray<AclGrant> Grants { get; init; } = [];
}

/// <summary>What one grantor gave to the grantee of an <see cref="AclFact"/>.</summary>
/// <param name="Privileges">Without grant option; upper-case, ordered by ordinal.</param>
/// <param name="Grantable">With grant option.</param>
public sealed record AclGrant(string Grantor, EquatableArray<string> Privileges, EquatableArray<string> Grantable);

/// <param name="Schema">Null for default privileges of all schemas.</param>
/// <param name="On">tables, sequences, functions, types, schemas.</param>
/// <param name="Grantee">Null where nobody, not even the role itself, gets any (an ACL of <c>{}</c>).</param>
public sealed record DefaultAclFact(string ForRole, string? Schema, string On, string? Grantee, EquatableArray<string> Privileges)
{
    /// <summary>Those of the privileges that come with grant option.</summary>
    public EquatableArray<string> Grantable { get; init; } = [];
}

/// <summary>Inventory and last applied values, read from schema <c>pggitops</c> in database <c>postgres</c>.</summary>
/// <param name="Inventory">Objects this engine created; only they may ever be removed by it.</param>
/// <param name="Applied">Last value that documents and cluster agreed on, by facet: brought about by the engine, or found so.</param>
/// <param name="Suspension">Null when the cluster is not suspended.</param>
public sealed record ClusterRecord(
    EquatableArray<InventoryEntry> Inventory,
    EquatableArray<AppliedEntry> Applied,
    Suspension? Suspension
)
{
    /// <summary>Fencing token of the last writer; 0 where nobody wrote yet.</summary>
    public long Token { get; init; }
}

public sealed record InventoryEntry(string Object, string Commit, DateTimeOffset CreatedAt);

/// <param name="Value">Canonical value; for a secret a word.</param>
/// <param name="Adopted">Found as declared, and not brought about by the engine: nothing of it is ever taken back.</param>
public sealed record AppliedEntry(
    string Object,
    string Field,
    string Value,
    string Commit,
    DateTimeOffset At,
    bool Adopted = false
);

public sealed record Suspension(string Reason, string Owner, DateTimeOffset Since, DateTimeOffset Expires);

/// <param name="Place">Where it says so, in words, such as <c>host osl-1</c>.</param>
public sealed record PlacedSuspension(string Place, Suspension Suspension);
