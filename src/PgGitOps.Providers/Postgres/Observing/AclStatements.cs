using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Who may do what in one database, as the lists of the catalog say: by whom, and whether it may be passed on.</summary>
internal static class AclStatements
{
    // An empty ACL column stands for built-in privileges: acldefault() says which. $1 names the schemas whose objects count, as JSON; null means all
    // but PostgreSQL's own. A column without an ACL of its own carries nothing. What the owner gave without grant option is told apart from the
    // rest, because nearly always it is all there is. Objects share lists: thousands of tables with hundreds of grantees each travel as one list.
    private const string Objects = """
        with wanted as materialized (select w::name as name from json_array_elements_text($1::json) w),
        spaces as materialized (
            select oid, nspname, nspowner, nspacl from pg_namespace n
             where case when n.nspname ~ '^pg_' or n.nspname = 'information_schema' then n.nspname in (select name from wanted) else true end),
        seen as materialized (select oid, nspname from spaces where $1 is null or nspname in (select name from wanted)),
        objects as (
            select 'database' as kind, null::name as space, datname::text as object, null::name as col, datdba as owner, coalesce(datacl, acldefault('d', datdba)) as acl
              from pg_database where datname = current_database()
            union all
            select 'schema', nspname, nspname, null, nspowner, coalesce(nspacl, acldefault('n', nspowner)) from spaces
            union all
            select case c.relkind when 'S' then 'sequence' else 'table' end, n.nspname, c.relname, null, c.relowner,
                   coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
              from pg_class c join seen n on n.oid = c.relnamespace where c.relkind in ('r', 'v', 'm', 'f', 'p', 'S')
            union all
            select 'column', n.nspname, c.relname, a.attname, c.relowner, a.attacl
              from pg_attribute a join pg_class c on c.oid = a.attrelid join seen n on n.oid = c.relnamespace
             where a.attacl is not null and cardinality(a.attacl) > 0 and not a.attisdropped and c.relkind in ('r', 'v', 'm', 'f', 'p')
            union all
            select 'function', n.nspname, (quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')'), null, p.proowner,
                   coalesce(p.proacl, acldefault('f', p.proowner))
              from pg_proc p join seen n on n.oid = p.pronamespace),
        lists as materialized (select owner, acl, row_number() over () as id from objects group by owner, acl)
        select 'list' as kind, null as space, null as object, null as col, pg_get_userbyid(l.owner)::text, l.id,
               case when g.grantee = 0 then 'public' else pg_get_userbyid(g.grantee)::text end, g.privileges, g.plain, g.special::text
          from lists l
          left join lateral (
               select e.grantee, string_agg(distinct e.privilege_type, ' ') as privileges,
                      string_agg(distinct e.privilege_type, ' ') filter (where e.grantor = l.owner and not e.is_grantable) as plain,
                      json_agg(json_build_array(pg_get_userbyid(e.grantor), e.privilege_type, e.is_grantable))
                          filter (where e.grantee <> l.owner and (e.grantor <> l.owner or e.is_grantable)) as special
                 from aclexplode(l.acl) e group by e.grantee) g on true
        union all
        select o.kind, o.space::text, o.object, o.col::text, null, l.id, null, null, null, null
          from objects o join lists l on l.owner = o.owner and l.acl = o.acl
        """;

    public const string Defaults = """
        select pg_get_userbyid(d.defaclrole)::text, n.nspname::text,
               case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas'
                                    when 'L' then 'large objects' else d.defaclobjtype::text end,
               case when e.grantee = 0 then 'public' else pg_get_userbyid(e.grantee)::text end, e.privileges, e.grantable
          from pg_default_acl d
          left join pg_namespace n on n.oid = d.defaclnamespace
          left join lateral (
               select x.grantee, string_agg(distinct x.privilege_type, ' ') as privileges,
                      string_agg(distinct x.privilege_type, ' ') filter (where x.is_grantable and x.grantee <> d.defaclrole) as grantable
                 from aclexplode(d.defaclacl) x group by x.grantee) e on true
        """;

    public static NpgsqlBatchCommand OfObjects(string[]? schemas) =>
        new(Objects)
        {
            Parameters =
            {
                new NpgsqlParameter
                {
                    Value = schemas is null ? DBNull.Value : JsonArray(schemas),
                    NpgsqlDbType = NpgsqlDbType.Text,
                },
            },
        };

    /// <summary>Reads the rows of <see cref="OfObjects"/>. Ordered by kind, schema, object, column and grantee.</summary>
    public static async Task<EquatableArray<AclFact>> ReadObjectsAsync(NpgsqlDataReader reader)
    {
        Dictionary<long, List<AclFact>> lists = [];
        List<(string Kind, string? Schema, string Object, string? Column, long List)> objects = [];
        while (await reader.ReadAsync())
        {
            var (kind, list) = (reader.Word(0), reader.GetInt64(5));
            if (kind != "list")
                objects.Add((kind, reader.Text(1), reader.Word(2), reader.Text(3), list));
            else if (lists.TryGetValue(list, out var known))
                known.Add(ReadList(reader));
            else
                lists.Add(list, [ReadList(reader)]);
        }
        await reader.NextResultAsync();
        foreach (var list in lists.Values)
            list.Sort(static (a, b) => string.CompareOrdinal(a.Grantee, b.Grantee));
        return objects
            .OrderBy(o => o.Kind, StringComparer.Ordinal)
            .ThenBy(o => o.Schema, StringComparer.Ordinal)
            .ThenBy(o => o.Object, StringComparer.Ordinal)
            .ThenBy(o => o.Column, StringComparer.Ordinal)
            .SelectMany(o =>
                lists[o.List].Select(f => f with { Kind = o.Kind, Schema = o.Schema, Object = o.Object, Column = o.Column })
            )
            .ToEquatableArray();
    }

    private static AclFact ReadList(NpgsqlDataReader row)
    {
        var owner = row.Word(4);
        return new AclFact("", null, "", owner, row.Text(6), Words(row, 7))
        {
            Grants = row.Text(9) is { } special ? Grants(owner, Words(row, 8), special) : [],
        };
    }

    public static DefaultAclFact ReadDefault(NpgsqlDataReader row) =>
        new(row.Word(0), row.Text(1), row.Word(2), row.Text(3), Words(row, 4)) { Grantable = Words(row, 5) };

    private static EquatableArray<AclGrant> Grants(string owner, EquatableArray<string> plain, string special)
    {
        var grants = JsonNode
            .Parse(special)!
            .AsArray()
            .Select(g => (Grantor: (string)g![0]!, Privilege: (string)g[1]!, Grantable: (bool)g[2]!))
            .Concat(plain.Select(p => (Grantor: owner, Privilege: p, Grantable: false)));
        return grants
            .GroupBy(g => g.Grantor, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new AclGrant(
                g.Key,
                Ordered(g.Where(i => !i.Grantable).Select(i => i.Privilege)),
                Ordered(g.Where(i => i.Grantable).Select(i => i.Privilege))
            ))
            .ToEquatableArray();
    }

    private static EquatableArray<string> Ordered(IEnumerable<string> names) =>
        names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToEquatableArray();

    private static EquatableArray<string> Words(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? [] : row.Word(column).Split(' ').Order(StringComparer.Ordinal).ToEquatableArray();

    private static string JsonArray(string[] names) => new JsonArray([.. names.Select(n => JsonValue.Create(n))]).ToJsonString();
}
