using Npgsql;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Asks a server what it would say to changes. Nothing is changed: a text is set for one read-only transaction of the session that asks.</summary>
/// <remarks>One round trip for each text and extension that is not there yet, none where all is. Without an answer there is no objection: the step will meet it.</remarks>
internal static class ServerQuestions
{
    private const string InvalidParameterValue = "22023";

    /// <summary>Those whose answer the facts do not hold already.</summary>
    internal static IReadOnlyList<ServerQuestion> Open(
        IEnumerable<ServerQuestion> questions,
        ServerDraft draft,
        IReadOnlyList<DatabaseSnapshot> databases
    )
    {
        var settings = draft.Settings.ToDictionary(s => s.Name.ToLowerInvariant(), StringComparer.Ordinal);
        // What stands in a loaded line, or holds for some role, the server has taken before.
        var taken = draft
            .ScopedSettings.Select(s => (s.Name.ToLowerInvariant(), s.Value))
            .Concat(draft.FileSettings.Where(l => l.Applied).Select(l => (l.Name.ToLowerInvariant(), l.Value ?? "")))
            .ToHashSet();
        return
        [
            .. questions
                .Distinct()
                .Where(q =>
                    q.Kind == ServerObjection.Extension
                        ? !IsInstalled(q, databases)
                        : settings.GetValueOrDefault(q.Name) is { } setting
                            && IsText(setting)
                            // What was read of it is a digest; and nothing of it belongs into a message.
                            && !SecretSettings.Bears(q.Name, setting.VarType)
                            && setting.Value != q.Text
                            && !taken.Contains((q.Name, q.Text))
                ),
        ];
    }

    internal static async Task<EquatableArray<ServerObjection>> AskAsync(
        ServerSession session,
        ServerTarget target,
        string member,
        IReadOnlyList<ServerQuestion> open,
        IReadOnlyList<DatabaseSnapshot> databases
    )
    {
        if (session.IsFresh)
        {
            await using var pins = new NpgsqlBatch(session.Connection);
            pins.BatchCommands.Add(SessionPin.Command(target.TotalTimeout));
            await pins.ExecuteNonQueryAsync();
            session.IsFresh = false;
        }
        List<ServerObjection> objections = [];
        foreach (var question in open)
        {
            var reason =
                question.Kind == ServerObjection.Parameter
                    ? await AskTextAsync(session.Connection, question)
                    : await AskExtensionAsync(session.Connection, member, question, VersionOf(question, databases));
            if (reason is not null)
                objections.Add(new ServerObjection(question.Kind, question.Name, question.Text, question.Database, reason));
        }
        return objections.ToEquatableArray();
    }

    /// <summary>What PostgreSQL keeps as text and lets a session set: the names of time zones, of tablespaces, of locales, …</summary>
    private static bool IsText(SettingFact setting) =>
        setting.VarType == "string" && (setting.Context is "user" or "superuser" || setting.Name == "log_timezone");

    private static async Task<string?> AskTextAsync(NpgsqlConnection connection, ServerQuestion question)
    {
        await using var command = new NpgsqlCommand("select pg_catalog.set_config($1, $2, true)", connection);
        // The one is looked up as the other is, and only the other can be set in a session.
        var asked = question.Name == "log_timezone" ? "timezone" : question.Name;
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = asked });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = question.Text });
        try
        {
            await command.ExecuteNonQueryAsync();
            return null;
        }
        catch (PostgresException refused) when (refused.SqlState == InvalidParameterValue)
        {
            return refused.MessageText.Replace($"\"{asked}\"", $"\"{question.Name}\"", StringComparison.OrdinalIgnoreCase);
        }
        catch (PostgresException)
        {
            return null;
        }
    }

    private static async Task<string?> AskExtensionAsync(
        NpgsqlConnection connection,
        string member,
        ServerQuestion question,
        string? installed
    )
    {
        var offered = new List<string>();
        await using (
            var command = new NpgsqlCommand(
                "select version from pg_catalog.pg_available_extension_versions where name = $1 order by version",
                connection
            )
        )
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = question.Name });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                offered.Add(reader.GetString(0));
        }
        if (offered.Count == 0)
            return $"{member} has no files of it";
        if (question.Text.Length == 0)
            return null;
        if (!offered.Contains(question.Text))
            return $"{member} has no version {question.Text} of it, but {string.Join(", ", offered)}";
        if (installed is null)
            return null;
        await using var path = new NpgsqlCommand(
            "select 1 from pg_catalog.pg_extension_update_paths($1) where source = $2 and target = $3 and path is not null",
            connection
        );
        foreach (var text in (string[])[question.Name, installed, question.Text])
            path.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
        return await path.ExecuteScalarAsync() is null
            ? $"{member} has no way to update it from {installed} to {question.Text}"
            : null;
    }

    private static bool IsInstalled(ServerQuestion question, IReadOnlyList<DatabaseSnapshot> databases) =>
        // Of a database that could not be read nobody knows, and nothing is planned.
        Contents(question, databases) is Observation<DatabaseFacts>.Unreadable
        || (VersionOf(question, databases) is { } version && (question.Text.Length == 0 || question.Text == version));

    private static string? VersionOf(ServerQuestion question, IReadOnlyList<DatabaseSnapshot> databases) =>
        Contents(question, databases) is Observation<DatabaseFacts>.Seen { Value: var seen }
            ? seen.Extensions.FirstOrDefault(e => e.Name == question.Name)?.Version
            : null;

    private static Observation<DatabaseFacts>? Contents(ServerQuestion question, IReadOnlyList<DatabaseSnapshot> databases) =>
        databases.FirstOrDefault(d => d.Name == question.Database)?.Contents;
}
