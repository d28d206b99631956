using System.Globalization;
using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Settings;

namespace PgGitOps.Providers.Postgres.Servers;

/// <summary>Tries the settings of ALTER SYSTEM statements on the server's host before any of them is run.</summary>
/// <remarks>A value that a server accepts and cannot start with is found at the next start otherwise, which may be a crash at night.</remarks>
internal sealed class ConfigurationTrial(StepContext context)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    // $5 data directory and $6 configuration file, as the server itself says; $7 its major version.
    private const string Body =
        TrialScript.Functions
        + """
            data=$5 config=$6 major=$7
            [ "$config" = "$data/postgresql.conf" ] && config=
            bin=$(find_bin "$2" "$3") || exit 1
            [ -f "$data/PG_VERSION" ] || exit 1
            work=$(mktemp -d "${TMPDIR:-/tmp}/pggitops-trial.XXXXXX") || exit 1
            trap 'rm -rf "$work"' EXIT
            trap 'exit 1' HUP INT TERM
            receive "$work" || exit 1
            replace_settings "$data/postgresql.auto.conf" "$work/names" "$work/lines" > "$work/auto.conf"
            try_configuration "$work/auto.conf"
            """;

    /// <summary>Null where the server would start with what the statements set, or where its host cannot tell.</summary>
    public async Task<StepOutcome?> WhyNotAsync(
        NpgsqlConnection connection,
        Member member,
        IEnumerable<string> statements,
        CancellationToken cancel
    )
    {
        var changes = statements.Select(AlterSystem.Read).OfType<(string Name, string? Value)>().ToArray();
        // The server itself refuses a line break.
        if (changes.Length == 0 || changes.Any(c => c.Value?.AsSpan().ContainsAny('\n', '\r') == true))
            return null;
        if (await WhyNotLoadableAsync(connection, changes, cancel) is { } unloadable)
            return unloadable;
        var server = await ServerPlace.OfAsync(connection, cancel);
        if (server is null)
            return null;
        var input = ServerScript.Files(
            ("names", SettingLines.Names(changes.Select(c => c.Name))),
            ("lines", SettingLines.Of(changes.Where(c => c.Value is not null).Select(c => (c.Name, c.Value!))))
        );
        var script = ServerScript.Of(context, member, Body, server.Arguments, Limit, input);
        var result = await context.Hosts.RunAsync(context.HostOf(member), script, cancel);
        return result is HostResult.Exited { Code: TrialScript.WouldNotStartCode, Error: var said }
            ? new StepOutcome.Failed(
                $"{member.Name} could not start again with {string.Join(", ", changes.Select(c => c.Name))} so, and nothing was written: {said.Trim()}",
                "correct the value in Git, or provide on the host what it needs"
            )
            : null;
    }

    /// <summary>Libraries of sessions: the server accepts any name, and from then on no session begins where there is none.</summary>
    private static async Task<StepOutcome?> WhyNotLoadableAsync(
        NpgsqlConnection connection,
        IEnumerable<(string Name, string? Value)> changes,
        CancellationToken cancel
    )
    {
        foreach (var (name, value) in changes)
        {
            if (
                value is null
                || !name.EndsWith("_preload_libraries", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("shared", StringComparison.OrdinalIgnoreCase)
            )
                continue;
            foreach (var library in NameList.Split(value, NameSyntax.Files) ?? [])
            {
                // Sessions look for those that every user may name in a directory of their own.
                var path =
                    name.StartsWith("local", StringComparison.OrdinalIgnoreCase) && !library.Contains('/')
                        ? "$libdir/plugins/" + library
                        : library;
                try
                {
                    await using var batch = new NpgsqlBatch(connection) { Timeout = 30 };
                    batch.BatchCommands.Add(new NpgsqlBatchCommand($"LOAD {SqlLiteral.Quote(path)}"));
                    await batch.ExecuteNonQueryAsync(cancel);
                }
                catch (PostgresException e)
                    when (e.SqlState
                            is PostgresErrorCodes.UndefinedFile
                                or PostgresErrorCodes.InternalError
                                or PostgresErrorCodes.ObjectNotInPrerequisiteState
                    )
                {
                    return new StepOutcome.Failed(
                        $"no session could begin any more with {name} = {value}, and nothing was written: {e.MessageText}",
                        null
                    );
                }
            }
        }
        return null;
    }
}

/// <summary>Where a running server has its files, as arguments of a trial.</summary>
internal sealed record ServerPlace(string DataDirectory, string ConfigurationFile, int Major)
{
    public string[] Arguments => [DataDirectory, ConfigurationFile, Major.ToString(CultureInfo.InvariantCulture)];

    /// <summary>Null where the login may not know it.</summary>
    public static async Task<ServerPlace?> OfAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        try
        {
            await using var command = new NpgsqlCommand(
                "select current_setting('data_directory'), current_setting('config_file'), current_setting('server_version_num')::int / 10000",
                connection
            )
            {
                CommandTimeout = 10,
            };
            await using var reader = await command.ExecuteReaderAsync(cancel);
            return await reader.ReadAsync(cancel)
                ? new ServerPlace(reader.GetString(0), reader.GetString(1), reader.GetInt32(2))
                : null;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return null;
        }
    }
}

/// <summary>Settings as the files of a server and the scripts that edit them spell them.</summary>
internal static class SettingLines
{
    public static string Of(IEnumerable<(string Name, string Value)> settings) =>
        string.Concat(settings.Select(s => $"{s.Name} = {ServerConfiguration.Quote(s.Value)}\n"));

    /// <summary>Patterns of grep -E, one a line.</summary>
    public static string Names(IEnumerable<string> names) =>
        string.Concat(
            names
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Select(n => string.Concat(n.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? $"{c}" : $"[{c}]")) + "\n")
        );
}
