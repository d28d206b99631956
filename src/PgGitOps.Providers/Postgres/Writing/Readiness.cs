using System.Diagnostics;
using PgGitOps.Core.Desired;

namespace PgGitOps.Providers.Postgres.Writing;

/// <summary>Waits until a server accepts the engine's connections.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>Null once it does, else the last reason why not.</summary>
    public static async Task<string?> WaitAsync(WriterContext context, Member member, TimeSpan limit, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var (connection, reason) = await WriterConnection.OpenAsync(context, member, Connecting.ServerTarget.MaintenanceDatabase, WriterConnection.Newcomer, cancel).ConfigureAwait(false);
            if (connection is not null)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                return null;
            }
            // A wrong password stays wrong; only a server that is not up yet is worth waiting for.
            if (watch.Elapsed > limit || reason!.Contains("authentication failed", StringComparison.Ordinal) || reason.Contains("pg_hba", StringComparison.Ordinal))
                return $"started, but not to be reached: {reason}";
            await Task.Delay(Pace, cancel).ConfigureAwait(false);
        }
    }
}
