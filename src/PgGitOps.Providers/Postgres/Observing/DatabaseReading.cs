using Npgsql;
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
        foreach (
            var command in (NpgsqlBatchCommand[])
                [
                    new(Schemas),
                    new(Extensions),
                    AclStatements.OfObjects(schemas),
                    new(AclStatements.Defaults),
                    new(FunctionSettings),
                    .. CatalogStatements.Commands(session.Connection.PostgreSqlVersion.Major, all: schemas is null),
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
        var objects = await AclStatements.ReadObjectsAsync(reader);
        var defaults = await RowsAsync(reader, AclStatements.ReadDefault);
        var functions = await RowsAsync(reader, static row => new FunctionSettingFact(row.Word(0), row.Word(1), row.Word(2)));
        var catalog = await CatalogStatements.ReadAsync(reader);
        return new DatabaseFacts
        {
            Catalog = catalog,
            FunctionSettings = functions.OrderBy(f => f.Function, StringComparer.Ordinal).ToEquatableArray(),
            Schemas = names.OrderBy(s => s.Name, StringComparer.Ordinal).ToEquatableArray(),
            Extensions = extensions.OrderBy(e => e.Name, StringComparer.Ordinal).ToEquatableArray(),
            Acls = objects,
            DefaultAcls = defaults
                .OrderBy(d => d.ForRole, StringComparer.Ordinal)
                .ThenBy(d => d.Schema, StringComparer.Ordinal)
                .ThenBy(d => d.On, StringComparer.Ordinal)
                .ThenBy(d => d.Grantee, StringComparer.Ordinal)
                .ToEquatableArray(),
        };
    }

    private static async Task<List<T>> RowsAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read)
    {
        List<T> rows = [];
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        await reader.NextResultAsync();
        return rows;
    }
}
