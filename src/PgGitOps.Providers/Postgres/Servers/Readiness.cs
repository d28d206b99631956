using System.Diagnostics;
using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Providers.Postgres.Leasing;

namespace PgGitOps.Providers.Postgres.Servers;

/// <summary>Waits until a server accepts the engine's connections.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>Asking the host costs a process there, and most servers are up before the first time.</summary>
    private static readonly TimeSpan HostEvery = TimeSpan.FromSeconds(1);

    /// <summary>Null once it does, else the last reason why not.</summary>
    public static async Task<string?> WaitAsync(StepContext context, Member member, TimeSpan limit, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var nextLook = HostEvery;
        var wasListening = false;
        while (true)
        {
            var (connection, reason) = await WriterConnection.OpenAsync(
                context,
                member,
                Connecting.ServerTarget.MaintenanceDatabase,
                WriterConnection.Newcomer,
                cancel
            );
            if (connection is not null)
            {
                await connection.DisposeAsync();
                return null;
            }
            // A wrong password stays wrong; only a server that is not up yet is worth waiting for.
            if (
                watch.Elapsed > limit
                || reason!.Contains("authentication failed", StringComparison.Ordinal)
                || reason.Contains("pg_hba", StringComparison.Ordinal)
            )
                return $"started, but not to be reached: {reason}";
            if (watch.Elapsed > nextLook)
            {
                // A server that listens elsewhere is up, and no wait brings it here.
                if (
                    await context.Probe.LookAsync(context.Fleet, context.Cluster, member, cancel)
                    is Observation<DataDirectoryFacts>.Seen { Value: { Running: true, Port: { } port } running }
                )
                {
                    if (port != member.Port)
                        return string.Create(
                            CultureInfo.InvariantCulture,
                            $"started, and it listens on port {port}, where the documents say {member.Port}: change spec.members back, or move the server to the new port by hand (its pggitops.conf) and restart it"
                        );
                    // Twice: it may have begun to listen after it was tried.
                    if (running.Listens is { } address && wasListening && reason.Contains("refused", StringComparison.Ordinal))
                        return $"started, and it listens on address {address}, where the documents say {context.HostOf(member).Address}: change spec.members or the host back, or move the server to the new address by hand (its pggitops.conf) and restart it";
                    wasListening = running.Listens is not null;
                }
                nextLook = watch.Elapsed + HostEvery;
            }
            await Task.Delay(Pace, cancel);
        }
    }
}
