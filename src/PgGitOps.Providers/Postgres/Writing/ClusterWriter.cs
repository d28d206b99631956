using Npgsql;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Postgres.Writing;

/// <inheritdoc/>
internal sealed class ClusterWriter(WriterContext context, WriterHold hold) : IClusterWriter
{
    /// <summary>0 until the cluster has a primary that gives one out.</summary>
    public long FencingToken => hold.Session?.Token ?? 0;

    public async ValueTask<WriterStanding> StandingAsync(CancellationToken cancel)
    {
        try
        {
            if (await hold.WhyNotAsync(cancel).ConfigureAwait(false) is { } lost)
                return new WriterStanding(lost, null);
            return hold.Session is { } session
                ? new WriterStanding(null, await session.SuspensionAsync(cancel).ConfigureAwait(false))
                : WriterStanding.Good;
        }
        catch (Exception e)
            when (e is NpgsqlException or InvalidOperationException or TimeoutException
                || (e is OperationCanceledException && !cancel.IsCancellationRequested)
            )
        {
            return new WriterStanding($"whether the cluster is suspended could not be read: {e.Message}", null);
        }
        catch (OperationCanceledException)
        {
            return new WriterStanding("interrupted", null);
        }
    }

    public async ValueTask<StepOutcome> RunAsync(Step step, CancellationToken cancel)
    {
        try
        {
            return await hold.WhyNotAsync(cancel).ConfigureAwait(false) is { } refusal
                ? new StepOutcome.Refused(refusal)
                : await PerformAsync(step, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return new StepOutcome.Uncertain("interrupted");
        }
    }

    private async Task<StepOutcome> PerformAsync(Step step, CancellationToken cancel) =>
        await step
            .Action.Match<Task<StepOutcome>>(
                a => new InitialisePrimaryStep(context, hold).RunAsync(step, a, cancel),
                a => new CloneStandbyStep(context, hold).RunAsync(step, a, cancel),
                a => new StartServerStep(context, hold).RunAsync(step, a, cancel),
                a => new RestartServerStep(context, hold).RunAsync(step, a, cancel),
                a => InClusterAsync(a.Member, () => new ExecuteSqlStep(context, hold).RunAsync(step, a, cancel), cancel),
                a => InClusterAsync(a.Member, () => new SetPasswordStep(context, hold).RunAsync(step, a, cancel), cancel),
                a => new WritePasswordFileStep(context, hold).RunAsync(step, a, cancel),
                a => InClusterAsync(a.Member, () => new WriteAccessListStep(context, hold).RunAsync(step, a, cancel), cancel)
            )
            .ConfigureAwait(false);

    public async ValueTask<StepOutcome> RecordAsync(IReadOnlyCollection<Step> done, string commit, CancellationToken cancel)
    {
        var record = StepRecord.Of(done);
        return record.IsEmpty
            ? new StepOutcome.AlreadyTrue()
            : await RecordAsync(token => record.ToCommand(token, commit), cancel).ConfigureAwait(false);
    }

    public async ValueTask<StepOutcome> RecordFoundAsync(
        IReadOnlyCollection<FacetState> found,
        string commit,
        CancellationToken cancel
    ) =>
        found.Count == 0
            ? new StepOutcome.AlreadyTrue()
            : await RecordAsync(token => FoundRecord.ToCommand(found, token, commit), cancel).ConfigureAwait(false);

    private async Task<StepOutcome> RecordAsync(Func<long, NpgsqlBatchCommand> command, CancellationToken cancel)
    {
        if (hold.Session is not { } session)
            return new StepOutcome.Failed("there is no primary to record on", null);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        try
        {
            using var batch = new NpgsqlBatch();
            batch.BatchCommands.Add(command(session.Token));
            return await session.AskAsync(batch, static r => r.GetInt32(0), cancel).ConfigureAwait(false) == 1
                ? new StepOutcome.Done(watch.Elapsed)
                : new StepOutcome.Refused("another writer took over; nothing was recorded");
        }
        catch (PostgresException e)
        {
            return new StepOutcome.Failed($"{e.MessageText} ({e.SqlState})", e.Hint);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            // Recording again is harmless, so nothing is uncertain for long: the next run does it.
            return new StepOutcome.Uncertain($"the connection was lost while recording: {e.Message}");
        }
    }

    public ValueTask DisposeAsync() => hold.DisposeAsync();

    // A bootstrap reaches its first SQL step when the primary is up: from here on the lock is the cluster's own.
    private async Task<StepOutcome> InClusterAsync(string member, Func<Task<StepOutcome>> step, CancellationToken cancel) =>
        await hold.MoveIntoClusterAsync(context.MemberNamed(member), cancel).ConfigureAwait(false) is { } reason
            ? new StepOutcome.Refused(reason)
            : await step().ConfigureAwait(false);
}
