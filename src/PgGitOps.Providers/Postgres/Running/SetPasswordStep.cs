using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Recording;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>Stores the verifier of a role's secret. Neither it nor the secret reaches a log, a statistic or pg_stat_activity.</summary>
internal sealed class SetPasswordStep(StepContext context, WorkSessions sessions)
{
    // Everything of the server that could keep the statement's text, for this transaction. Names of extensions that are
    // not loaded are harmless placeholders.
    private static readonly (string Name, string Value)[] Quiet =
    [
        ("log_statement", "none"),
        ("log_min_duration_statement", "-1"),
        ("log_min_duration_sample", "-1"),
        ("log_transaction_sample_rate", "0"),
        ("log_min_error_statement", "panic"),
        ("log_duration", "off"),
        ("track_activities", "off"),
        ("pg_stat_statements.track_utility", "off"),
        ("pgaudit.log", "none"),
        ("auto_explain.log_min_duration", "-1"),
    ];

    public async Task<StepOutcome> RunAsync(Step step, StepAction.SetPassword action, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var member = context.MemberNamed(action.Member);
        if (context.Secrets.Find(action.Secret) is not SecretLookup.Found found)
            return new StepOutcome.Failed(((SecretLookup.Missing)context.Secrets.Find(action.Secret)).Reason, null);
        if (ScramPassword.Problem(found.Secret) is { } problem)
            return new StepOutcome.Failed(
                $"no verifier can be made of {action.Secret.Describe()}: {problem}",
                "choose a password of ASCII characters"
            );
        var (connection, reason) = await sessions.ConnectAsync(member, Connecting.ServerTarget.MaintenanceDatabase, cancel);
        if (connection is null)
            return new StepOutcome.Failed(reason!, null);
        if (await context.At.Lease.WhyLostAsync(cancel) is { } lost)
            return new StepOutcome.Refused(lost);
        var verifier = ScramVerifier.Make(found.Secret, RandomNumberGenerator.GetBytes(ScramVerifier.SaltLength)).Text;
        var committing = false;
        try
        {
            if (
                await StoredAsync(connection, action.Role, cancel) is { } stored
                && ScramVerifier.Parse(stored)?.Matches(found.Secret) == true
            )
                return new StepOutcome.AlreadyTrue();
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            await using (
                var batch = new NpgsqlBatch(connection, transaction) { Timeout = (int)Math.Ceiling(step.Timeout.TotalSeconds) }
            )
            {
                // Only a superuser may change what is logged; another role's verifier may be logged where log_statement says so.
                batch.BatchCommands.Add(
                    new NpgsqlBatchCommand(
                        "select set_config(n, v, true) from unnest($1, $2) s (n, v) where current_setting('is_superuser') = 'on'"
                    )
                    {
                        Parameters =
                        {
                            new NpgsqlParameter<string[]> { TypedValue = [.. Quiet.Select(q => q.Name)] },
                            new NpgsqlParameter<string[]> { TypedValue = [.. Quiet.Select(q => q.Value)] },
                        },
                    }
                );
                await batch.ExecuteNonQueryAsync(cancel);
            }
            // Sent apart from the settings: a statement is logged as the settings before its whole message say.
            await using (
                var batch = new NpgsqlBatch(connection, transaction) { Timeout = (int)Math.Ceiling(step.Timeout.TotalSeconds) }
            )
            {
                batch.BatchCommands.Add(
                    new NpgsqlBatchCommand($"alter role {SqlIdentifier.Quote(action.Role)} password {SqlLiteral.Quote(verifier)}")
                );
                await batch.ExecuteNonQueryAsync(cancel);
            }
            if (
                context.At.Lease.Primary == member.Name
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
            return new StepOutcome.Done(watch.Elapsed);
        }
        catch (Exception e)
        {
            return SqlFailure.Outcome(e, context.TargetOf(member, Connecting.ServerTarget.MaintenanceDatabase), committing, null);
        }
    }

    private static async Task<string?> StoredAsync(NpgsqlConnection connection, string role, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select rolpassword from pg_catalog.pg_authid where rolname = $1", connection)
        {
            CommandTimeout = 10,
        };
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = role });
        try
        {
            return await command.ExecuteScalarAsync(cancel) as string;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return null;
        }
    }
}
