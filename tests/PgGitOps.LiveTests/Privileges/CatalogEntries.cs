using Npgsql;

namespace PgGitOps.LiveTests.Privileges;

/// <summary>What the catalog says that anybody holds, whoever granted it.</summary>
internal static class CatalogEntries
{
    private const string Privileges = """
        with spaces as (select * from pg_namespace where nspname ~ '^s[0-9]+$'),
        lists as (
            select 'schema' as kind, nspname::text as space, nspname::text as object, null::text as col, nspowner as owner, coalesce(nspacl, acldefault('n', nspowner)) as acl
              from spaces
            union all
            select case c.relkind when 'S' then 'sequence' else 'table' end, n.nspname, c.relname, null, c.relowner,
                   coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
              from pg_class c join spaces n on n.oid = c.relnamespace where c.relkind in ('r', 'S')
            union all
            select 'column', n.nspname, c.relname, a.attname, c.relowner, a.attacl
              from pg_attribute a join pg_class c on c.oid = a.attrelid join spaces n on n.oid = c.relnamespace where c.relkind = 'r' and a.attacl is not null
            union all
            select 'function', n.nspname, p.oid::regprocedure::text, null, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
              from pg_proc p join spaces n on n.oid = p.pronamespace
            union all
            select 'default', coalesce(n.nspname, ''), pg_get_userbyid(k.role) || '/' || k.word, null, k.role,
                   coalesce(d.defaclacl, case when k.space = 0 then acldefault(case k.type when 'S' then 's' else k.type end, k.role) end)
              from (select r.oid as role, t.type, t.word, s.oid as space
                      from pg_roles r
                     cross join (values ('r'::"char", 'tables'), ('S', 'sequences'), ('f', 'functions'), ('T', 'types'), ('n', 'schemas')) t(type, word)
                     cross join (select 0::oid as oid union all select oid from spaces) s
                     where r.rolname ~ '^d[0-9]+$') k
              left join pg_default_acl d on d.defaclrole = k.role and d.defaclobjtype = k.type and d.defaclnamespace = k.space
              left join spaces n on n.oid = k.space)
        select kind, space, object, col, case when e.grantee = 0 then 'public' else pg_get_userbyid(e.grantee)::text end,
               e.privilege_type || case when bool_or(e.is_grantable) and e.grantee <> l.owner then '*' else '' end, e.grantee = l.owner
          from lists l, aclexplode(l.acl) e
         group by 1, 2, 3, 4, 5, l.owner, e.grantee, e.privilege_type
        """;

    private const string Memberships = """
        select 'member', '', g.rolname::text, null, m.rolname::text, o.word, false
          from pg_auth_members a join pg_roles g on g.oid = a.roleid join pg_roles m on m.oid = a.member
         cross join lateral (values ('member', true), ('admin', a.admin_option){0}) o(word, has)
         where g.rolname ~ '^m[0-9]+[_ ]' and o.has
         group by 3, 5, 6
        """;

    public static async Task<HashSet<Entry>> ReadAsync(NpgsqlConnection connection)
    {
        var sql =
            Privileges
            + " union all "
            + Memberships.Replace(
                "{0}",
                connection.PostgreSqlVersion.Major >= 16 ? ", ('inherit', a.inherit_option), ('set', a.set_option)" : "",
                StringComparison.Ordinal
            );
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        HashSet<Entry> entries = [];
        while (await reader.ReadAsync())
        {
            var column = await reader.IsDBNullAsync(3) ? null : reader.GetString(3);
            var place = new Place(reader.GetString(0), reader.GetString(1), reader.GetString(2), column, reader.GetString(4));
            entries.Add(new Entry(place, reader.GetString(5), reader.GetBoolean(6)));
        }
        return entries;
    }
}
