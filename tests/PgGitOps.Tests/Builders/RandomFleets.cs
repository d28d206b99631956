using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Sources;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Builders;

/// <summary>Random clusters out of small pools of names, so that two of them overlap often. One seed gives one cluster.</summary>
internal sealed class RandomFleets(int seed)
{
    private static readonly string[] RoleNames = ["app", "audit", "owner", "reader", "we\"ird/ro%le"];
    private static readonly string[] DatabaseNames = ["audit", "billing", "tenancy"];
    private static readonly string[] SchemaNames = ["core", "it's", "public"];
    private static readonly (string Name, string[] Values)[] Settings =
    [
        ("max_connections", ["100", "150", "200"]),
        ("shared_buffers", ["128MB", "16384", "256MB"]),
        ("work_mem", ["4MB", "4096kB", "8MB"]),
        ("max_wal_senders", ["10", "20"]),
    ];

    private readonly Random random = new(seed);

    internal Cluster Cluster(params string[] members)
    {
        var roles = Some(RoleNames).Select(RandomRole).ToArray();
        // Memberships only point backwards in the list of names, so that they form no circle.
        roles =
        [
            .. roles.Select(
                (r, i) =>
                    Chance(40) && i > 0
                        ? r with
                        {
                            Mentioned = [.. r.Mentioned, "memberOf"],
                            MemberOf = [.. roles.Take(i).Where(_ => Chance(50)).Select(g => Name(g.Name))],
                        }
                        : r
            ),
        ];
        var names = roles.Select(r => r.Name).ToArray();
        return Fleets.Cluster(members) with
        {
            Parameters = [.. Some(Settings).Select(s => Setting(s.Name, Pick(s.Values)))],
            Roles = [.. roles],
            Databases = [.. Some(DatabaseNames).Select(d => RandomDatabase(d, names))],
            Replication = new Replication(
                members.Length > 1 && Chance(50) ? Synchronous(random.Next(1, members.Length), members[1..]) : null,
                At
            ),
        };
    }

    internal IEnumerable<T> Some<T>(IEnumerable<T> items) => items.Where(_ => Chance(65));

    internal bool Chance(int percent) => random.Next(100) < percent;

    internal T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    internal T[] Shuffled<T>(IEnumerable<T> items)
    {
        T[] shuffled = [.. items];
        random.Shuffle(shuffled);
        return shuffled;
    }

    private Role RandomRole(string name)
    {
        string[] mentioned = [.. Some(["login", "createDb", "connectionLimit", "inherit"])];
        return Role(name, mentioned) with
        {
            Login = mentioned.Contains("login") && Chance(50),
            CreateDb = mentioned.Contains("createDb") && Chance(50),
            ConnectionLimit = mentioned.Contains("connectionLimit") ? random.Next(-1, 5) : -1,
            Inherit = !mentioned.Contains("inherit") || Chance(50),
            Settings = Chance(30) ? [Setting("work_mem", Pick(Settings[2].Values))] : [],
        };
    }

    private Database RandomDatabase(string name, string[] roles)
    {
        Located<string>? Owner() => roles.Length > 0 && Chance(70) ? Name(Pick(roles)) : null;
        var schemas = Some(SchemaNames).Select(s => new Schema(s, Owner(), At)).ToArray();
        return Database(name) with
        {
            Owner = Owner(),
            ConnectionLimit = Chance(20) ? random.Next(1, 9) : null,
            Schemas = [.. schemas],
            Extensions = [.. Some(["hstore", "pg_trgm"]).Where(_ => Chance(50)).Select(e => new Extension(e, null, null, At))],
            Settings = Chance(30) ? [Setting("search_path", Pick(["core, public", "public"]))] : [],
            Grants =
                roles.Length == 0
                    ? []
                    :
                    [
                        .. Grants(schemas, roles)
                            .OrderBy(g => g.Target)
                            .ThenBy(g => g.Schema, StringComparer.Ordinal)
                            .ThenBy(g => g.To.Value, StringComparer.Ordinal),
                    ],
            DefaultPrivileges =
                roles.Length > 0 && Chance(30)
                    ? [new DefaultPrivilege(Name(roles[0]), null, DefaultPrivilegeTarget.Tables, Name(roles[^1]), ["SELECT"], At)]
                    : [],
        };
    }

    private IEnumerable<Grant> Grants(Schema[] schemas, string[] roles)
    {
        if (Chance(40))
            yield return new Grant(GrantTarget.Database, null, null, Name(Pick(roles)), ["CONNECT"], At);
        foreach (var schema in schemas)
        {
            // An owner holds everything; granting him a part would say nothing.
            var grantee = Pick(roles);
            if (grantee == schema.Owner?.Value)
                continue;
            if (Chance(60))
                yield return new Grant(
                    GrantTarget.Schema,
                    schema.Name,
                    null,
                    Name(grantee),
                    [.. Pick(new[] { new[] { "USAGE" }, ["CREATE", "USAGE"] })],
                    At
                );
            if (Chance(30))
                yield return new Grant(GrantTarget.AllTables, schema.Name, null, Name(grantee), ["SELECT"], At);
        }
    }
}
