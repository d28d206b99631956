using Npgsql;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Postgres.Leasing;

/// <summary>The lock on the primary, or, while the cluster has none, the lock on a host.</summary>
internal sealed class ClusterLease(LeaseTerms terms, IHostLock? hostLock, LockSession? session) : IClusterLease
{
    private string? lost;

    /// <summary>Null until there is a primary.</summary>
    public LockSession? Session { get; private set; } = session;

    public long FencingToken => Session?.Token ?? 0;

    public string? Primary => Session?.Primary.Name;

    public async ValueTask<string?> WhyLostAsync(CancellationToken cancel)
    {
        if (lost is not null)
            return lost;
        lost =
            Session is not null ? await Session.WhyLostAsync(cancel)
            : hostLock is { IsHeld: true } ? null
            : "the lock on the host that stands for the cluster's is gone";
        return lost;
    }

    public async ValueTask<LeaseStanding> StandingAsync(CancellationToken cancel)
    {
        try
        {
            if (await WhyLostAsync(cancel) is { } gone)
                return new LeaseStanding(gone, null);
            return Session is { } session ? new LeaseStanding(null, await session.SuspensionAsync(cancel)) : LeaseStanding.Good;
        }
        catch (Exception e)
            when (e is NpgsqlException or InvalidOperationException or TimeoutException
                || (e is OperationCanceledException && !cancel.IsCancellationRequested)
            )
        {
            return new LeaseStanding($"whether the cluster is suspended could not be read: {e.Message}", null);
        }
        catch (OperationCanceledException)
        {
            return new LeaseStanding("interrupted", null);
        }
    }

    public async ValueTask<string?> MoveIntoClusterAsync(string primary, CancellationToken cancel)
    {
        if (Session is not null)
            return null;
        var answer = await LockAcquisition.TakeAsync(terms, terms.Context.MemberNamed(primary), cancel);
        Session = answer.Session;
        return answer.HeldBy is { } other ? $"another writer is in the cluster: {other}" : answer.Suspended ?? answer.Unreachable;
    }

    public async ValueTask<string?> TakeAgainAsync(CancellationToken cancel)
    {
        var primary =
            Session?.Primary
            ?? throw new InvalidOperationException("only a lock that is held in the cluster goes with its server");
        await Session.DisposeAsync();
        var answer = await LockAcquisition.TakeAsync(terms, primary, cancel);
        Session = answer.Session;
        return lost =
            answer.HeldBy is { } other ? $"another writer took the lock during the restart: {other}"
            : (answer.Suspended ?? answer.Unreachable) is { } reason
                ? $"the lock could not be taken again after the restart: {reason}"
            : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (Session is not null)
            await Session.DisposeAsync();
        if (hostLock is not null)
            await hostLock.DisposeAsync();
    }
}
