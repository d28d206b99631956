using System.Data;
using System.Text;
using Npgsql;

namespace PgGitOps.LiveTests.Privileges;

/// <summary>Objects and roles of one random state: put into disorder by statements, and then declared in part.</summary>
/// <remarks>
/// A schema with two tables, a sequence, a function and a procedure, a role with default privileges, and four roles that are members of each other.
/// Grants go to roles that all states share (<see cref="Grantees"/>), so that a state meets what others left behind.
/// </remarks>
internal sealed class RandomState(int number, Random random, int major)
{
    internal static readonly string[] Owners = ["gen_o1", "gen_o2"];

    // gen_5 is a member of an owner, and so issues statements as that.
    internal static readonly string[] Grantees = ["gen_1", "gen_2", "gen 3", "Public", "gen_5"];

    private static readonly Dictionary<string, string> AllOf = new(StringComparer.Ordinal)
    {
        ["table"] = "allTables",
        ["sequence"] = "allSequences",
        ["function"] = "allFunctions",
    };

    internal string Schema { get; } = $"s{number}";
    private readonly string heir = $"d{number}";
    private readonly string[] members = [$"m{number}_a", $"m{number}_b", $"m{number}_C", $"m{number} d"];

    // No document knows this one.
    private readonly string stranger = $"x{number}";

    private readonly List<Wish> wishes = [];
    private readonly Dictionary<string, List<MemberWish>> joined = new(StringComparer.Ordinal);

    internal IEnumerable<Wish> Wishes => wishes;

    internal IEnumerable<string> Roles => [heir, .. members];

    private string[] OfTables =>
        major >= 17
            ? ["DELETE", "INSERT", "MAINTAIN", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"]
            : ["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"];

    internal async Task MakeAsync(NpgsqlConnection connection)
    {
        foreach (var role in (string[])[heir, stranger, .. members])
            await RunAsync(connection, $"create role {Quoted(role)}");
        await RunAsync(
            connection,
            $"""
            create schema {Schema} authorization {Pick(Owners)};
            create table {Schema}.a (a int, b int); create table {Schema}."T b" (a int, b int); create sequence {Schema}.q;
            create function {Schema}.f(int) returns int language sql as 'select 1'; create procedure {Schema}."P x"(text) language sql as 'select 1';
            """
        );
        foreach (
            var thing in (string[])
                ["table {0}.a", "table {0}.\"T b\"", "sequence {0}.q", "function {0}.f", "procedure {0}.\"P x\""]
        )
            await RunAsync(connection, $"alter {thing.Replace("{0}", Schema, StringComparison.Ordinal)} owner to {Pick(Owners)}");
        await RunAsync(connection, $"grant usage, create on schema {Schema} to gen_o1, gen_o2, gen_1, gen_2, \"gen 3\"");
    }

    /// <summary>Statements of anybody; those that PostgreSQL refuses are part of it.</summary>
    internal async Task DisorderAsync(NpgsqlConnection connection)
    {
        for (var i = 0; i < 80; i++)
        {
            var statement = random.Next(4) switch
            {
                0 => Membership(),
                1 when random.Next(2) == 0 => DefaultPrivilege(),
                _ => Privilege(),
            };
            try
            {
                await RunAsync(connection, statement);
            }
            catch (PostgresException)
            {
                // Nobody there may do that. Where PostgreSQL itself calls that an internal error, the connection ends.
                if (connection.State != ConnectionState.Open)
                    await connection.OpenAsync();
            }
            await RunAsync(connection, "reset role");
        }
        // Now and then a grantor may no longer use the schema.
        if (random.Next(2) == 0)
            await RunAsync(connection, $"revoke usage on schema {Schema} from gen_2 cascade");
    }

    private string Privilege()
    {
        var (kind, name) = Pick([
            ("table", "a"),
            ("table", "\"T b\""),
            ("sequence", "q"),
            ("function", "f"),
            ("procedure", "\"P x\""),
            ("schema", ""),
        ]);
        var target = kind == "schema" ? $"schema {Schema}" : $"{kind} {Schema}.{name}";
        var column = kind == "table" && random.Next(3) == 0 ? Pick(["a", "b"]) : null;
        var privilege = Pick(PrivilegesOf(column is null ? kind : "column")) + (column is null ? "" : $" ({column})");
        var to = random.Next(8) == 0 ? "public" : Quoted(Pick(Grantees));
        var option = to != "public" && random.Next(2) == 0 ? " with grant option" : "";
        var role = random.Next(3) == 0 ? "" : $"set role {Quoted(Pick([.. Grantees, .. Owners]))}; ";
        return role
            + (
                random.Next(40) == 0 ? $"alter {target} owner to {Pick(Owners)}"
                : random.Next(6) == 0 ? $"revoke {privilege} on {target} from {to} cascade"
                : $"grant {privilege} on {target} to {to}{option}"
            );
    }

    private string Membership()
    {
        var (group, member) = (Pick(members), Pick([.. members, stranger]));
        var role = random.Next(2) == 0 ? "" : $"set role {Quoted(Pick(members))}; ";
        if (random.Next(6) == 0)
            return $"{role}revoke {Quoted(group)} from {Quoted(member)} cascade";
        string[] options =
            major < 16
                ? ["", "admin"]
                : ["", "admin option", "inherit true", "inherit false", "set false", "set true, admin true"];
        var option = Pick(options) is { Length: > 0 } chosen ? $" with {chosen}{(major < 16 ? " option" : "")}" : "";
        return $"{role}grant {Quoted(group)} to {Quoted(member)}{option}";
    }

    private string DefaultPrivilege()
    {
        var space = random.Next(2) == 0 ? $" in schema {Schema}" : "";
        string[] kinds = ["tables", "sequences", "functions", "types", "schemas"];
        var on = Pick(space.Length > 0 ? kinds[..^1] : kinds);
        var to = random.Next(4) == 0 ? "public" : Quoted(Pick(Grantees));
        var option = to != "public" && random.Next(3) == 0 ? " with grant option" : "";
        var privilege = Pick(PrivilegesOf(on[..^1]));
        return $"alter default privileges for role {heir}{space} "
            + (random.Next(3) == 0 ? $"revoke {privilege} on {on} from {to}" : $"grant {privilege} on {on} to {to}{option}");
    }

    internal void Wish()
    {
        foreach (var grantee in Grantees.Append("public"))
        {
            WishOn("schema", Schema, null, grantee);
            foreach (var kind in AllOf.Keys)
            {
                // What is said of all objects adds up with what is said of one: apart, each can be held to its word.
                if (kind == "function" || random.Next(4) == 0)
                    WishOn("all " + kind, "", null, grantee);
                else if (kind == "sequence")
                    WishOn(kind, "q", null, grantee);
                else
                {
                    foreach (var table in (string[])["a", "T b"])
                        WishOn(kind, table, random.Next(4) == 0 ? Pick(["a", "b"]) : null, grantee);
                }
            }
            if (random.Next(2) == 0)
                WishOn("default", Pick(["tables", "sequences", "functions", "types"]), null, grantee, Schema);
            else
                WishOn("default", Pick(["tables", "sequences", "functions", "types", "schemas"]), null, grantee, "");
        }
        // Whoever comes later in a random order may be a group of those before: no circle, and seldom the order of before.
        var order = members.OrderBy(_ => random.Next()).ToArray();
        for (var i = 0; i < order.Length; i++)
        {
            joined[order[i]] =
            [
                .. order
                    .Skip(i + 1)
                    .Where(_ => random.Next(2) == 0)
                    .Select(g => new MemberWish(
                        g,
                        random.Next(3) == 0,
                        major >= 16 ? Maybe() : null,
                        major >= 16 ? Maybe() : null
                    )),
            ];
        }
    }

    private void WishOn(string kind, string name, string? column, string grantee, string? space = null)
    {
        if (random.Next(3) == 0)
            return;
        var of =
            kind == "default" ? name[..^1]
            : column is not null ? "column"
            : kind.Replace("all ", "", StringComparison.Ordinal);
        var star = grantee != "public" && random.Next(3) == 0 ? "*" : "";
        string[] privileges = [.. PrivilegesOf(of).Where(_ => random.Next(3) == 0).Select(p => p + star)];
        // What everybody has by nature, default privileges of one schema cannot revoke: refused, with the place.
        if (space is { Length: > 0 } && grantee == "public" && privileges.Length == 0)
            return;
        wishes.Add(
            new Wish(
                kind,
                new Place(
                    column is not null ? "column" : kind,
                    space ?? Schema,
                    kind == "default" ? $"{heir}/{name}" : name,
                    column,
                    grantee
                ),
                privileges
            )
        );
    }

    private bool? Maybe() =>
        random.Next(3) switch
        {
            0 => true,
            1 => false,
            _ => null,
        };

    /// <summary>What a place is held to, where it is.</summary>
    /// <remarks>INHERIT is managed where it is said of the membership, or of the role.</remarks>
    internal IEnumerable<(Place Place, string[] Held, bool Inherits)> Memberships() =>
        members.SelectMany(m =>
            members
                .Where(g => g != m)
                .Select(g => (Group: g, Wish: joined[m].Find(w => w.Group == g)))
                .Select(g => (new Place("member", "", g.Group, null, m), Expected(g.Wish), g.Wish is not { Inherit: null }))
        );

    private string[] Expected(MemberWish? wish) =>
        wish is null ? []
        : major < 16 ? [.. wish.Admin ? ["admin"] : (string[])[], "member"]
        :
        [
            .. new[]
            {
                wish.Admin ? "admin" : "",
                wish.Inherit == true ? "inherit" : "",
                "member",
                wish.Set ?? true ? "set" : "",
            }.Where(w => w.Length > 0),
        ];

    internal void RolesText(StringBuilder text, bool declared)
    {
        text.Append($"    - {{ name: {heir} }}\n");
        foreach (var member in members)
        {
            var groups = string.Join(", ", joined[member].Select(w => w.Text));
            text.Append($"    - {{ name: '{member}'{(declared ? $", memberOf: [ {groups} ]" : "")} }}\n");
        }
    }

    internal void GrantsText(StringBuilder text)
    {
        foreach (var wish in wishes.Where(w => w.Kind != "default"))
        {
            var on = wish.Kind.StartsWith("all ", StringComparison.Ordinal) ? AllOf[wish.Kind[4..]] : wish.Kind;
            var of = on is "table" or "sequence" ? $", object: '{wish.Place.Object}'" : "";
            var columns = wish.Place.Column is { } column ? $", columns: [ {column} ]" : "";
            text.Append($"        - {{ on: {on}, schema: {Schema}{of}{columns}, {wish.Text} }}\n");
        }
    }

    internal void DefaultsText(StringBuilder text)
    {
        foreach (var wish in wishes.Where(w => w.Kind == "default"))
        {
            var space = wish.Place.Schema.Length > 0 ? $", schema: {Schema}" : "";
            text.Append($"        - {{ forRole: {heir}{space}, on: {wish.Place.Object.Split('/')[1]}, {wish.Text} }}\n");
        }
    }

    internal async Task DropAsync(NpgsqlConnection connection)
    {
        await RunAsync(connection, $"drop schema {Schema} cascade");
        foreach (var role in (string[])[heir, stranger, .. members])
            await RunAsync(connection, $"drop owned by {Quoted(role)} cascade");
        foreach (var role in (string[])[heir, stranger, .. members])
            await RunAsync(connection, $"drop role {Quoted(role)}");
    }

    private string[] PrivilegesOf(string kind) =>
        kind switch
        {
            "table" => OfTables,
            "column" => ["INSERT", "REFERENCES", "SELECT", "UPDATE"],
            "sequence" => ["SELECT", "UPDATE", "USAGE"],
            "schema" => ["CREATE", "USAGE"],
            "type" => ["USAGE"],
            _ => ["EXECUTE"],
        };

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];

    private static string Quoted(string name) => $"\"{name}\"";
}

/// <param name="Kind">As of its place; <c>all table</c> and the like where every object of the schema is meant.</param>
internal sealed record Wish(string Kind, Place Place, string[] Privileges)
{
    internal string Text =>
        $"to: '{Place.Grantee}', privileges: [ {string.Join(", ", Privileges.Select(p => p.TrimEnd('*')))} ]{(Privileges.Any(p => p.EndsWith('*')) ? ", withGrantOption: true" : "")}";

    internal bool Covers(Place place) =>
        Kind.StartsWith("all ", StringComparison.Ordinal)
            ? place.Kind == Kind[4..] && place.Schema == Place.Schema && place.Grantee == Place.Grantee
            : place == Place;

    /// <summary>Null where that is held which was declared.</summary>
    internal string? Problem(Place place, IReadOnlyCollection<Entry> held)
    {
        // An owner is never stripped of what is his by nature.
        if (held.Any(h => h.IsOwners))
            return null;
        var has = held.Select(h => h.Held).ToHashSet(StringComparer.Ordinal);
        var isAsDeclared =
            !Kind.StartsWith("all ", StringComparison.Ordinal) || Privileges.Length == 0
                ? has.SetEquals(Privileges)
                : has.IsSupersetOf(Privileges) && !Privileges.Any(p => !p.EndsWith('*') && has.Contains(p + "*"));
        return isAsDeclared
            ? null
            : $"{Kind}: {place} holds {string.Join(' ', has.Order(StringComparer.Ordinal))}, declared {string.Join(' ', Privileges)}";
    }
}

internal sealed record MemberWish(string Group, bool Admin, bool? Inherit, bool? Set)
{
    internal string Text =>
        $"{{ role: '{Group}', admin: {(Admin ? "true" : "false")}{Option("inherit", Inherit)}{Option("set", Set)} }}";

    private static string Option(string name, bool? value) => value is { } said ? $", {name}: {(said ? "true" : "false")}" : "";
}
