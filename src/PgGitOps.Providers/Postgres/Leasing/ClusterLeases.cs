using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Postgres.Leasing;

/// <inheritdoc/>
/// <param name="holder">What others are told who find it held; null gives user, machine and process.</param>
public sealed class ClusterLeases(
    IHostLocks locks,
    ISecretStore secrets,
    TimeProvider time,
    string? holder = null,
    ISuspensionPlaces? places = null
) : IClusterLeases
{
    private readonly string holder =
        holder
        ?? string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.UserName}@{Environment.MachineName} process {Environment.ProcessId}"
        );

    public async ValueTask<LeaseOutcome> TakeAsync(
        ValidFleet fleet,
        Cluster cluster,
        ClusterSnapshot snapshot,
        CancellationToken cancel
    )
    {
        var context = new WriterContext(fleet, cluster, snapshot, secrets, time);
        var terms = new LeaseTerms(context, holder, places);
        var primaries = snapshot.Primaries.Select(p => p.Name).ToArray();
        return primaries switch
        {
            [var one] => await TakeInClusterAsync(terms, context.MemberNamed(one), cancel),
            [] => await TakeOnHostAsync(terms, cancel),
            _ => new LeaseOutcome.Unreachable(
                $"{string.Join(" and ", primaries)} both accept writes: a split brain is for people to decide, not for the engine to write into"
            ),
        };
    }

    private static async Task<LeaseOutcome> TakeInClusterAsync(LeaseTerms terms, Member primary, CancellationToken cancel)
    {
        var answer = await LockAcquisition.TakeAsync(terms, primary, cancel);
        return answer switch
        {
            { HeldBy: { } other } => new LeaseOutcome.Held(other),
            { Suspended: { } words } => new LeaseOutcome.Suspended(words),
            { Unreachable: { } reason } => new LeaseOutcome.Unreachable(reason),
            _ => Taken(new ClusterLease(terms, null, answer.Session)),
        };
    }

    // No primary: the file lock is on the host of one member that the documents name, so that every writer looks at the
    // same place whatever it could see of the cluster. Is that host away, nobody starts servers: waiting is safer.
    private async Task<LeaseOutcome> TakeOnHostAsync(LeaseTerms terms, CancellationToken cancel)
    {
        var context = terms.Context;
        var first = context.Cluster.Members.FirstOrDefault(m => m.Initial) ?? context.Cluster.Members[0];
        var path = MemberDirectory.WriterLock(context.Access, context.Cluster.Name);
        var since = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        // Before the lock, whose file is something written too; and after it, for a writer that slept between.
        if (await terms.SuspendedAsync(null, cancel) is { } before)
            return new LeaseOutcome.Suspended(before);
        var outcome = await locks.TakeAsync(context.HostOf(first), path, $"{holder} since {since}", cancel);
        if (outcome is HostLockOutcome.Taken { Lock: var own } && await terms.SuspendedAsync(null, cancel) is { } words)
        {
            await own.DisposeAsync();
            return new LeaseOutcome.Suspended(words);
        }
        return outcome.Match<LeaseOutcome>(
            taken => Taken(new ClusterLease(terms, taken.Lock, null)),
            held => new LeaseOutcome.Held(held.Holder),
            unreachable => new LeaseOutcome.Unreachable(unreachable.Reason)
        );
    }

    private static LeaseOutcome.Taken Taken(ClusterLease lease) => new(lease, new LeasedRecord(lease));
}
