using PgGitOps.Core.Facets;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Reading;

internal static class ClusterReading
{
    /// <summary>The cluster without its environment and first member, which other documents decide.</summary>
    public static Cluster Read(DocumentHead head, Fields spec, List<Diagnostic> findings)
    {
        var major = spec.Number("postgres")!.Value;
        return new Cluster
        {
            Head = head,
            Environment = "",
            PostgresMajor = major,
            Manager = Manager(spec.Map("manager")),
            PrimarySite = spec.Needed("primarySite").Value,
            Mode = spec.Choice<ReconcileMode>("mode"),
            Suspended = spec.Map("suspended") is { } suspended
                ? new DeclaredSuspension(suspended.Needed("reason").Value, suspended.Moment("until")!.Value, suspended.At)
                : null,
            Members = spec.Maps("members").Select(Member).OrderBy(m => m.Name, StringComparer.Ordinal).ToEquatableArray(),
            Replication = Replication(spec),
            Storage = spec.Map("storage") is { } storage ? Storage(storage) : null,
            Parameters = spec.Parameters("parameters"),
            Roles = spec.Maps("roles").Select(RoleReading.Read).OrderBy(r => r.Name, StringComparer.Ordinal).ToEquatableArray(),
            Databases = spec.Maps("databases")
                .Select(d => DatabaseReading.Read(d, major, findings))
                .OrderBy(d => d.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            Backup = spec.Map("backup") is { } backup ? Backup(backup) : null,
            Exceptions = spec.Maps("exceptions")
                .Select(Exception)
                .OrderBy(e => e.Field, StringComparer.Ordinal)
                .ToEquatableArray(),
        };
    }

    private static ClusterManager Manager(Fields? manager) =>
        manager?.Map("patroni") is { } patroni ? Patroni(patroni) : new ClusterManager.Native();

    private static ClusterManager.Patroni Patroni(Fields written)
    {
        var defaults = new ClusterManager.Patroni(written.Needed("scope").Value, written.TextList("dcsMembers"));
        return defaults with
        {
            Version = written.Text("version"),
            Ttl = written.Duration("ttl") ?? defaults.Ttl,
            LoopWait = written.Duration("loopWait") ?? defaults.LoopWait,
            PrimaryStartTimeout = written.Duration("primaryStartTimeout") ?? defaults.PrimaryStartTimeout,
            MaximumLagOnFailover = written.Size("maximumLagOnFailover") ?? defaults.MaximumLagOnFailover,
            Watchdog = written.Flag("watchdog", false),
            ReplicationOnlyFromMembers = written.Flag("replicationOnlyFromMembers", false),
            StandbySites = written.LocatedList("standbySites"),
        };
    }

    private static Member Member(Fields member) =>
        new(
            member.Needed("name").Value,
            member.Needed("host").Value,
            member.Number("port", 5432),
            member.Flag("promotable", true),
            Initial: false,
            member.PlaceOf("name"),
            member.PlaceOf("host")
        )
        {
            From = member.Located("from"),
            ReplayDelay = member.LocatedDuration("replayDelay"),
            DataDirectory = member.Located("dataDirectory"),
        };

    private static Replication Replication(Fields spec)
    {
        if (spec.Map("replication") is not { } replication)
            return new Replication(null, spec.At);
        return new Replication(
            replication.Map("synchronous") is { } rule ? Synchronous(rule) : null,
            spec.KeyPlace("replication")
        );
    }

    private static SynchronousReplication Synchronous(Fields rule)
    {
        var standbys = rule.LocatedList("standbys");
        return new SynchronousReplication(
            new SynchronousRule(
                rule.Choice("method", SynchronousMethod.Any),
                rule.Number("count", 1),
                [.. standbys.Select(s => s.Value)]
            ),
            rule.Choice("commit", CommitLevel.On),
            rule.Choice("whenShort", WhenShort.Block),
            [.. standbys.Select(s => s.Span)],
            rule.At
        );
    }

    private static Storage Storage(Fields storage) =>
        new(
            storage.Needed("durability").Value,
            storage.Flag("dataChecksums", true),
            storage.Text("capacityAlert") is { } alert
                ? int.Parse(alert[..^1], System.Globalization.CultureInfo.InvariantCulture)
                : null,
            storage.At
        );

    private static BackupPlan Backup(Fields backup) =>
        new(
            backup.Needed("tool").Value,
            backup.LocatedList("repositories"),
            backup.Map("schedule")?.Schedule("full"),
            backup.Map("schedule")?.Schedule("differential"),
            backup.Map("retention")?.Number("full"),
            backup.Duration("archiveTimeout"),
            backup.At
        );

    private static FieldException Exception(Fields exception) =>
        new(
            exception.Needed("field").Value,
            exception.Choice("treatment", FieldTreatment.Observe),
            exception.Needed("reason").Value,
            exception.Moment("expires"),
            exception.PlaceOf("field")
        );
}

internal static class RoleReading
{
    public static Role Read(Fields role) =>
        new()
        {
            Name = role.Needed("name").Value,
            Login = role.Flag("login", false),
            Superuser = role.Flag("superuser", false),
            CreateDb = role.Flag("createDb", false),
            CreateRole = role.Flag("createRole", false),
            Replication = role.Flag("replication", false),
            BypassRls = role.Flag("bypassRls", false),
            Inherit = role.Flag("inherit", true),
            ConnectionLimit = role.Number("connectionLimit", -1),
            ValidUntil = role.Text("validUntil") is "infinity" ? null : role.Moment("validUntil"),
            MemberOf = role.Maps("memberOf")
                .Select(m => m.Node.IsScalar ? new Located<string>(m.Node.Text, m.At) : m.Needed("role"))
                .OrderBy(m => m.Value, StringComparer.Ordinal)
                .ToEquatableArray(),
            MembershipOptions = role.Maps("memberOf")
                .Where(m => !m.Node.IsScalar)
                .Select(m => new MembershipOptions(
                    m.Needed("role"),
                    m.Flag("admin", false),
                    m.Has("inherit") ? m.Flag("inherit", true) : null,
                    m.Has("set") ? m.Flag("set", true) : null
                ))
                .OrderBy(m => m.Group.Value, StringComparer.Ordinal)
                .ToEquatableArray(),
            Settings = role.Parameters("settings"),
            Password = role.Secret("password"),
            Mentioned = role
                .Node.Keys.Select(k => k.Text)
                .Where(k => k != "name")
                .Order(StringComparer.Ordinal)
                .ToEquatableArray(),
            At = role.PlaceOf("name"),
            Places = role
                .Node.Keys.Where(k => k.Text != "name")
                .OrderBy(k => k.Text, StringComparer.Ordinal)
                .Select(k => KeyValuePair.Create(k.Text, role.PlaceOf(k.Text)))
                .ToEquatableArray(),
        };
}

internal static class DatabaseReading
{
    public static Database Read(Fields database, int major, List<Diagnostic> findings) =>
        new()
        {
            Name = database.Needed("name").Value,
            Owner = database.Located("owner"),
            Encoding = database.Text("encoding"),
            Locale = database.Text("locale"),
            ConnectionLimit = database.Number("connectionLimit"),
            Settings = database.Parameters("settings"),
            Extensions = database
                .Maps("extensions")
                .Select(Extension)
                .OrderBy(e => e.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            Schemas = database
                .Maps("schemas")
                .Select(s => new Schema(s.Needed("name").Value, s.Located("owner"), s.PlaceOf("name")))
                .OrderBy(s => s.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            Grants = database
                .Maps("grants")
                .SelectMany(g => Grants(g, major, findings))
                .OrderBy(g => g.Target)
                .ThenBy(g => g.Schema, StringComparer.Ordinal)
                .ThenBy(g => g.Object, StringComparer.Ordinal)
                .ThenBy(g => g.To.Value, StringComparer.Ordinal)
                .ToEquatableArray(),
            DefaultPrivileges = database
                .Maps("defaultPrivileges")
                .Select(d => Default(d, major, findings))
                .OrderBy(d => d.ForRole.Value, StringComparer.Ordinal)
                .ThenBy(d => d.Schema, StringComparer.Ordinal)
                .ThenBy(d => d.On)
                .ThenBy(d => d.To.Value, StringComparer.Ordinal)
                .ToEquatableArray(),
            Publications = database
                .Maps("publications")
                .Select(Publication)
                .OrderBy(p => p.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            At = database.PlaceOf("name"),
        };

    private static Extension Extension(Fields extension) =>
        extension.Node.IsScalar
            ? new Extension(extension.Node.Text, null, null, extension.At)
            : new Extension(
                extension.Needed("name").Value,
                extension.Text("version"),
                extension.Text("schema"),
                extension.PlaceOf("name")
            );

    private static Publication Publication(Fields written) =>
        new(
            written.Needed("name").Value,
            written.Located("owner"),
            written.Flag("allTables", false),
            written
                .Maps("tables")
                .Select(t => new PublishedTable(
                    t.Needed("schema"),
                    t.Needed("table").Value,
                    t.TextList("columns"),
                    t.PlaceOf("table")
                ))
                .ToEquatableArray(),
            written.LocatedList("schemas"),
            written.TextList("operations"),
            written.Has("viaPartitionRoot") ? written.Flag("viaPartitionRoot", false) : null,
            written.PlaceOf("name")
        );

    /// <summary>One for each of the objects that it names.</summary>
    private static IEnumerable<Grant> Grants(Fields grant, int major, List<Diagnostic> findings)
    {
        var target = grant.Choice("on", GrantTarget.Database);
        var columns = grant.LocatedList("columns");
        var ofColumns = target == GrantTarget.Table && columns.Count > 0;
        var privileges = Privileges.Expand(
            grant.LocatedList("privileges"),
            Privileges.On(ofColumns ? GrantTarget.Column : target, major),
            ofColumns ? "columns" : grant.Text("on", ""),
            findings
        );
        var one = new Grant(target, grant.Text("schema"), grant.Text("object"), grant.Needed("to"), privileges, grant.At)
        {
            Columns = columns,
            WithGrantOption = grant.Flag("withGrantOption", false),
        };
        var objects = grant.LocatedList("objects");
        if (objects.Count == 0)
            return [one];
        if (one.Object is not null || target is not (GrantTarget.Table or GrantTarget.Sequence))
            findings.Add(
                ReferenceRules.GrantTargetIncomplete.At(
                    objects[0].Span,
                    one.Object is not null
                        ? "a grant names one object, or several"
                        : $"a grant on {EnumWords.Of(target)} has no objects",
                    "objects are tables or sequences of one schema, in the place of object"
                )
            );
        return objects.Select(o => one with { Object = o.Value, At = o.Span });
    }

    private static DefaultPrivilege Default(Fields written, int major, List<Diagnostic> findings)
    {
        var target = written.Choice("on", DefaultPrivilegeTarget.Tables);
        var privileges = Privileges.Expand(
            written.LocatedList("privileges"),
            Privileges.On(target, major),
            written.Text("on", ""),
            findings
        );
        return new DefaultPrivilege(
            written.Needed("forRole"),
            written.Text("schema"),
            target,
            written.Needed("to"),
            privileges,
            written.At
        )
        {
            WithGrantOption = written.Flag("withGrantOption", false),
        };
    }
}
