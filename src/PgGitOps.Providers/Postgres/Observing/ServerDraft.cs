using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>What is allowed on a server, and whether the engine's own record is there.</summary>
/// <param name="Verifiers">pg_authid may be read.</param>
/// <param name="Files">pg_file_settings may be read.</param>
/// <param name="AccessList">pg_hba.conf may be read.</param>
/// <param name="WalDirectory">pg_wal may be listed.</param>
/// <param name="Token">The record's fencing token may be read.</param>
/// <param name="TellsAdopted">The record tells values that were found from those that were brought about.</param>
internal sealed record ServerRights(
    bool Verifiers,
    bool Files,
    RecordState Record,
    bool TellsAdopted,
    bool AccessList,
    bool WalDirectory,
    bool Token
);

internal enum RecordState
{
    None,
    Readable,

    /// <summary>The tables are there, and the engine's user may not read them.</summary>
    Denied,

    /// <summary>The schema or its tables belong to somebody who could have planted them.</summary>
    Foreign,
}

/// <summary>Rows of one server as they come in.</summary>
internal sealed class ServerDraft
{
    private Dictionary<string, string>? types;

    public ServerFacts? Head { get; set; }
    public ServerRights? Rights { get; set; }
    public AccessListFacts? AccessList { get; set; }

    /// <summary>Timeline of the newest WAL segment; null where they may not be listed.</summary>
    public int? SegmentTimeline { get; set; }

    public List<TimelineAncestry> KnownTimelines { get; } = [];
    public long Token { get; set; }
    public string ClusterName { get; set; } = "";

    /// <inheritdoc cref="Connecting.ServerSession.HiddenTimeouts"/>
    public IReadOnlyCollection<string> HiddenTimeouts { get; init; } = [];

    /// <summary>Asked to stop, and waiting for the end of its sessions; null where this login cannot be told.</summary>
    public bool? IsStopping { get; set; }
    public List<SettingFact> Settings { get; } = new(64);
    public List<FileSettingFact> FileSettings { get; } = [];

    /// <inheritdoc cref="ServerFacts.FilesLoaded"/>
    public bool? FilesLoaded { get; set; }
    public List<RoleFact> Roles { get; } = [];
    public Dictionary<string, PasswordVerifier> Verifiers { get; } = new(StringComparer.Ordinal);
    public List<MembershipFact> Memberships { get; } = [];
    public List<DatabaseFact> Databases { get; } = [];
    public List<ScopedSettingFact> ScopedSettings { get; } = [];
    public List<SlotFact> Slots { get; } = [];
    public List<StandbyFact> Standbys { get; } = [];
    public WalReceiverFact? WalReceiver { get; set; }
    public List<InventoryEntry> Inventory { get; } = [];
    public List<AppliedEntry> Applied { get; } = [];
    public Suspension? Suspension { get; set; }
    public List<CatalogRow> Catalog { get; } = [];

    /// <param name="user">The engine's own login.</param>
    /// <param name="names">Settings asked for by name, in lower case.</param>
    public ServerFacts ToFacts(string user, IReadOnlySet<string> names)
    {
        var head = Head ?? throw new InvalidOperationException("the head of a server is always read first");
        var roles = Roles.Select(r =>
            Verifiers.TryGetValue(r.Name, out var verifier) ? r with { PasswordVerifier = verifier } : r
        );
        return head with
        {
            Settings = SessionShadow
                .Lift(this, user, names)
                .Select(s =>
                    s with
                    {
                        Value = Shown(s.Name, s.Value),
                        BootValue = s.BootValue is { } boot ? Shown(s.Name, boot) : null,
                    }
                )
                .OrderBy(s => s.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            FileSettings = FileSettings
                .Select(f => f with { Value = f.Value is { } value ? Shown(f.Name, value) : null })
                .ToEquatableArray(),
            FilesLoaded = FilesLoaded,
            Roles = roles.OrderBy(r => r.Name, StringComparer.Ordinal).ToEquatableArray(),
            Memberships = Memberships
                .GroupBy(m => (m.Role, m.Member))
                .Select(Merged)
                .OrderBy(m => m.Role, StringComparer.Ordinal)
                .ThenBy(m => m.Member, StringComparer.Ordinal)
                .ToEquatableArray(),
            Databases = Databases.OrderBy(d => d.Name, StringComparer.Ordinal).ToEquatableArray(),
            ScopedSettings = ScopedSettings
                .Select(s => s with { Value = Shown(s.Name, s.Value) })
                .OrderBy(s => s.Database, StringComparer.Ordinal)
                .ThenBy(s => s.Role, StringComparer.Ordinal)
                .ThenBy(s => s.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            Slots = Slots.OrderBy(s => s.Name, StringComparer.Ordinal).ToEquatableArray(),
            Standbys = Standbys
                .OrderBy(s => s.ApplicationName, StringComparer.Ordinal)
                .ThenBy(s => s.ClientAddress, StringComparer.Ordinal)
                .ToEquatableArray(),
            WalReceiver = WalReceiver,
            Catalog = Catalog.OrderBy(r => string.Join('\0', r.Columns), StringComparer.Ordinal).ToEquatableArray(),
            AccessList = AccessList,
            // A standby that lost its source tells the timeline of its last restart point, however far it has come since.
            Timeline = head.InRecovery ? Math.Max(head.Timeline, SegmentTimeline ?? 0) : head.Timeline,
            KnownTimelines = KnownTimelines.OrderByDescending(k => k.Timeline).ToEquatableArray(),
        };
    }

    public ClusterRecord ToRecord() =>
        new(
            Inventory.OrderBy(i => i.Object, StringComparer.Ordinal).ToEquatableArray(),
            Applied
                // Earlier versions kept such values as they were.
                .Select(a => ObjectPath.Parse(a.Object).ParameterName is { } name ? a with { Value = Shown(name, a.Value) } : a)
                .OrderBy(a => a.Object, StringComparer.Ordinal)
                .ThenBy(a => a.Field, StringComparer.Ordinal)
                .ToEquatableArray(),
            Suspension
        )
        {
            Token = Token,
        };

    /// <summary>A setting's value as it leaves this reading, with the type that this server gives the setting.</summary>
    private string Shown(string name, string value)
    {
        types ??= Settings.ToDictionary(s => s.Name, s => s.VarType, StringComparer.OrdinalIgnoreCase);
        return SecretSettings.Redact(name, types.GetValueOrDefault(name), value);
    }

    /// <summary>Any ADMIN OPTION counts.</summary>
    private static MembershipFact Merged(IGrouping<(string Role, string Member), MembershipFact> granted) =>
        new(granted.Key.Role, granted.Key.Member, granted.Any(m => m.AdminOption))
        {
            Grants = granted.SelectMany(m => m.Grants).OrderBy(g => g.Grantor, StringComparer.Ordinal).ToEquatableArray(),
        };
}
