using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Builders;

/// <summary>Live state for tests: servers as PostgreSQL 15 shows them just after initdb, changed with <c>with</c>.</summary>
internal static class Snapshots
{
    internal static readonly DateTimeOffset At = Fleets.Now;

    internal static FleetSnapshot Fleet(params ClusterSnapshot[] clusters) => new(At, [.. clusters]);

    internal static ClusterSnapshot Cluster(params MemberSnapshot[] members) =>
        new()
        {
            Name = "core",
            Members = [.. members],
            Databases = [],
            Record = new Observation<ClusterRecord>.Absent("no schema pggitops", At),
        };

    internal static ClusterSnapshot Empty(params string[] members) => Cluster([.. members.Select(Absent)]);

    internal static MemberSnapshot Seen(string name, ServerFacts facts) =>
        new(name, new Observation<ServerFacts>.Seen(facts, At), null);

    internal static MemberSnapshot Absent(string name) =>
        new(
            name,
            new Observation<ServerFacts>.Unreadable(UnreadableKind.Unreachable, "connection refused", At),
            new Observation<DataDirectoryFacts>.Absent("no data directory", At)
        );

    internal static MemberSnapshot Unreachable(string name) =>
        new(
            name,
            new Observation<ServerFacts>.Unreadable(UnreadableKind.Unreachable, "no answer within 5s", At),
            new Observation<DataDirectoryFacts>.Unreadable(UnreadableKind.Unreachable, "host does not answer", At)
        );

    internal static MemberSnapshot Stopped(string name, bool standby) =>
        new(
            name,
            new Observation<ServerFacts>.Unreadable(UnreadableKind.Unreachable, "connection refused", At),
            new Observation<DataDirectoryFacts>.Seen(new DataDirectoryFacts("/data/" + name, 15, standby, false, "7001"), At)
        );

    internal static ServerFacts Primary(params string[] streaming) =>
        Server(false) with
        {
            Standbys =
            [
                .. streaming.Select(s => new StandbyFact(
                    s,
                    "10.0.0.9",
                    "streaming",
                    "async",
                    "0/3000000",
                    "0/3000000",
                    "0/3000000",
                    0
                )),
            ],
            Slots = [.. streaming.Select(s => new SlotFact(s.Replace('-', '_'), "physical", true, "0/3000000", "reserved"))],
        };

    internal static ServerFacts Standby() =>
        Server(true) with
        {
            WalReceiver = new WalReceiverFact("streaming", "10.0.0.1", 5432, null, 1),
        };

    internal static ServerFacts Server(bool inRecovery) =>
        new()
        {
            VersionNumber = 150018,
            SystemIdentifier = "7001",
            InRecovery = inRecovery,
            Timeline = 1,
            StartedAt = At.AddDays(-1),
            DataChecksums = true,
            Settings =
            [
                Setting("max_connections", "100", "integer", null, "postmaster"),
                Setting("shared_buffers", "16384", "integer", "8kB", "postmaster"),
                Setting(
                    "synchronous_commit",
                    "on",
                    "enum",
                    null,
                    "user",
                    values: ["local", "remote_write", "remote_apply", "on", "off"]
                ),
                Setting("synchronous_standby_names", "", "string", null, "sighup"),
                Setting("work_mem", "4096", "integer", "kB", "user"),
            ],
            FileSettings = [],
            Roles =
            [
                Role("postgres") with
                {
                    Superuser = true,
                    Login = true,
                    CreateDb = true,
                    CreateRole = true,
                    Replication = true,
                    BypassRls = true,
                },
                Replicator,
            ],
            Memberships = [],
            Databases = [Database("postgres", "postgres")],
            ScopedSettings = [],
            Slots = [],
            Standbys = [],
            WalReceiver = null,
            Lsn = "0/3000000",
        };

    internal static SettingFact Setting(
        string name,
        string value,
        string type,
        string? unit,
        string context,
        string source = "default",
        string[]? values = null
    ) => new(name, value, unit, type, context, source, null, null, value, false, [.. values ?? []]);

    internal static ServerFacts WithSetting(this ServerFacts facts, string name, Func<SettingFact, SettingFact> change) =>
        facts with
        {
            Settings = [.. facts.Settings.Select(s => s.Name == name ? change(s) : s)],
        };

    /// <summary>The role of spec.access that standbys log in with.</summary>
    internal static RoleFact Replicator => Role("replicator") with { Login = true, Replication = true };

    internal static RoleFact Role(string name) => new(name, false, true, false, false, false, false, false, -1, null, null);

    internal static DatabaseFact Database(string name, string owner) => new(name, owner, "UTF8", "C", "C", -1, true, false);

    internal static DatabaseFacts Contents() =>
        new()
        {
            Schemas = [new SchemaFact("public", "pg_database_owner")],
            Extensions = [new ExtensionFact("plpgsql", "1.0", "pg_catalog", "1.0")],
            Acls = [new AclFact("schema", "public", "public", "pg_database_owner", "public", ["USAGE"])],
            DefaultAcls = [],
        };

    internal static DatabaseSnapshot Inside(string name, DatabaseFacts contents) =>
        new(name, new Observation<DatabaseFacts>.Seen(contents, At));

    internal static ClusterSnapshot WithRecord(
        this ClusterSnapshot snapshot,
        IEnumerable<string>? inventory = null,
        params (string Object, string Field, string Value)[] applied
    ) =>
        snapshot with
        {
            Record = new Observation<ClusterRecord>.Seen(
                new ClusterRecord(
                    (inventory ?? []).Select(i => new InventoryEntry(i, "c0", At)).ToEquatableArray(),
                    applied.Select(a => new AppliedEntry(a.Object, a.Field, a.Value, "c0", At)).ToEquatableArray(),
                    null
                ),
                At
            ),
        };

    /// <summary>After the writer has recorded what a plan found, as it would stand in the cluster.</summary>
    internal static ClusterSnapshot WithFound(this ClusterSnapshot snapshot, ClusterPlan plan, string[]? inventory = null) =>
        snapshot with
        {
            Record = new Observation<ClusterRecord>.Seen(
                new ClusterRecord(
                    (inventory ?? []).Select(i => new InventoryEntry(i, "c0", At)).ToEquatableArray(),
                    plan.Found.Select(f => new AppliedEntry(
                            f.Key.Object.ToString(),
                            f.Key.Field.ToString(),
                            f.Value!.Canonical,
                            "c0",
                            At,
                            Adopted: true
                        ))
                        .ToEquatableArray(),
                    null
                ),
                At
            ),
        };

    /// <summary>A primary core-1 with standbys core-2 and core-3 that stream.</summary>
    internal static ClusterSnapshot Healthy(
        Func<ServerFacts, ServerFacts>? primary = null,
        Func<ServerFacts, ServerFacts>? standby = null
    ) =>
        Cluster(
            Seen("core-1", (primary ?? (f => f))(Primary("core-2", "core-3"))),
            Seen("core-2", (standby ?? (f => f))(Standby())),
            Seen("core-3", (standby ?? (f => f))(Standby()))
        );
}
