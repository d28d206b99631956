using Npgsql;
using PgGitOps.Core.Observed;

namespace PgGitOps.Providers.Postgres.Recording;

/// <summary>The suspension in the cluster's own record, as it stands now.</summary>
internal static class RecordedSuspension
{
    public const string Query = "select reason, owner, since, expires from pggitops.suspension";

    /// <returns>Null where the record says nothing, or there is no record yet.</returns>
    public static async Task<Suspension?> ReadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using (
            var ask = new NpgsqlCommand("select to_regclass('pggitops.suspension') is not null", connection)
            {
                CommandTimeout = 10,
            }
        )
        {
            if (await ask.ExecuteScalarAsync(cancel) is not true)
                return null;
        }
        await using var command = new NpgsqlCommand(Query, connection) { CommandTimeout = 10 };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? Read(reader, 0) : null;
    }

    public static Suspension Read(NpgsqlDataReader row, int at) =>
        new(
            row.GetString(at),
            row.GetString(at + 1),
            new DateTimeOffset(row.GetDateTime(at + 2), TimeSpan.Zero),
            new DateTimeOffset(row.GetDateTime(at + 3), TimeSpan.Zero)
        );
}
