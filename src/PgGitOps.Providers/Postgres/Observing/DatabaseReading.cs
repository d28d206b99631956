using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Reads the contents of one database in one round trip on a connection of its own.</summary>
internal static class DatabaseReading
{
    private const string Schemas = """
        select nspname::text, pg_get_userbyid(nspowner)::text from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
        """;

    // Available versions are read from the server's files, so only where an extension besides the one that every database has makes them worth it.
    private const string Extensions = """
        with available as materialized (select name, default_version from pg_available_extensions())
        select e.extname::text, e.extversion, n.nspname::text,
               case when e.extname <> 'plpgsql' then (select a.default_version from available a where a.name = e.extname) end
          from pg_extension e
          join pg_namespace n on n.oid = e.extnamespace
        """;

    // An empty ACL column stands for built-in privileges: acldefault() says which. $1 names the schemas whose objects count, as JSON; null means all.
    private const string Acls = """
        with wanted as materialized (select w::name as name from json_array_elements_text($1::json) w),
        objects as (
            select 'database' as kind, null::name as space, datname as object, datdba as owner, coalesce(datacl, acldefault('d', datdba)) as acl
              from pg_database where datname = current_database()
            union all
            select 'schema', nspname, nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner))
              from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
            union all
            select case c.relkind when 'S' then 'sequence' else 'table' end, n.nspname, c.relname, c.relowner,
                   coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'v', 'm', 'f', 'p', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and ($1 is null or n.nspname in (select name from wanted))
            union all
            select 'function', n.nspname, (p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'), p.proowner,
                   coalesce(p.proacl, acldefault('f', p.proowner))
              from pg_proc p join pg_namespace n on n.oid = p.pronamespace
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and ($1 is null or n.nspname in (select name from wanted)))
        select o.kind, o.space::text, o.object::text, pg_get_userbyid(o.owner)::text,
               case when g.grantee = 0 then 'public' else pg_get_userbyid(g.grantee)::text end, g.privileges
          from objects o
          left join lateral (
               select e.grantee, string_agg(distinct e.privilege_type, ' ') as privileges from aclexplode(o.acl) e group by e.grantee) g on true
        """;

    private const string DefaultAcls = """
        select pg_get_userbyid(d.defaclrole)::text, n.nspname::text,
               case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas' else d.defaclobjtype::text end,
               case when e.grantee = 0 then 'public' else pg_get_userbyid(e.grantee)::text end, string_agg(distinct e.privilege_type, ' ')
          from pg_default_acl d
          left join pg_namespace n on n.oid = d.defaclnamespace
         cross join aclexplode(d.defaclacl) e
         group by d.oid, d.defaclrole, n.nspname, d.defaclobjtype, e.grantee
        """;

    // A function may lower the commit level for whoever calls it, whatever roles and databases say.
    private const string FunctionSettings = """
        select n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)
          from pg_proc p
          join pg_namespace n on n.oid = p.pronamespace
         cross join unnest(p.proconfig) c
         where p.proconfig is not null and lower(split_part(c, '=', 1)) = 'synchronous_commit'
        """;

    public static async Task<DatabaseFacts> ReadAsync(ServerSession session, ServerTarget target, string[]? schemas)
    {
        await using var batch = new NpgsqlBatch(session.Connection);
        var pins = session.IsFresh;
        if (pins)
            batch.BatchCommands.Add(SessionPin.Command(target.TotalTimeout));
        var acls = new NpgsqlBatchCommand(Acls);
        acls.Parameters.Add(
            new NpgsqlParameter { Value = schemas is null ? DBNull.Value : JsonArray(schemas), NpgsqlDbType = NpgsqlDbType.Text }
        );
        foreach (
            var command in (NpgsqlBatchCommand[])
                [
                    new(Schemas),
                    new(Extensions),
                    acls,
                    new(DefaultAcls),
                    new(FunctionSettings),
                    .. CatalogStatements.Commands(session.Connection.PostgreSqlVersion.Major),
                ]
        )
            batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(CancellationToken.None);
        if (pins)
            await reader.NextResultAsync();
        var names = await RowsAsync(reader, static row => new SchemaFact(row.Word(0), row.Word(1)));
        var extensions = await RowsAsync(
            reader,
            static row => new ExtensionFact(row.Word(0), row.Word(1), row.Word(2), row.Text(3))
        );
        var objects = await RowsAsync(
            reader,
            static row => new AclFact(row.Word(0), row.Text(1), row.Word(2), row.Word(3), row.Text(4), Privileges(row, 5))
        );
        var defaults = await RowsAsync(
            reader,
            static row => new DefaultAclFact(row.Word(0), row.Text(1), row.Word(2), row.Word(3), Privileges(row, 4))
        );
        var functions = await RowsAsync(reader, static row => new FunctionSettingFact(row.Word(0), row.Word(1), row.Word(2)));
        var catalog = await CatalogStatements.ReadAsync(reader);
        return new DatabaseFacts
        {
            Catalog = catalog,
            FunctionSettings = functions.OrderBy(f => f.Function, StringComparer.Ordinal).ToEquatableArray(),
            Schemas = names.OrderBy(s => s.Name, StringComparer.Ordinal).ToEquatableArray(),
            Extensions = extensions.OrderBy(e => e.Name, StringComparer.Ordinal).ToEquatableArray(),
            Acls = objects
                .OrderBy(a => a.Kind, StringComparer.Ordinal)
                .ThenBy(a => a.Schema, StringComparer.Ordinal)
                .ThenBy(a => a.Object, StringComparer.Ordinal)
                .ThenBy(a => a.Grantee, StringComparer.Ordinal)
                .ToEquatableArray(),
            DefaultAcls = defaults
                .OrderBy(d => d.ForRole, StringComparer.Ordinal)
                .ThenBy(d => d.Schema, StringComparer.Ordinal)
                .ThenBy(d => d.On, StringComparer.Ordinal)
                .ThenBy(d => d.Grantee, StringComparer.Ordinal)
                .ToEquatableArray(),
        };
    }

    private static EquatableArray<string> Privileges(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? [] : row.Word(column).Split(' ').Order(StringComparer.Ordinal).ToEquatableArray();

    private static string JsonArray(string[] names) => new JsonArray([.. names.Select(n => JsonValue.Create(n))]).ToJsonString();

    private static async Task<List<T>> RowsAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read)
    {
        List<T> rows = [];
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        await reader.NextResultAsync();
        return rows;
    }
}
