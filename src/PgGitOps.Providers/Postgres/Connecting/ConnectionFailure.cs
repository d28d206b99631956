using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Settings;

namespace PgGitOps.Providers.Postgres.Connecting;

/// <summary>Why a server could not be read, in words for a report. Never holds a secret.</summary>
/// <param name="Refused">Nobody listens there: the machine answered, a server did not.</param>
public sealed record ConnectionFailure(UnreadableKind Kind, string Reason, bool Refused = false)
{
    /// <summary>SQLSTATE of the server's answer; null where it gave none.</summary>
    public string? Code { get; private init; }

    /// <summary>A connection that was there has ended, and nobody said why.</summary>
    public bool IsBroken { get; private init; }

    public static ConnectionFailure NoAnswer(TimeSpan within) =>
        new(UnreadableKind.Unreachable, $"no answer within {DurationText.Format(within)}");

    public static ConnectionFailure NoLogin(TimeSpan within) =>
        new(UnreadableKind.Unreachable, $"the login was not answered within {DurationText.Format(within)}");

    public static ConnectionFailure Of(Exception exception, ServerTarget target) =>
        exception switch
        {
            PostgresException answer => OfAnswer(answer),
            NpgsqlException { InnerException: { } inner } => OfInner(inner, exception, target),
            NpgsqlException npgsql when npgsql.Message.StartsWith("No password has been provided", StringComparison.Ordinal) =>
                new(UnreadableKind.AccessDenied, $"the server asks for a password of user {target.User}, and access names none"),
            SocketException or IOException or AuthenticationException or TimeoutException or OperationCanceledException =>
                OfInner(exception, exception, target),
            NpgsqlException npgsql => new(UnreadableKind.Faulty, npgsql.Message),
            InvalidCastException or FormatException or OverflowException or ArgumentException => new(
                UnreadableKind.Faulty,
                $"the answer could not be understood: {exception.Message}"
            ),
            ObjectDisposedException or InvalidOperationException => new(UnreadableKind.Unreachable, "the connection was closed")
            {
                IsBroken = true,
            },
            _ => new(UnreadableKind.Faulty, $"{exception.GetType().Name}: {exception.Message}"),
        };

    private static ConnectionFailure OfInner(Exception inner, Exception outer, ServerTarget target) =>
        inner switch
        {
            SocketException socket => OfSocket(socket, target),
            AuthenticationException => new(UnreadableKind.AccessDenied, $"TLS: {inner.Message}"),
            TimeoutException or OperationCanceledException => NoAnswer(target.ConnectTimeout),
            IOException { InnerException: SocketException socket } => OfSocket(socket, target),
            IOException => new(UnreadableKind.Unreachable, "the server closed the connection") { IsBroken = true },
            PostgresException answer => OfAnswer(answer),
            _ => new(UnreadableKind.Faulty, outer.Message),
        };

    private static ConnectionFailure OfSocket(SocketException failure, ServerTarget target) =>
        failure.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => new(
                UnreadableKind.Unreachable,
                $"connection refused at {target.Host} port {target.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
                Refused: true
            ),
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => new(
                UnreadableKind.Unreachable,
                $"the name {target.Host} cannot be resolved"
            ),
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => new(
                UnreadableKind.Unreachable,
                $"no route to {target.Host}"
            ),
            SocketError.TimedOut => NoAnswer(target.ConnectTimeout),
            SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => new(
                UnreadableKind.Unreachable,
                "the server broke the connection"
            )
            {
                IsBroken = true,
            },
            _ => new(UnreadableKind.Unreachable, failure.Message),
        };

    // The end of a session comes wrapped where the client was writing when it arrived: its code counts all the same.
    private static ConnectionFailure OfAnswer(PostgresException answer) =>
        Kinded(answer, SecretSettings.RedactMessage(answer.MessageText)) with
        {
            Code = answer.SqlState,
        };

    private static ConnectionFailure Kinded(PostgresException answer, string said) =>
        answer.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword
            or PostgresErrorCodes.InvalidAuthorizationSpecification
            or PostgresErrorCodes.TooManyConnections
            or PostgresErrorCodes.InsufficientPrivilege => new(UnreadableKind.AccessDenied, said),
            PostgresErrorCodes.CannotConnectNow => new(UnreadableKind.NotReady, said),
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => new(UnreadableKind.NotReady, said),
            PostgresErrorCodes.QueryCanceled => new(UnreadableKind.Faulty, $"a query did not end in time: {said}"),
            _ => new(UnreadableKind.Faulty, $"{said} ({answer.SqlState})"),
        };
}
