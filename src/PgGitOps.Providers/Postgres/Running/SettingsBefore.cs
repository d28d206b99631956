using Npgsql;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>
/// What postgresql.auto.conf held of the parameters that a step writes. Each ALTER SYSTEM commits by itself: where a later one fails, those before it are taken
/// back, so that no line of ours waits in the file for a reload or a restart that somebody else causes.
/// </summary>
internal sealed class SettingsBefore(IReadOnlyDictionary<string, string?> lines)
{
    private const string Lines = """
        select distinct on (lower(name)) lower(name), setting from pg_catalog.pg_file_settings
         where sourcefile like '%/postgresql.auto.conf' and lower(name) = any ($1)
         order by lower(name), seqno desc
        """;

    /// <returns>Null where the statements write no parameter, or the file may not be read.</returns>
    public static async Task<SettingsBefore?> ReadAsync(
        NpgsqlConnection connection,
        IReadOnlyList<string> statements,
        CancellationToken cancel
    )
    {
        var names = statements
            .Select(AlterSystem.Read)
            .OfType<(string Name, string?)>()
            .Select(w => w.Name.ToLowerInvariant())
            .ToArray();
        // One alone is written or not.
        if (names.Length < 2)
            return null;
        var lines = names.ToDictionary(n => n, _ => (string?)null, StringComparer.Ordinal);
        try
        {
            await using var command = new NpgsqlCommand(Lines, connection) { CommandTimeout = 10 };
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = names });
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
                lines[reader.GetString(0)] = reader.IsDBNull(1) ? null : reader.GetString(1);
            return new SettingsBefore(lines);
        }
        catch (PostgresException)
        {
            return null;
        }
    }

    /// <summary>Puts back what stood there before <paramref name="written"/>.</summary>
    /// <returns>False where the server no longer takes it.</returns>
    public async Task<bool> PutBackAsync(NpgsqlConnection connection, IEnumerable<string> written, CancellationToken cancel)
    {
        try
        {
            foreach (var (name, _) in written.Select(AlterSystem.Read).OfType<(string Name, string?)>().Reverse())
            {
                await using var command = new NpgsqlCommand(AlterSystem.Write(name, lines[name.ToLowerInvariant()]), connection)
                {
                    CommandTimeout = 10,
                };
                await command.ExecuteNonQueryAsync(cancel);
            }
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return false;
        }
    }
}
