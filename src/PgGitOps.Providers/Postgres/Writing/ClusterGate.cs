using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Postgres.Writing;

/// <summary>Lets one writer at a time into a cluster.</summary>
/// <param name="holder">What others are told who find it held; null gives user, machine and process.</param>
public sealed class ClusterGate(
    IHostExecutor hosts,
    IHostLocks locks,
    IHostProbe probe,
    ISecretStore secrets,
    TimeProvider time,
    string? holder = null,
    ISuspensionPlaces? places = null
) : IClusterGate
{
    private readonly string holder =
        holder
        ?? string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.UserName}@{Environment.MachineName} process {Environment.ProcessId}"
        );

    public async ValueTask<GateOutcome> OpenAsync(
        ValidFleet fleet,
        Cluster cluster,
        ClusterSnapshot snapshot,
        CancellationToken cancel
    )
    {
        var context = new WriterContext(fleet, cluster, snapshot, hosts, probe, secrets, time, holder, places);
        var primaries = snapshot.Primaries.Select(p => p.Name).ToArray();
        return primaries switch
        {
            [var one] => await OpenInClusterAsync(context, context.MemberNamed(one), cancel).ConfigureAwait(false),
            [] => await OpenOnHostAsync(context, cancel).ConfigureAwait(false),
            _ => new GateOutcome.Unreachable(
                $"{string.Join(" and ", primaries)} both accept writes: a split brain is for people to decide, not for the engine to write into"
            ),
        };
    }

    private static async Task<GateOutcome> OpenInClusterAsync(WriterContext context, Member primary, CancellationToken cancel)
    {
        var answer = await LockAcquisition.TakeAsync(context, primary, cancel).ConfigureAwait(false);
        return answer switch
        {
            { HeldBy: { } other } => new GateOutcome.Held(other),
            { Suspended: { } words } => new GateOutcome.Suspended(words),
            { Unreachable: { } reason } => new GateOutcome.Unreachable(reason),
            _ => new GateOutcome.Open(new ClusterWriter(context, new WriterHold(context, null, answer.Session))),
        };
    }

    // No primary: the file lock is on the host of one member that the documents name, so that every writer looks at the
    // same place whatever it could see of the cluster. Is that host away, nobody starts servers: waiting is safer.
    private async Task<GateOutcome> OpenOnHostAsync(WriterContext context, CancellationToken cancel)
    {
        var first = context.Cluster.Members.FirstOrDefault(m => m.Initial) ?? context.Cluster.Members[0];
        var path = MemberDirectory.WriterLock(context.Access, context.Cluster.Name);
        var since = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        // Before the lock, whose file is something written too; and after it, for a writer that slept between.
        if (await context.SuspendedAsync(null, cancel).ConfigureAwait(false) is { } before)
            return new GateOutcome.Suspended(before);
        var outcome = await locks.TakeAsync(context.HostOf(first), path, $"{holder} since {since}", cancel).ConfigureAwait(false);
        if (
            outcome is HostLockOutcome.Taken { Lock: var own }
            && await context.SuspendedAsync(null, cancel).ConfigureAwait(false) is { } words
        )
        {
            await own.DisposeAsync().ConfigureAwait(false);
            return new GateOutcome.Suspended(words);
        }
        return outcome.Match<GateOutcome>(
            taken => new GateOutcome.Open(new ClusterWriter(context, new WriterHold(context, taken.Lock, null))),
            held => new GateOutcome.Held(held.Holder),
            unreachable => new GateOutcome.Unreachable(unreachable.Reason)
        );
    }
}
