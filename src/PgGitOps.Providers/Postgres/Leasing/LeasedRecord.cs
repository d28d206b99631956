using System.Diagnostics;
using Npgsql;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Settings;
using PgGitOps.Providers.Postgres.Recording;

namespace PgGitOps.Providers.Postgres.Leasing;

/// <summary>The record in the cluster, written by the session that holds the lock, each time in one statement that looks at the token.</summary>
internal sealed class LeasedRecord(ClusterLease lease) : IClusterRecord
{
    private bool knowsPlain;

    public async ValueTask<StepOutcome> RecordAsync(IReadOnlyCollection<Step> done, string commit, CancellationToken cancel)
    {
        var record = StepRecord.Of(done);
        return record.IsEmpty
            ? new StepOutcome.AlreadyTrue()
            : await WriteAsync(token => record.ToCommand(token, commit), cancel);
    }

    public async ValueTask<StepOutcome> RecordFoundAsync(
        IReadOnlyCollection<FacetState> found,
        string commit,
        CancellationToken cancel
    ) =>
        found.Count == 0
            ? new StepOutcome.AlreadyTrue()
            : await WriteAsync(token => FoundRecord.ToCommand(found, token, commit), cancel);

    private async Task<StepOutcome> WriteAsync(Func<long, NpgsqlBatchCommand> command, CancellationToken cancel)
    {
        if (lease.Session is not { } session)
            return new StepOutcome.Failed("there is no primary to record on", null);
        var watch = Stopwatch.StartNew();
        try
        {
            await HidePlainAsync(session, cancel);
            using var batch = new NpgsqlBatch();
            batch.BatchCommands.Add(command(session.Token));
            return await session.AskAsync(batch, static r => r.GetInt32(0), cancel) == 1
                ? new StepOutcome.Done(watch.Elapsed)
                : new StepOutcome.Refused("another writer took over; nothing was recorded");
        }
        catch (PostgresException e)
        {
            return new StepOutcome.Failed($"{SecretSettings.RedactMessage(e.MessageText)} ({e.SqlState})", e.Hint);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            // Recording again is harmless, so nothing is uncertain for long: the next run does it.
            return new StepOutcome.Uncertain($"the connection was lost while recording: {e.Message}");
        }
    }

    private async Task HidePlainAsync(LockSession session, CancellationToken cancel)
    {
        if (knowsPlain)
            return;
        var plain = await session.AskAsync(PlainRecord.Query, PlainRecord.Read, cancel);
        if (plain.Rows.Count > 0)
        {
            using var batch = new NpgsqlBatch();
            batch.BatchCommands.Add(plain.ToCommand(session.Token));
            await session.AskAsync(batch, static r => r.GetInt32(0), cancel);
        }
        knowsPlain = true;
    }
}
