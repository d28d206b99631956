using System.Data;
using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Leasing;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>Sessions that steps work in, open from one step to the next, each under the token of its writer.</summary>
internal sealed class WorkSessions(StepContext context) : IAsyncDisposable
{
    private readonly Dictionary<(string Member, string Database), (NpgsqlConnection Connection, long Token)> open = [];

    private IClusterLease Lease => context.At.Lease;

    /// <summary>An open session, or why there is none.</summary>
    /// <remarks>
    /// Fencing: a newcomer first writes its token and then ends every session that bears an older one. So the order here
    /// is: open, then check the token, then act. A session opened before the token moved is ended; one opened after fails
    /// the check. The caller therefore asks <see cref="IClusterLease.WhyLostAsync"/> once more after this returns. A session
    /// of before the writer had its token, or had it anew, bears another name, which a takeover would overlook: it is not used again.
    /// </remarks>
    public async Task<(NpgsqlConnection? Connection, string? Reason)> ConnectAsync(
        Member member,
        string database,
        CancellationToken cancel
    )
    {
        var (key, token) = ((member.Name, database), Lease.FencingToken);
        if (open.Remove(key, out var kept))
        {
            if (kept.Token == token && kept.Connection.FullState == ConnectionState.Open)
            {
                open.Add(key, kept);
                return (kept.Connection, null);
            }
            await kept.Connection.DisposeAsync();
        }
        var name = token == 0 ? WriterConnection.Newcomer : WriterConnection.ApplicationName(token);
        var (connection, reason) = await WriterConnection.OpenAsync(context, member, database, name, cancel);
        if (connection is not null)
            open.Add(key, (connection, token));
        return (connection, reason);
    }

    /// <summary>Closes sessions: DROP DATABASE, a template or a shutdown would wait for them.</summary>
    public async Task ForgetAsync(Func<(string Member, string Database), bool> which)
    {
        foreach (var key in open.Keys.Where(which).ToArray())
        {
            open.Remove(key, out var kept);
            await kept.Connection.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await ForgetAsync(static _ => true);
}
