using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Recording;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>SQL on one database of one member, with lock and statement timeouts, recorded together with its effect where that is possible.</summary>
internal sealed class ExecuteSqlStep(StepContext context, WorkSessions sessions)
{
    /// <summary>Longer, and waiting DDL would in turn block the application's queries behind it.</summary>
    private static readonly TimeSpan LockTimeoutMax = TimeSpan.FromSeconds(5);

    private const string PrivilegeNotRevoked = "01006";
    private const string PrivilegeNotGranted = "01007";

    /// <summary>The server's own timeout shall come first: it says more and keeps the session.</summary>
    private static readonly TimeSpan AnswerMargin = TimeSpan.FromSeconds(5);

    public async Task<StepOutcome> RunAsync(Step step, StepAction.ExecuteSql action, CancellationToken cancel)
    {
        var member = context.MemberNamed(action.Member);
        var watch = Stopwatch.StartNew();
        // A kept session of ours would stand in the way of statements on the database itself.
        if (!action.InTransaction)
            await sessions.ForgetAsync(k => k.Database != ServerTarget.MaintenanceDatabase && k.Database != action.Database);
        var (connection, reason) = await sessions.ConnectAsync(member, action.Database, cancel);
        if (connection is null)
            return new StepOutcome.Failed(reason!, null);
        if (await context.At.Lease.WhyLostAsync(cancel) is { } refusal)
            return new StepOutcome.Refused(refusal);
        var run = new Run(context, sessions, step, action, member, connection);
        return await run.ExecuteAsync(cancel) ?? new StepOutcome.Done(watch.Elapsed);
    }

    /// <summary>One execution: what was sent, and what is known about it.</summary>
    private sealed class Run(
        StepContext context,
        WorkSessions sessions,
        Step step,
        StepAction.ExecuteSql action,
        Member member,
        NpgsqlConnection connection
    )
    {
        private bool onlyLocallyCommitted;

        /// <summary>What a GRANT or REVOKE left undone, in the server's words: PostgreSQL warns of it, and goes on.</summary>
        private string? undone;

        // On the primary's own database the ownership record is written by the transaction that makes the object.
        private bool RecordsItself =>
            action.InTransaction
            && action.Database == ServerTarget.MaintenanceDatabase
            && member.Name == context.At.Lease.Primary;

        public async Task<StepOutcome?> ExecuteAsync(CancellationToken cancel)
        {
            var intent = RecordsItself ? null : await IntentRecord.WriteAsync(context, sessions, step, cancel);
            if (intent?.Problem is { } problem)
                return new StepOutcome.Refused(problem);
            connection.Notice += OnNotice;
            StepOutcome? outcome;
            await using (var watch = new BlockerWatch(context, member, connection.ProcessID))
            {
                outcome = action.InTransaction ? await TransactAsync(watch, cancel) : await OneByOneAsync(watch, cancel);
            }
            connection.Notice -= OnNotice;
            if (onlyLocallyCommitted)
                return new StepOutcome.Uncertain("committed on the primary, but not on the synchronous standbys");
            if (outcome is StepOutcome.Failed or StepOutcome.Refused && intent is not null)
                await intent.WithdrawAsync(cancel);
            return outcome;
        }

        private async Task<StepOutcome?> TransactAsync(BlockerWatch watch, CancellationToken cancel)
        {
            var committing = false;
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(cancel);
                await using var batch = NewBatch();
                batch.Transaction = transaction;
                AddTimeouts(batch, local: true);
                foreach (var statement in action.Statements)
                    batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
                await batch.ExecuteNonQueryAsync(cancel);
                if (undone is not null)
                {
                    await transaction.RollbackAsync(cancel);
                    return new StepOutcome.Failed($"{undone}; nothing was changed", null);
                }
                if (
                    RecordsItself
                    && !await StepRecord
                        .Of([step])
                        .WriteAsync(connection, transaction, context.At.Lease.FencingToken, context.Commit, cancel)
                )
                {
                    await transaction.RollbackAsync(cancel);
                    return new StepOutcome.Refused("another writer took over; the transaction was rolled back");
                }
                committing = true;
                await transaction.CommitAsync(cancel);
                return null;
            }
            catch (Exception e)
            {
                return await FailAsync(e, committing, watch, "");
            }
        }

        private async Task<StepOutcome?> OneByOneAsync(BlockerWatch watch, CancellationToken cancel)
        {
            var done = 0;
            SettingsBefore? before = null;
            try
            {
                await using (var timeouts = NewBatch())
                {
                    AddTimeouts(timeouts, local: false);
                    await timeouts.ExecuteNonQueryAsync(cancel);
                }
                if (
                    await new ConfigurationTrial(context).WhyNotAsync(connection, member, action.Statements, cancel) is
                    { } wouldNotStart
                )
                    return wouldNotStart;
                before = await SettingsBefore.ReadAsync(connection, action.Statements, cancel);
                var reload = await ReloadWatch.BeforeAsync(connection, action.Statements, cancel);
                foreach (var statement in action.Statements)
                {
                    await using var one = NewBatch();
                    one.BatchCommands.Add(new NpgsqlBatchCommand(statement));
                    await one.ExecuteNonQueryAsync(cancel);
                    done++;
                }
                await reload.WaitAsync(cancel);
                return null;
            }
            catch (Exception e)
            {
                var which =
                    action.Statements.Count == 1
                        ? ""
                        : string.Create(CultureInfo.InvariantCulture, $"statement {done + 1} of {action.Statements.Count}: ");
                var outcome = await FailAsync(e, true, watch, which);
                if (done == 0 || outcome is not StepOutcome.Failed failed)
                    return outcome;
                if (before is not null && await before.PutBackAsync(connection, action.Statements.Take(done), cancel))
                    return failed with
                    {
                        Reason =
                            $"{failed.Reason}; what was written before it was reset to the lines that stood there, and nothing was loaded",
                    };
                // The ones before it commit by themselves and stay.
                return new StepOutcome.Uncertain($"{failed.Reason}; the statements before it took effect");
            }
        }

        private async Task<StepOutcome> FailAsync(Exception e, bool mayHaveHappened, BlockerWatch watch, string which)
        {
            var outcome = SqlFailure.Outcome(e, context.TargetOf(member, action.Database), mayHaveHappened, watch.Blockers);
            // After a cancelled or broken exchange the session's state is unknown; the next step gets a new one.
            if (e is not PostgresException)
                await sessions.ForgetAsync(k => k == (member.Name, action.Database));
            return (which, outcome) switch
            {
                ("", _) => outcome,
                (_, StepOutcome.Failed f) => f with { Reason = which + f.Reason },
                (_, StepOutcome.Uncertain u) => u with { Reason = which + u.Reason },
                _ => outcome,
            };
        }

        private NpgsqlBatch NewBatch() =>
            new(connection) { Timeout = (int)Math.Ceiling((step.Timeout + AnswerMargin).TotalSeconds) };

        private void AddTimeouts(NpgsqlBatch batch, bool local)
        {
            var locks = step.Timeout / 2 < LockTimeoutMax ? step.Timeout / 2 : LockTimeoutMax;
            foreach (
                var (name, value) in (ReadOnlySpan<(string, TimeSpan)>)
                    [("lock_timeout", locks), ("statement_timeout", step.Timeout)]
            )
            {
                batch.BatchCommands.Add(
                    new NpgsqlBatchCommand("select set_config($1, $2, $3)")
                    {
                        Parameters =
                        {
                            new NpgsqlParameter<string> { TypedValue = name },
                            new NpgsqlParameter<string>
                            {
                                TypedValue = string.Create(
                                    CultureInfo.InvariantCulture,
                                    $"{(long)Math.Max(1, value.TotalMilliseconds)}ms"
                                ),
                            },
                            new NpgsqlParameter<bool> { TypedValue = local },
                        },
                    }
                );
            }
        }

        // A synchronous commit that was cut short is a warning, not an error: the client hears success for what a failover may undo.
        private void OnNotice(object sender, NpgsqlNoticeEventArgs e)
        {
            if (e.Notice.SqlState is PrivilegeNotRevoked or PrivilegeNotGranted)
                undone ??= e.Notice.MessageText;
            onlyLocallyCommitted |=
                e.Notice.Detail?.Contains("committed locally", StringComparison.Ordinal) == true
                || e.Notice.MessageText.Contains("wait for synchronous replication", StringComparison.Ordinal);
        }
    }
}
