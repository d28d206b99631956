using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Postgres.Writing;

/// <summary>A writer's right to write: the lock on the primary, or, while the cluster has none, the lock on a host.</summary>
internal sealed class WriterHold(WriterContext context, IHostLock? hostLock, LockSession? session) : IAsyncDisposable
{
    private readonly Dictionary<(string Member, string Database), NpgsqlConnection> work = [];
    private string? lost;

    public LockSession? Session { get; private set; } = session;

    /// <summary>Why this writer may not write, or null. Once lost stays lost: what happened since is unknown, so look again first.</summary>
    public async Task<string?> WhyNotAsync(CancellationToken cancel)
    {
        if (lost is not null)
            return lost;
        lost =
            Session is not null ? await Session.WhyLostAsync(cancel).ConfigureAwait(false)
            : hostLock is { IsHeld: true } ? null
            : "the lock on the host that stands for the cluster's is gone";
        return lost;
    }

    /// <summary>Takes the lock in the cluster itself as soon as there is a primary; the host's stays until the end.</summary>
    /// <returns>Why not, or null once it is held.</returns>
    public async Task<string?> MoveIntoClusterAsync(Member member, CancellationToken cancel)
    {
        if (Session is not null)
            return null;
        // Sessions opened before there was a token bear none, and a takeover would overlook them.
        await ForgetWorkAsync().ConfigureAwait(false);
        var answer = await LockAcquisition.TakeAsync(context, member, cancel).ConfigureAwait(false);
        Session = answer.Session;
        return answer.HeldBy is { } other ? $"another writer is in the cluster: {other}" : answer.Suspended ?? answer.Unreachable;
    }

    /// <summary>After a restart of the primary that this writer itself asked for: its session went with the server.</summary>
    public async Task<string?> TakeAgainAsync(CancellationToken cancel)
    {
        var primary = Session!.Primary;
        await ForgetWorkAsync().ConfigureAwait(false);
        await Session.DisposeAsync().ConfigureAwait(false);
        var answer = await LockAcquisition.TakeAsync(context, primary, cancel).ConfigureAwait(false);
        Session = answer.Session;
        return lost =
            answer.HeldBy is { } other ? $"another writer took the lock during the restart: {other}"
            : (answer.Suspended ?? answer.Unreachable) is { } reason
                ? $"the lock could not be taken again after the restart: {reason}"
            : null;
    }

    /// <summary>A connection for steps, open from one to the next.</summary>
    /// <remarks>
    /// Fencing: a newcomer first writes its token and then ends every session that bears an older one. So the order here
    /// is: open, then check the token, then act. A session opened before the token moved is ended; one opened after fails
    /// the check. The caller therefore asks <see cref="WhyNotAsync"/> once more after this returns.
    /// </remarks>
    public async Task<(NpgsqlConnection? Connection, string? Reason)> ConnectAsync(
        Member member,
        string database,
        CancellationToken cancel
    )
    {
        if (work.TryGetValue((member.Name, database), out var kept))
        {
            if (kept.FullState == System.Data.ConnectionState.Open)
                return (kept, null);
            work.Remove((member.Name, database));
            await kept.DisposeAsync().ConfigureAwait(false);
        }
        var name = Session is null ? WriterConnection.Newcomer : WriterConnection.ApplicationName(Session.Token);
        var (connection, reason) = await WriterConnection
            .OpenAsync(context, member, database, name, cancel)
            .ConfigureAwait(false);
        if (connection is not null)
            work.Add((member.Name, database), connection);
        return (connection, reason);
    }

    /// <summary>Closes work connections; to one database, or all of them. DROP DATABASE, a template or a shutdown would wait for them.</summary>
    public async Task ForgetWorkAsync(Func<(string Member, string Database), bool>? which = null)
    {
        foreach (var key in work.Keys.Where(k => which is null || which(k)).ToArray())
        {
            await work[key].DisposeAsync().ConfigureAwait(false);
            work.Remove(key);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ForgetWorkAsync().ConfigureAwait(false);
        if (Session is not null)
            await Session.DisposeAsync().ConfigureAwait(false);
        if (hostLock is not null)
            await hostLock.DisposeAsync().ConfigureAwait(false);
    }
}
