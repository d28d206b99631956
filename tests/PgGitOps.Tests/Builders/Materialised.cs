using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;

namespace PgGitOps.Tests.Builders;

/// <summary>The snapshot of a world in which a document has come true, written without the planner's own reading of documents.</summary>
internal static class Materialised
{
    internal static ClusterSnapshot Of(Cluster cluster, Func<string, MemberSnapshot>? replace = null)
    {
        var primary = cluster.Members[0].Name;
        var facts = Primary(cluster);
        return Snapshots.Cluster([
            .. cluster.Members.Select(m =>
                replace?.Invoke(m.Name)
                ?? Snapshots.Seen(
                    m.Name,
                    m.Name == primary
                        ? facts
                        : facts with
                        {
                            InRecovery = true,
                            Standbys = [],
                            Slots = [],
                            WalReceiver = new WalReceiverFact("streaming", "10.0.0.1", 5432, m.SlotName, 1),
                        }
                )
            ),
        ]) with
        {
            Databases = [.. cluster.Databases.Select(d => Snapshots.Inside(d.Name, Contents(cluster, d)))],
        };
    }

    private static ServerFacts Primary(Cluster cluster)
    {
        var names = cluster.Members.Skip(1).Select(m => m.Name).ToArray();
        var facts = Snapshots.Primary(names);
        foreach (var (name, value) in cluster.Parameters.Select(p => (p.Name, p.Value)))
            facts = With(facts, name, InBaseUnit(name, value));
        if (cluster.Replication.Synchronous is { } declared)
            facts = With(facts, "synchronous_standby_names", declared.Rule.ToString());
        return facts with
        {
            Roles =
            [
                .. facts.Roles,
                .. cluster.Roles.Select(r =>
                    Snapshots.Role(r.Name) with
                    {
                        Login = r.Login,
                        CreateDb = r.CreateDb,
                        ConnectionLimit = r.ConnectionLimit,
                        Inherit = r.Inherit,
                    }
                ),
            ],
            Memberships = [.. cluster.Roles.SelectMany(r => r.MemberOf.Select(g => new MembershipFact(g.Value, r.Name, false)))],
            Databases =
            [
                .. facts.Databases,
                .. cluster.Databases.Select(d =>
                    Snapshots.Database(d.Name, d.Owner?.Value ?? "postgres") with
                    {
                        ConnectionLimit = d.ConnectionLimit ?? -1,
                    }
                ),
            ],
            ScopedSettings =
            [
                .. cluster.Roles.SelectMany(r => r.Settings.Select(s => new ScopedSettingFact(null, r.Name, s.Name, s.Value))),
                .. cluster.Databases.SelectMany(d =>
                    d.Settings.Select(s => new ScopedSettingFact(d.Name, null, s.Name, s.Value))
                ),
            ],
        };
    }

    private static DatabaseFacts Contents(Cluster cluster, Database database)
    {
        var schemas = database.Schemas.Select(s => new SchemaFact(s.Name, s.Owner?.Value ?? "postgres")).ToList();
        if (!schemas.Exists(s => s.Name == "public"))
            schemas.Add(new SchemaFact("public", "pg_database_owner"));
        List<AclFact> acls =
        [
            new("database", null, database.Name, database.Owner?.Value ?? "postgres", "public", ["CONNECT", "TEMPORARY"]),
        ];
        foreach (var schema in schemas)
        {
            var grants = database.Grants.Where(g => g.Target == GrantTarget.Schema && g.Schema == schema.Name).ToArray();
            acls.Add(new AclFact("schema", schema.Name, schema.Name, schema.Owner, schema.Owner, ["CREATE", "USAGE"]));
            acls.AddRange(
                grants.Select(g => new AclFact("schema", schema.Name, schema.Name, schema.Owner, g.To.Value, g.Privileges))
            );
        }
        acls.AddRange(
            database
                .Grants.Where(g => g.Target == GrantTarget.Database)
                .Select(g => new AclFact(
                    "database",
                    null,
                    database.Name,
                    database.Owner?.Value ?? "postgres",
                    g.To.Value,
                    g.Privileges
                ))
        );
        // One table in each schema that has a grant on all tables.
        acls.AddRange(
            database
                .Grants.Where(g => g.Target == GrantTarget.AllTables)
                .Select(g => new AclFact("table", g.Schema, "t", "postgres", g.To.Value, g.Privileges))
        );
        return new DatabaseFacts
        {
            Schemas = [.. schemas],
            Extensions =
            [
                new ExtensionFact("plpgsql", "1.0", "pg_catalog", "1.0"),
                .. database.Extensions.Select(e => new ExtensionFact(e.Name, "1.0", "public", "1.0")),
            ],
            Acls = [.. acls],
            DefaultAcls =
            [
                .. database.DefaultPrivileges.Select(d => new DefaultAclFact(
                    d.ForRole.Value,
                    d.Schema,
                    "tables",
                    d.To.Value,
                    d.Privileges
                )),
            ],
        };
    }

    private static ServerFacts With(ServerFacts facts, string name, string value) =>
        facts.Settings.Any(s => s.Name == name)
            ? facts.WithSetting(name, s => s with { Value = value })
            : facts with
            {
                Settings = [.. facts.Settings, Snapshots.Setting(name, value, "integer", null, "postmaster")],
            };

    private static string InBaseUnit(string name, string value) =>
        (name, value) switch
        {
            ("shared_buffers", "128MB") => "16384",
            ("shared_buffers", "256MB") => "32768",
            ("work_mem", "4MB" or "4096kB") => "4096",
            ("work_mem", "8MB") => "8192",
            _ => value,
        };
}
