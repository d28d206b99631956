using Npgsql;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Settings;

namespace PgGitOps.Providers.Postgres.Connecting;

/// <summary>What a failed statement says about whether it happened.</summary>
internal static class SqlFailure
{
    /// <param name="mayHaveHappened">The statement commits by itself, or COMMIT had been sent.</param>
    /// <param name="blockers">Sessions that were seen in its way, or null.</param>
    public static StepOutcome Outcome(Exception exception, ServerTarget target, bool mayHaveHappened, string? blockers) =>
        exception switch
        {
            // The server ended the session or the query from outside: an autonomous statement may have passed its point of no return.
            PostgresException
            {
                SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.QueryCanceled
            } e when mayHaveHappened => new StepOutcome.Uncertain(
                $"{SecretSettings.RedactMessage(e.MessageText)} ({e.SqlState})"
            ),
            PostgresException e => new StepOutcome.Failed(
                $"{SecretSettings.RedactMessage(e.MessageText)} ({e.SqlState})",
                Hint(e, blockers)
            ),
            OperationCanceledException => mayHaveHappened
                ? new StepOutcome.Uncertain("interrupted while the statement ran")
                : new StepOutcome.Failed("interrupted before it was committed", null),
            NpgsqlException { InnerException: TimeoutException } or TimeoutException => mayHaveHappened
                ? new StepOutcome.Uncertain("the server did not answer within the step's time")
                : new StepOutcome.Failed(
                    "the server did not answer within the step's time",
                    blockers is null ? null : $"blocked by {blockers}"
                ),
            _ => mayHaveHappened
                ? new StepOutcome.Uncertain($"the connection was lost: {ConnectionFailure.Of(exception, target).Reason}")
                : new StepOutcome.Failed(
                    $"the connection was lost before COMMIT: {ConnectionFailure.Of(exception, target).Reason}",
                    null
                ),
        };

    private static string? Hint(PostgresException e, string? blockers) =>
        e.SqlState switch
        {
            PostgresErrorCodes.LockNotAvailable => blockers is null
                ? "another session holds a lock on the same object"
                : $"blocked by {blockers}",
            PostgresErrorCodes.QueryCanceled when blockers is not null => $"blocked by {blockers}",
            PostgresErrorCodes.DeadlockDetected => blockers is null
                ? Said(e.Detail) ?? "two sessions waited for each other"
                : $"in each other's way with {blockers}",
            PostgresErrorCodes.ObjectInUse => Said(e.Detail ?? e.Hint),
            _ => Said(e.Hint),
        };

    private static string? Said(string? text) => text is null ? null : SecretSettings.RedactMessage(text);
}
