using System.Diagnostics;
using Npgsql;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>Waits until a reload has arrived: pg_reload_conf() only asks for one, and the next look would still see the old values.</summary>
/// <remarks>The postmaster reads the files before it tells its backends, so once our own has read them every new session sees them.</remarks>
internal sealed class ReloadWatch(NpgsqlConnection connection, DateTime? before)
{
    /// <summary>A file with an error is never loaded; the next observation says so.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    public static async Task<ReloadWatch> BeforeAsync(
        NpgsqlConnection connection,
        IEnumerable<string> statements,
        CancellationToken cancel
    ) =>
        new(
            connection,
            statements.Any(s => s.Contains("pg_reload_conf", StringComparison.Ordinal))
                ? await LoadedAsync(connection, cancel)
                : null
        );

    public static async Task<ReloadWatch> BeforeAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        new(connection, await LoadedAsync(connection, cancel));

    public async Task WaitAsync(CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        while (before is not null && watch.Elapsed < Patience && await LoadedAsync(connection, cancel) == before)
            await Task.Delay(Pace, cancel);
    }

    private static async Task<DateTime> LoadedAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select pg_catalog.pg_conf_load_time()", connection) { CommandTimeout = 10 };
        return (DateTime)(await command.ExecuteScalarAsync(cancel))!;
    }
}
