using System.Text.Json.Serialization;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Observed;

/// <summary>Cluster-wide facts of one running server, all read on one connection in at most two round trips.</summary>
public sealed record ServerFacts
{
    /// <summary>server_version_num, such as 150018.</summary>
    public required int VersionNumber { get; init; }

    public required string SystemIdentifier { get; init; }
    public required bool InRecovery { get; init; }

    /// <summary>Timeline: of the WAL being written on a primary, of the WAL being received (else of the last checkpoint) on a standby.</summary>
    public required int Timeline { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
    public required bool DataChecksums { get; init; }

    /// <summary>Every setting that is not at its built-in default, or will not be after a restart, or that a document mentions; ordered by name.</summary>
    public required EquatableArray<SettingFact> Settings { get; init; }

    /// <summary>Lines of the configuration files, in the order the server reads them.</summary>
    public required EquatableArray<FileSettingFact> FileSettings { get; init; }

    /// <summary>The server has read its configuration files since the last of them changed; null where that could not be asked.</summary>
    public bool? FilesLoaded { get; init; }

    public required EquatableArray<RoleFact> Roles { get; init; }
    public required EquatableArray<MembershipFact> Memberships { get; init; }
    public required EquatableArray<DatabaseFact> Databases { get; init; }
    public required EquatableArray<ScopedSettingFact> ScopedSettings { get; init; }
    public required EquatableArray<SlotFact> Slots { get; init; }

    /// <summary>Connected standbys (pg_stat_replication), empty on a server without any.</summary>
    public required EquatableArray<StandbyFact> Standbys { get; init; }

    /// <summary>pg_stat_wal_receiver, or null when nothing is being received.</summary>
    public required WalReceiverFact? WalReceiver { get; init; }

    /// <summary>Timeline history files beside its WAL, the youngest first; none where they may not be read.</summary>
    public EquatableArray<TimelineAncestry> KnownTimelines { get; init; } = [];

    /// <summary>What kinds of objects that bring their own statement see of what all databases share; ordered by columns.</summary>
    public EquatableArray<CatalogRow> Catalog { get; init; } = [];

    /// <summary>data_directory as the server tells it; null where the login may not ask.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Position up to which WAL is safe on disk (primary), or received and replayed (standby), as an LSN text.</summary>
    public required string? Lsn { get; init; }

    /// <summary>Replay is paused; null on a primary.</summary>
    public bool? ReplayPaused { get; init; }

    /// <summary>pg_hba.conf; null where it could not be read.</summary>
    public AccessListFacts? AccessList { get; init; }

    public SettingFact? Setting(string name) => Settings.FirstOrDefault(s => s.Name == name);

    /// <summary>The line that counts for a setting, at the latest after a restart; null where no file sets it, or none could be read.</summary>
    public FileSettingFact? LineOf(string name) =>
        FileSettings.LastOrDefault(l => l.Value is not null && l.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Who is admitted from where, as the file says. Secrets of directory servers are removed when read.</summary>
/// <param name="IsOurs">It bears the first line of those that we write.</param>
/// <param name="Lines">In the order the server reads them, without comments, one blank between words.</param>
/// <param name="IsLoaded">The server has read its files since this one last changed.</param>
public sealed record AccessListFacts(bool IsOurs, EquatableArray<string> Lines, bool IsLoaded);

/// <summary>A row of pg_settings. Values of secret-bearing settings (primary_conninfo) have their password removed when read.</summary>
/// <param name="Unit">Such as <c>8kB</c>, <c>ms</c>, or null.</param>
/// <param name="Context">internal, postmaster, sighup, superuser, user, backend, …</param>
/// <param name="Source">default, configuration file, command line, database, user, override, …</param>
public sealed record SettingFact(
    string Name,
    string Value,
    string? Unit,
    string VarType,
    string Context,
    string Source,
    string? SourceFile,
    int? SourceLine,
    string? BootValue,
    bool PendingRestart,
    EquatableArray<string> EnumValues
);

/// <summary>A row of pg_file_settings.</summary>
public sealed record FileSettingFact(string File, int Line, string Name, string? Value, bool Applied, string? Error)
{
    /// <summary>Without its directory.</summary>
    [JsonIgnore]
    public string FileName => File[(File.LastIndexOf('/') + 1)..];
}

/// <param name="PasswordVerifier">As in pg_authid; never printed. Null where the role has no password or it could not be read.</param>
public sealed record RoleFact(
    string Name,
    bool Superuser,
    bool Inherit,
    bool CreateRole,
    bool CreateDb,
    bool Login,
    bool Replication,
    bool BypassRls,
    int ConnectionLimit,
    DateTimeOffset? ValidUntil,
    PasswordVerifier? PasswordVerifier
);

/// <summary>A stored password verifier. Its text never leaves the process by way of ToString.</summary>
public sealed record PasswordVerifier(string Text)
{
    /// <summary>Of the old kind; the digest that stands for it in a snapshot file keeps the kind.</summary>
    public bool IsMd5 =>
        Text.StartsWith("md5", StringComparison.Ordinal) || Text.StartsWith("digest:md5:", StringComparison.Ordinal);

    public override string ToString() => "(verifier)";
}

public sealed record MembershipFact(string Role, string Member, bool AdminOption)
{
    /// <summary>Each grantor's own grant, ordered by grantor; empty before PostgreSQL 16, where a membership has one grant and one option.</summary>
    public EquatableArray<MembershipGrant> Grants { get; init; } = [];

    /// <summary>The member has the group's rights without SET ROLE.</summary>
    /// <param name="byRole">What the member's own attribute says, which decided before PostgreSQL 16.</param>
    public bool Inherits(bool byRole) => Grants.Count == 0 ? byRole : Grants.Any(g => g.Inherit);

    /// <summary>The member may become the group.</summary>
    [JsonIgnore]
    public bool MaySet => Grants.Count == 0 || Grants.Any(g => g.Set);
}

/// <summary>One row of pg_auth_members from PostgreSQL 16 on.</summary>
public sealed record MembershipGrant(string Grantor, bool Admin, bool Inherit, bool Set);

public sealed record DatabaseFact(
    string Name,
    string Owner,
    string Encoding,
    string Collate,
    string Ctype,
    int ConnectionLimit,
    bool AllowConnections,
    bool IsTemplate
)
{
    /// <summary>How PostgreSQL marks what an interrupted DROP DATABASE left.</summary>
    public const int InvalidConnectionLimit = -2;
}

/// <summary>A row of pg_db_role_setting, one per setting. Null database means all databases, null role all roles.</summary>
public sealed record ScopedSettingFact(string? Database, string? Role, string Name, string Value);

public sealed record SlotFact(string Name, string Type, bool Active, string? RestartLsn, string? WalStatus)
{
    /// <summary>A copy of a slot of the primary that a standby keeps in step for a failover (from version 17 on).</summary>
    public bool Synced { get; init; }

    /// <summary>It goes with the session that made it.</summary>
    public bool Temporary { get; init; }
}

/// <param name="FlushLagSeconds">As last measured on a reply: old WAL on its way to a silent standby does not show here.</param>
/// <param name="ReplyAgeSeconds">Since the standby's last reply, by the clocks of both hosts.</param>
public sealed record StandbyFact(
    string ApplicationName,
    string? ClientAddress,
    string State,
    string SyncState,
    string? SentLsn,
    string? FlushLsn,
    string? ReplayLsn,
    long? FlushLagBytes,
    double? FlushLagSeconds = null,
    double? ReplyAgeSeconds = null
);

public sealed record WalReceiverFact(string Status, string? SenderHost, int? SenderPort, string? SlotName, int? ReceivedTimeline);
