using Npgsql;
using PgGitOps.Core.Desired;

namespace PgGitOps.Providers.Postgres.Writing;

/// <summary>While a statement runs, notes who stands in its way: afterwards nobody can tell any more.</summary>
internal sealed class BlockerWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource end = new();
    private readonly Task watching;

    /// <param name="session">Asked on the primary only: the blockers of a standby are seen there alone.</param>
    public BlockerWatch(LockSession? session, Member member, int pid) =>
        watching = session is not null && session.Primary == member ? WatchAsync(session, pid) : Task.CompletedTask;

    public string? Blockers { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        end.Dispose();
    }

    private async Task WatchAsync(LockSession session, int pid)
    {
        try
        {
            while (!end.IsCancellationRequested)
            {
                await Task.Delay(Pace, end.Token).ConfigureAwait(false);
                // Not cancelled half way: that would break the session that holds the lock.
                Blockers = await session.BlockersOfAsync(pid, CancellationToken.None).ConfigureAwait(false) ?? Blockers;
            }
        }
        catch (OperationCanceledException) { }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The step's own outcome will say what became of the server.
        }
    }
}
