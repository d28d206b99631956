using Npgsql;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Reads one server on one connection.</summary>
/// <remarks>
/// One round trip for what everybody may ask, a second one for the rest, once the first has told what that is. A kept
/// connection remembers it, and asks for all in one. Each round trip is one batch and one implicit transaction.
/// </remarks>
internal static class ServerReading
{
    /// <param name="onHead">Told about the server as soon as its databases are known, while the rest is still being read.</param>
    public static async Task<ServerDraft> ReadAsync(
        ServerSession session,
        ServerTarget target,
        string names,
        Action<ServerDraft>? onHead
    )
    {
        var remembered = session.Memory as ServerRights;
        var draft = new ServerDraft { HiddenTimeouts = session.HiddenTimeouts };
        await RunAsync(
            session,
            target,
            [
                .. ServerStatements.All,
                UnmanagedStatements.Shared(session.Connection.PostgreSqlVersion.Major),
                .. remembered is null ? [] : PrivilegedStatements.For(remembered),
            ],
            names,
            draft,
            onHead
        );
        var rights = draft.Rights ?? throw new FormatException("the server's head has no row");
        session.Memory = rights;
        var missing = remembered is null
            ? PrivilegedStatements.For(rights)
            : PrivilegedStatements.For(rights).Except(PrivilegedStatements.For(remembered));
        if (missing.ToArray() is { Length: > 0 } more)
            await RunAsync(session, target, more, names, draft, null);
        return draft;
    }

    private static async Task RunAsync(
        ServerSession session,
        ServerTarget target,
        IReadOnlyList<ServerStatement> statements,
        string names,
        ServerDraft draft,
        Action<ServerDraft>? onHead
    )
    {
        await using var batch = new NpgsqlBatch(session.Connection);
        var pins = session.IsFresh;
        if (pins)
            batch.BatchCommands.Add(SessionPin.Command(target.TotalTimeout));
        foreach (var statement in statements)
        {
            var command = new NpgsqlBatchCommand(statement.Sql);
            if (statement.TakesNames)
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = names });
            batch.BatchCommands.Add(command);
        }
        await using var reader = await batch.ExecuteReaderAsync(CancellationToken.None);
        if (pins)
        {
            await reader.NextResultAsync();
            session.IsFresh = false;
        }
        foreach (var statement in statements)
        {
            while (await reader.ReadAsync())
                statement.Read(reader, draft);
            if (onHead is not null && statement == ServerStatements.All[1])
                onHead(draft);
            await reader.NextResultAsync();
        }
    }
}
