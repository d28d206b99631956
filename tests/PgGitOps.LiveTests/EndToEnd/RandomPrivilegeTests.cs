using System.Globalization;
using Npgsql;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Random states of privileges and memberships, made by SQL: the engine reaches what is declared, touches nothing else, and then stops.</summary>
/// <remarks><c>PGGITOPS_TEST_ACL_STATES</c> and <c>PGGITOPS_TEST_ACL_SEED</c> make it a campaign (docs/style.md).</remarks>
public sealed class RandomPrivilegeTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";
    private const string LastRole = "    - { name: readers }\n";
    private const string Grants = "        - { on: schema, schema: inventory, to: readers, privileges: [ USAGE ] }";

    private static readonly string[] Owners = ["gen_o1", "gen_o2"];

    // gen_5 is a member of an owner, and so issues statements as that.
    private static readonly string[] Grantees = ["gen_1", "gen_2", "gen 3", "Public", "gen_5"];

    private static readonly string[] OfTables = ["DELETE", "INSERT", "REFERENCES", "SELECT", "UPDATE"];
    private static readonly string[] OfColumns = ["INSERT", "REFERENCES", "SELECT", "UPDATE"];

    private static readonly int States = Number("PGGITOPS_TEST_ACL_STATES", 3);
    private static readonly int Seed = Number("PGGITOPS_TEST_ACL_SEED", 1);

    [LiveFact]
    [Trait("Requirement", "R-06")]
    public async Task Reconcile_OfRandomPrivileges_ReachesWhatIsDeclared_AndTouchesNothingElse()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        fleet.Edit(
            CorePath,
            LastRole,
            LastRole
                + string.Concat(Owners.Concat(Grantees.SkipLast(1)).Select(r => $"    - {{ name: '{r}' }}\n"))
                + "    - { name: gen_5, memberOf: [ gen_o1 ] }\n"
        );
        await fleet.RunAsync(0, "reconcile", "--once");
        await using var connection = await fleet.OpenAsync("core-1", "inventory");
        await RunAsync(connection, "grant create, usage on schema inventory to gen_o1, gen_o2, gen_1, gen_2, \"gen 3\"");
        var declared = "";
        for (var state = 0; state < States; state++)
        {
            var random = new Random((Seed * 1_000_003) + state);
            string[] tables = [$"t{state}_a", $"t{state} B"];
            foreach (var table in tables)
                await RunAsync(
                    connection,
                    $"create table inventory.\"{table}\" (a int, b int); alter table inventory.\"{table}\" owner to {Pick(random, Owners)}"
                );
            await RunAsync(connection, "grant usage on schema inventory to gen_2");
            await DisorderAsync(connection, random, tables);
            // Now and then a grantor may no longer use the schema.
            await RunAsync(
                connection,
                random.Next(2) == 0 ? "grant usage on schema inventory to gen_2" : "revoke usage on schema inventory from gen_2"
            );
            var before = await EntriesAsync(connection);
            var wanted = Wanted(random, tables);

            var text = Document(wanted);
            fleet.Edit(CorePath, Grants + declared, Grants + text);
            declared = text;
            var where = $"state {state} of seed {Seed}";
            await HealAsync(fleet, where);

            var after = await EntriesAsync(connection);
            var owners = await OwnersAsync(connection);
            foreach (var (place, privileges) in wanted)
            {
                var held = after.Where(e => e.Place == place).Select(e => e.Held).Order(StringComparer.Ordinal);
                var isOwner = place.Column is null && owners[place.Table] == place.Grantee;
                Assert.True(
                    isOwner || privileges.Order(StringComparer.Ordinal).SequenceEqual(held),
                    $"{where}: {place} is {string.Join(' ', held)}, declared {string.Join(' ', privileges)}"
                );
            }
            AssertUntouched(where, before, after, wanted.Keys);

            // Given up, what the engine gave goes, and what was there before stays.
            fleet.Edit(CorePath, Grants + declared, Grants);
            declared = "";
            await HealAsync(fleet, where + ", given up");
            var last = await EntriesAsync(connection);
            AssertUntouched(where + ", given up", before, last, wanted.Keys);
            foreach (var place in wanted.Keys)
            {
                var left = last.Where(e => e.Place == place).Select(e => e.Held.TrimEnd('*'));
                var first = before.Where(e => e.Place == place).Select(e => e.Held.TrimEnd('*'));
                Assert.True(left.All(first.Contains), $"{where}: {place} still holds {string.Join(' ', left.Except(first))}");
            }
        }
    }

    private static async Task HealAsync(TestFleet fleet, string where)
    {
        var first = await fleet.RunAsync("reconcile", "--once");
        Assert.True(first.ExitCode == 0, $"{where}\n{first}");
        var second = await fleet.RunAsync("reconcile", "--once");
        Assert.True(
            second.ExitCode == 0 && second.Out.Contains("nothing to do", StringComparison.Ordinal),
            $"{where}\n{first}\n{second}"
        );
    }

    private static void AssertUntouched(string where, HashSet<Entry> before, HashSet<Entry> after, IEnumerable<Place> declared)
    {
        var ours = declared.ToHashSet();
        string[] lost = [.. before.Except(after).Where(e => !ours.Contains(e.Place)).Select(e => $"- {e}")];
        string[] more = [.. after.Except(before).Where(e => !ours.Contains(e.Place)).Select(e => $"+ {e}")];
        Assert.True(
            lost.Length + more.Length == 0,
            $"{where}: not declared, and changed:\n{string.Join('\n', lost.Concat(more))}"
        );
    }

    /// <summary>Statements of anybody; those that PostgreSQL refuses are part of it.</summary>
    private static async Task DisorderAsync(NpgsqlConnection connection, Random random, string[] tables)
    {
        for (var i = 0; i < 60; i++)
        {
            var table = Pick(random, tables);
            var column = random.Next(3) == 0 ? Pick(random, ["a", "b"]) : null;
            var privilege = Pick(random, column is null ? OfTables : OfColumns) + (column is null ? "" : $" ({column})");
            var to = random.Next(8) == 0 ? "public" : Quoted(Pick(random, Grantees));
            var option = to != "public" && random.Next(2) == 0 ? " with grant option" : "";
            var role = random.Next(3) == 0 ? "reset role" : $"set role {Quoted(Pick(random, [.. Grantees, .. Owners]))}";
            var statement =
                random.Next(40) == 0 ? $"alter table inventory.\"{table}\" owner to {Pick(random, Owners)}"
                : random.Next(6) == 0 ? $"revoke {privilege} on inventory.\"{table}\" from {to} cascade"
                : $"grant {privilege} on inventory.\"{table}\" to {to}{option}";
            try
            {
                await RunAsync(connection, $"{role}; {statement}");
            }
            catch (PostgresException)
            {
                // Nobody there may grant that.
            }
            await RunAsync(connection, "reset role");
        }
    }

    private static Dictionary<Place, string[]> Wanted(Random random, string[] tables)
    {
        var wanted = new Dictionary<Place, string[]>();
        foreach (var table in tables)
        {
            foreach (var grantee in Grantees.Append("public"))
            {
                var column = random.Next(4) == 0 ? Pick(random, ["a", "b"]) : null;
                if (random.Next(3) == 0)
                    continue;
                var possible = column is null ? OfTables : OfColumns;
                var star = grantee != "public" && random.Next(3) == 0 ? "*" : "";
                wanted[new Place(table, column, grantee)] = [.. possible.Where(_ => random.Next(3) == 0).Select(p => p + star)];
            }
        }
        return wanted;
    }

    private static string Document(Dictionary<Place, string[]> wanted) =>
        string.Concat(
            wanted.Select(w =>
                $"\n        - {{ on: table, schema: inventory, object: '{w.Key.Table}',{(w.Key.Column is null ? "" : $" columns: [ {w.Key.Column} ],")} to: '{w.Key.Grantee}', privileges: [ {string.Join(", ", w.Value.Select(p => p.TrimEnd('*')))} ]{(w.Value.Any(p => p.EndsWith('*')) ? ", withGrantOption: true" : "")} }}"
            )
        );

    /// <summary>What everybody holds, whoever granted it; owners' own rights apart.</summary>
    private static async Task<HashSet<Entry>> EntriesAsync(NpgsqlConnection connection)
    {
        const string Sql = """
            with lists as (
                select c.relname, null::name as col, c.relowner, coalesce(c.relacl, acldefault('r', c.relowner)) as acl
                  from pg_class c where c.relnamespace = 'inventory'::regnamespace and c.relkind = 'r'
                union all
                select c.relname, a.attname, c.relowner, a.attacl
                  from pg_class c join pg_attribute a on a.attrelid = c.oid
                 where c.relnamespace = 'inventory'::regnamespace and c.relkind = 'r' and a.attacl is not null)
            select relname::text, col::text, case when e.grantee = 0 then 'public' else pg_get_userbyid(e.grantee)::text end,
                   e.privilege_type || case when bool_or(e.is_grantable) then '*' else '' end
              from lists, aclexplode(acl) e where e.grantee <> relowner
             group by 1, 2, 3, e.privilege_type
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        HashSet<Entry> entries = [];
        while (await reader.ReadAsync())
            entries.Add(
                new Entry(
                    new Place(
                        reader.GetString(0),
                        await reader.IsDBNullAsync(1) ? null : reader.GetString(1),
                        reader.GetString(2)
                    ),
                    reader.GetString(3)
                )
            );
        return entries;
    }

    private static async Task<Dictionary<string, string>> OwnersAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "select relname::text, pg_get_userbyid(relowner)::text from pg_class where relnamespace = 'inventory'::regnamespace and relkind = 'r'",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync();
        Dictionary<string, string> owners = [];
        while (await reader.ReadAsync())
            owners[reader.GetString(0)] = reader.GetString(1);
        return owners;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];

    private static string Quoted(string name) => $"\"{name}\"";

    private static int Number(string variable, int otherwise) =>
        int.TryParse(
            Environment.GetEnvironmentVariable(variable),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : otherwise;

    private sealed record Place(string Table, string? Column, string Grantee);

    private sealed record Entry(Place Place, string Held);
}
