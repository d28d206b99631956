using System.Data;
using System.Globalization;
using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Providers.Postgres.Leasing;

/// <summary>Opens the connections that writers use. Never pooled: a writer's session is its identity.</summary>
internal static class WriterConnection
{
    /// <summary>Start of a writer's application_name; the fencing token follows.</summary>
    public const string ApplicationPrefix = "pggitops writer/";

    /// <summary>Name of a session that has no token yet; a takeover leaves it alone.</summary>
    public const string Newcomer = ApplicationPrefix + "new";

    // synchronous_commit: see docs/decisions/0005-writer.md. The keep-alives make the server notice a writer that vanished
    // without a word, whose lock would otherwise stay for hours. search_path: names in plans are qualified; public is where
    // an extension without a declared schema belongs, and catalogue names are always looked up first.
    private static readonly string SessionOptions =
        SessionPins.StartupOptions
        + " -c default_transaction_read_only=off -c synchronous_commit=local -c search_path=public -c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=0"
        + " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

    public static string ApplicationName(long token) =>
        string.Create(CultureInfo.InvariantCulture, $"{ApplicationPrefix}{token}");

    /// <summary>An open connection, or why there is none.</summary>
    public static Task<(NpgsqlConnection? Connection, string? Reason)> OpenAsync(
        WriterContext context,
        Member member,
        string database,
        string applicationName,
        CancellationToken cancel
    ) => OpenAsync(context.TargetOf(member, database), member.Name, context.Secrets, applicationName, cancel);

    /// <param name="member">Named in the reason.</param>
    public static async Task<(NpgsqlConnection? Connection, string? Reason)> OpenAsync(
        ServerTarget target,
        string member,
        ISecretStore secrets,
        string applicationName,
        CancellationToken cancel
    )
    {
        var options = SessionOptions;
        while (true)
        {
            var (connection, reason, code, lostBy) = await OpenAsync(target, member, secrets, applicationName, options, cancel);
            string[] without =
                code == SessionPins.MissingLibrary
                    ? [SessionPins.WithoutLibraries]
                    : [.. SessionPins.EndedBy(code, lostBy).Select(t => $" -c {t}=0")];
            var more = without
                .Where(w => !options.Contains(w[..(w.IndexOf('=', StringComparison.Ordinal) + 1)], StringComparison.Ordinal))
                .ToArray();
            if (more.Length == 0)
                return (connection, reason);
            options += string.Concat(more);
        }
    }

    /// <returns>Beside the code of the server's refusal the major version of one that took the login and then broke the connection; else 0.</returns>
    private static async Task<(NpgsqlConnection? Connection, string? Reason, string? Code, int LostBy)> OpenAsync(
        ServerTarget target,
        string member,
        ISecretStore secrets,
        string applicationName,
        string options,
        CancellationToken cancel
    )
    {
        var settings = target.ToSettings();
        settings.ApplicationName = applicationName;
        settings.Options = options;
        settings.IncludeErrorDetail = true;
        settings.CommandTimeout = 60;
        // No cancel request after a timeout: it goes over a second connection and would wait for a hanging server too.
        settings.CancellationTimeout = -1;
        if (target.Password is { } reference)
        {
            if (secrets.Find(reference) is not SecretLookup.Found found)
                return (null, $"{member}: {((SecretLookup.Missing)secrets.Find(reference)).Reason}", null, 0);
            settings.Password = found.Secret;
        }
        var source = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString)
            .EnableArrays()
            .EnableTransportSecurity()
            .ConfigureTypeLoading(static types => types.EnableTypeLoading(false))
            .Build();
        var connection = source.CreateConnection();
        connection.StateChange += (_, change) =>
        {
            if (change.CurrentState == ConnectionState.Closed)
                source.Dispose();
        };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(target.ConnectTimeout);
        var major = 0;
        try
        {
            await connection.OpenAsync(deadline.Token).WaitAsync(deadline.Token);
            major = connection.PostgreSqlVersion.Major;
            await PinAsync(connection, deadline.Token);
            return (connection, null, null, 0);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Not awaited: a login that nobody answers ends by Npgsql's own timeout.
            _ = connection.DisposeAsync().AsTask();
            return (null, $"{member}: {ConnectionFailure.NoLogin(target.ConnectTimeout).Reason}", null, 0);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await connection.DisposeAsync();
            var failure = ConnectionFailure.Of(e, target);
            return (null, $"{member}: {failure.Reason}", failure.Code, failure.IsBroken ? major : 0);
        }
    }

    private static async Task PinAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(SessionPins.Command());
        await batch.ExecuteNonQueryAsync(cancel).WaitAsync(cancel);
    }
}
