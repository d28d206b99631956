using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Leasing;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>While a statement runs, notes who stands in its way: afterwards nobody can tell any more.</summary>
/// <remarks>By a session of its own, which is opened only for a statement that takes longer than a moment.</remarks>
internal sealed class BlockerWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private const string Sql = """
        select string_agg(format('pid %s (%s, %s, %s)', pid, coalesce(usename, backend_type), coalesce(nullif(application_name, ''), 'no application name'),
            coalesce(state || ' for ' || date_trunc('second', clock_timestamp() - state_change), 'no state')), ' and ' order by pid)
        from pg_stat_activity where pid = any (pg_blocking_pids($1))
        """;

    private readonly CancellationTokenSource end = new();
    private readonly Task watching;

    /// <param name="pid">Of the session whose statement is watched.</param>
    public BlockerWatch(StepContext context, Member member, int pid) => watching = WatchAsync(context, member, pid);

    /// <summary>Sessions that the statement waited for when they were asked for last; null when it waited for none.</summary>
    public string? Blockers { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await watching;
        end.Dispose();
    }

    private async Task WatchAsync(StepContext context, Member member, int pid)
    {
        try
        {
            await Task.Delay(Pace, end.Token);
            var (connection, _) = await WriterConnection.OpenAsync(
                context,
                member,
                ServerTarget.MaintenanceDatabase,
                WriterConnection.ApplicationName(context.At.Lease.FencingToken),
                end.Token
            );
            if (connection is null)
                return;
            await using (connection)
            {
                while (true)
                {
                    await using var command = new NpgsqlCommand(Sql, connection) { CommandTimeout = 10 };
                    command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = pid });
                    Blockers = await command.ExecuteScalarAsync(end.Token) as string ?? Blockers;
                    await Task.Delay(Pace, end.Token);
                }
            }
        }
        catch (OperationCanceledException) { }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            // The step's own outcome will say what became of the server.
        }
    }
}
