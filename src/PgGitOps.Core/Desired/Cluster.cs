using PgGitOps.Core.Facets;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

public sealed record Cluster
{
    public required DocumentHead Head { get; init; }
    public string Name => Head.Name;

    /// <summary>Name of the environment whose directory holds the document.</summary>
    public required string Environment { get; init; }

    /// <summary>Major version, such as 15.</summary>
    public required int PostgresMajor { get; init; }

    public required ClusterManager Manager { get; init; }
    public required string PrimarySite { get; init; }

    /// <summary>Mode of this cluster, or null to take the environment's.</summary>
    public required ReconcileMode? Mode { get; init; }

    public required EquatableArray<Member> Members { get; init; }
    public required Replication Replication { get; init; }
    public required Storage? Storage { get; init; }
    public required EquatableArray<Parameter> Parameters { get; init; }
    public required EquatableArray<Role> Roles { get; init; }
    public required EquatableArray<Database> Databases { get; init; }
    public required BackupPlan? Backup { get; init; }

    /// <summary>Nothing is done on it before then; null when the document does not say so.</summary>
    public DeclaredSuspension? Suspended { get; init; }

    /// <summary>Per-field exceptions from the cluster's mode.</summary>
    public required EquatableArray<FieldException> Exceptions { get; init; }

    public Member? FindMember(string name) => Members.FirstOrDefault(m => m.Name == name);
}

/// <param name="Until">It ends by itself then.</param>
public sealed record DeclaredSuspension(string Reason, DateTimeOffset Until, SourceSpan At);

/// <summary>Who owns the servers' life cycle. Closed: <see cref="Native"/>, <see cref="Patroni"/>.</summary>
public abstract record ClusterManager
{
    private ClusterManager() { }

    /// <summary>This engine starts, clones and configures the servers itself.</summary>
    public sealed record Native : ClusterManager;

    /// <param name="DcsMembers">Members of the configuration store; where they sit is said by the environment's observers of the same name.</param>
    public sealed record Patroni(string Scope, EquatableArray<string> DcsMembers) : ClusterManager
    {
        /// <summary>Such as 4.1.5, or null where it is not stated; proofs then assume the weakest version.</summary>
        public string? Version { get; init; }

        public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(30);
        public TimeSpan LoopWait { get; init; } = TimeSpan.FromSeconds(10);
        public TimeSpan PrimaryStartTimeout { get; init; } = TimeSpan.FromSeconds(300);
        public ByteCount MaximumLagOnFailover { get; init; } = new(1024 * 1024);

        /// <summary>A watchdog device resets the primary's host when its lease runs out.</summary>
        public bool Watchdog { get; init; }

        /// <summary>pg_hba admits replication connections from the cluster's own members only.</summary>
        public bool ReplicationOnlyFromMembers { get; init; }

        /// <summary>Sites whose members form a standby cluster, which is always asynchronous.</summary>
        public EquatableArray<Located<string>> StandbySites { get; init; }
    }

    public T Match<T>(Func<Native, T> native, Func<Patroni, T> patroni) =>
        this switch
        {
            Native n => native(n),
            Patroni p => patroni(p),
            _ => throw new InvalidOperationException("ClusterManager is closed"),
        };
}

/// <summary>One server of a cluster. Its name is also its application_name towards the primary, and names its replication slot.</summary>
/// <param name="Initial">True for the member that is initialised first when no member exists yet: the only promotable one in the primary site, else the first of them by name.</param>
public sealed record Member(string Name, string Host, int Port, bool Promotable, bool Initial, SourceSpan At, SourceSpan HostAt)
{
    /// <summary>Slot names allow lower-case letters, digits and underscores only.</summary>
    public string SlotName => Name.Replace('-', '_');

    /// <summary>Member this one streams from (a cascade), or null to stream from the primary. A cascade never acknowledges commits.</summary>
    public Located<string>? From { get; init; }

    /// <summary>How long replay is held back (recovery_min_apply_delay), or null. WAL is received and kept at once all the same.</summary>
    public Located<TimeSpan>? ReplayDelay { get; init; }

    /// <summary>Data directory of a server that was found, not provisioned; null for one that the engine may make below <see cref="ServerAccess.DataRoot"/>.</summary>
    public Located<string>? DataDirectory { get; init; }
}

public enum WhenShort
{
    /// <summary>Commits wait until enough standbys are back.</summary>
    Block,

    /// <summary>A controller shrinks the rule so that commits go on.</summary>
    Degrade,
}

/// <param name="Synchronous">Null means every standby is asynchronous.</param>
public sealed record Replication(SynchronousReplication? Synchronous, SourceSpan At)
{
    public SynchronousRule Rule => Synchronous?.Rule ?? SynchronousRule.None;
    public WhenShort WhenShort => Synchronous?.WhenShort ?? WhenShort.Block;
}

/// <summary>A rule with the level of commits under it, what happens when standbys are missing, and where all that stands.</summary>
/// <param name="StandbysAt">Where each name of the rule stands.</param>
public sealed record SynchronousReplication(
    SynchronousRule Rule,
    CommitLevel Commit,
    WhenShort WhenShort,
    EquatableArray<SourceSpan> StandbysAt,
    SourceSpan At
)
{
    public IEnumerable<Located<string>> Standbys => Rule.Names.Zip(StandbysAt, (name, at) => new Located<string>(name, at));
}

public sealed record Storage(string Durability, bool DataChecksums, int? CapacityAlertPercent, SourceSpan At);

/// <summary>A server parameter, as written.</summary>
public sealed record Parameter(string Name, string Value, SourceSpan At);

public sealed record Role
{
    public required string Name { get; init; }
    public required bool Login { get; init; }
    public required bool Superuser { get; init; }
    public required bool CreateDb { get; init; }
    public required bool CreateRole { get; init; }
    public required bool Replication { get; init; }
    public required bool BypassRls { get; init; }
    public required bool Inherit { get; init; }

    /// <summary>-1 for no limit.</summary>
    public required int ConnectionLimit { get; init; }

    public required DateTimeOffset? ValidUntil { get; init; }
    public required EquatableArray<Located<string>> MemberOf { get; init; }

    /// <summary>Options of the memberships that the document gives any; of the others, PostgreSQL's own defaults hold.</summary>
    public EquatableArray<MembershipOptions> MembershipOptions { get; init; } = [];

    public required EquatableArray<Parameter> Settings { get; init; }
    public required SecretReference? Password { get; init; }

    /// <summary>Names of the fields the document mentions; the others are not managed.</summary>
    public required EquatableArray<string> Mentioned { get; init; }

    /// <summary>The document lists all that the role is a member of: what is beside that is revoked.</summary>
    public bool ListsMemberships => Mentioned.Contains("memberOf");

    public required SourceSpan At { get; init; }

    /// <summary>Place of each mentioned field by name, for findings.</summary>
    public required EquatableArray<KeyValuePair<string, SourceSpan>> Places { get; init; }
}

/// <param name="Admin">May admit others to the group.</param>
/// <param name="Inherit">Has the group's rights without SET ROLE; null for what the role's own attribute says. From PostgreSQL 16 on.</param>
/// <param name="Set">May become the group by SET ROLE. From PostgreSQL 16 on.</param>
public sealed record MembershipOptions(Located<string> Group, bool Admin, bool? Inherit, bool? Set);

public sealed record Database
{
    public required string Name { get; init; }
    public required Located<string>? Owner { get; init; }
    public required string? Encoding { get; init; }
    public required string? Locale { get; init; }
    public required int? ConnectionLimit { get; init; }
    public required EquatableArray<Parameter> Settings { get; init; }
    public required EquatableArray<Extension> Extensions { get; init; }
    public required EquatableArray<Schema> Schemas { get; init; }
    public required EquatableArray<Grant> Grants { get; init; }
    public required EquatableArray<DefaultPrivilege> DefaultPrivileges { get; init; }
    public EquatableArray<Publication> Publications { get; init; } = [];
    public required SourceSpan At { get; init; }

    /// <summary>A database of which no document says anything.</summary>
    internal static Database OfName(string name) =>
        new()
        {
            Name = name,
            Owner = null,
            Encoding = null,
            Locale = null,
            ConnectionLimit = null,
            Settings = [],
            Extensions = [],
            Schemas = [],
            Grants = [],
            DefaultPrivileges = [],
            At = default,
        };
}

public sealed record Extension(string Name, string? Version, string? Schema, SourceSpan At);

public sealed record Schema(string Name, Located<string>? Owner, SourceSpan At);

/// <param name="Schema">Schema of the target; null for a grant on the database.</param>
/// <param name="Object">Table or sequence name; null for the other targets.</param>
/// <param name="Privileges">Upper-case names, ordered; ALL is expanded when read.</param>
public sealed record Grant(
    GrantTarget Target,
    string? Schema,
    string? Object,
    Located<string> To,
    EquatableArray<string> Privileges,
    SourceSpan At
)
{
    /// <summary>Columns of the table that are meant, and not the table as a whole; empty for the whole.</summary>
    public EquatableArray<Located<string>> Columns { get; init; } = [];

    /// <summary>The grantee may pass the privileges on.</summary>
    public bool WithGrantOption { get; init; }
}

/// <param name="Operations">Of insert, update, delete, truncate; empty where the document does not say.</param>
/// <param name="ViaPartitionRoot">Null where the document does not say.</param>
public sealed record Publication(
    string Name,
    Located<string>? Owner,
    bool AllTables,
    EquatableArray<PublishedTable> Tables,
    EquatableArray<Located<string>> Schemas,
    EquatableArray<string> Operations,
    bool? ViaPartitionRoot,
    SourceSpan At
);

/// <param name="Columns">Empty for all columns.</param>
public sealed record PublishedTable(Located<string> Schema, string Table, EquatableArray<string> Columns, SourceSpan At);

/// <param name="ForRole">Role whose future objects are meant.</param>
public sealed record DefaultPrivilege(
    Located<string> ForRole,
    string? Schema,
    DefaultPrivilegeTarget On,
    Located<string> To,
    EquatableArray<string> Privileges,
    SourceSpan At
)
{
    /// <inheritdoc cref="Grant.WithGrantOption"/>
    public bool WithGrantOption { get; init; }
}

public sealed record BackupPlan(
    string Tool,
    EquatableArray<Located<string>> Repositories,
    string? FullSchedule,
    string? DifferentialSchedule,
    int? RetentionFull,
    TimeSpan? ArchiveTimeout,
    SourceSpan At
);

public enum FieldTreatment
{
    Observe,
    Enforce,
    Ignore,
}

/// <summary>How one field is treated, other than its cluster's mode says.</summary>
/// <param name="Field">Field path as drift prints it, such as <c>parameter/work_mem</c> or <c>role/legacy*</c>; a trailing <c>*</c> matches any rest.</param>
/// <param name="Expires">Required for <see cref="FieldTreatment.Ignore"/>: past it the field is treated as the cluster's mode says.</param>
public sealed record FieldException(string Field, FieldTreatment Treatment, string Reason, DateTimeOffset? Expires, SourceSpan At)
{
    /// <summary>A pattern speaks of the object or of one field of it, with or without the member that carries it.</summary>
    public bool Matches(ObjectPath path, Facets.Field field) =>
        Fits(Field, path.ToString(), field) || (path.WithoutMember is { } anywhere && Fits(Field, anywhere, field));

    private static bool Fits(string pattern, string path, Facets.Field field)
    {
        // Reports print a field behind a space; a point is easier to write.
        foreach (var full in (ReadOnlySpan<string>)[$"{path}.{field}", $"{path} {field}"])
        {
            if (
                pattern.EndsWith('*')
                    ? full.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
                    : pattern == full
            )
                return true;
        }
        return pattern == path;
    }
}
