using System.Text.Json;
using Npgsql;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Settings;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Settings;

/// <summary>
/// The built-in table of parameters against a server of its version: what each one is, and what every spelling of a value means.
/// PGGITOPS_TEST_BIN names the programs of another version (docs/contributing.md).
/// </summary>
public sealed class SettingTableTests
{
    /// <summary>Where the table holds more than one build: Debian's own parameter, and what is not in pg_settings.</summary>
    private static readonly HashSet<string> NotInEveryBuild = new(StringComparer.Ordinal)
    {
        "extension_destdir",
        "role",
        "seed",
        "session_authorization",
    };

    /// <summary>Stack and processes of the machine, and libraries that a build lacks.</summary>
    private static readonly HashSet<string> OfTheMachine = new(StringComparer.Ordinal)
    {
        "autovacuum_max_workers",
        "autovacuum_worker_slots",
        "bonjour",
        "default_toast_compression",
        "io_method",
        "max_connections",
        "max_stack_depth",
        "max_wal_senders",
        "max_worker_processes",
        "wal_compression",
    };

    /// <summary>What would end the transaction that asks, or has to be said before its first statement.</summary>
    private static readonly HashSet<string> OfTheTransaction = new(StringComparer.Ordinal)
    {
        "exit_on_error",
        "transaction_deferrable",
        "transaction_isolation",
        "transaction_read_only",
        "transaction_timeout",
    };

    private static readonly string Ask = """
        do $ask$
        declare question jsonb; shown text; answers jsonb := '[]';
        begin
            for question in select * from jsonb_array_elements(current_setting('asked.questions')::jsonb) loop
                begin
                    perform set_config(question ->> 0, question ->> 1, true);
                    shown := (select setting from pg_settings where name = question ->> 0);
                    raise exception 'taken' using errcode = 'PGTAK';
                exception when sqlstate 'PGTAK' then answers := answers || jsonb_build_array(jsonb_build_array(true, shown));
                          when others then answers := answers || jsonb_build_array(jsonb_build_array(false, sqlerrm));
                end;
            end loop;
            perform set_config('asked.answers', answers::text, false);
        end $ask$
        """;

    [LiveFact]
    public async Task Table_OfTheRunningVersion_SaysWhatTheServerSays()
    {
        await using var server = await PostgresServer.StartAsync();
        var table = SettingTable.Of(ServerPrograms.Major);
        Assert.True(table.IsOf(ServerPrograms.Major), $"the table does not hold {ServerPrograms.Major}");
        List<string> wrong = [];
        var names = new HashSet<string>(StringComparer.Ordinal);
        await using var connection = await server.OpenAsync();
        await using (
            var command = new NpgsqlCommand(
                "select name, vartype, coalesce(unit, ''), context, coalesce(min_val, ''), coalesce(max_val, ''), coalesce(enumvals, '{}') from pg_settings",
                connection
            )
        )
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var name = reader.GetString(0);
                names.Add(name);
                // Of the running minor version.
                if (name == "server_version_num")
                    continue;
                if (table.Find(name) is not { } meaning)
                {
                    wrong.Add($"{name} is missing");
                    continue;
                }
                var live = string.Join('|', Enumerable.Range(1, 5).Select(reader.GetString));
                var held = $"{meaning.VarType}|{meaning.Unit}|{meaning.Context}|{meaning.Min}|{meaning.Max}";
                if (live != held)
                    wrong.Add($"{name}: {held}, and the server says {live}");
                // A build may lack a compression or a way of I/O that others have.
                var more = reader.GetFieldValue<string[]>(6).Except(meaning.EnumValues).ToArray();
                if (more.Length > 0)
                    wrong.Add($"{name} lacks {string.Join(", ", more)}");
            }
        }
        wrong.AddRange(table.Names.Except(names).Except(NotInEveryBuild).Select(n => $"{n} is not known to the server"));
        foreach (var meaning in table.Names.Select(n => table.Find(n)!).Where(m => m.Context != "internal"))
        {
            var (list, refused) = await ListOfAsync(connection, meaning.Name);
            if (!NotInEveryBuild.Contains(meaning.Name) && (list != meaning.List || refused != meaning.IsNotForFiles))
                wrong.Add(
                    $"{meaning.Name}: {meaning.List}, not for files: {meaning.IsNotForFiles}; the server says {list}, {refused}"
                );
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [LiveFact]
    public async Task Value_InEverySpelling_MeansWhatTheServerTakesItFor()
    {
        await using var server = await PostgresServer.StartAsync();
        var table = SettingTable.Of(ServerPrograms.Major);
        await using var connection = await server.OpenAsync();
        List<string> wrong = [];
        var asked = 0;
        foreach (var meaning in table.Names.Order(StringComparer.Ordinal).Select(n => table.Find(n)!))
        {
            if (meaning.Context == "internal" || NotInEveryBuild.Contains(meaning.Name))
                continue;
            var spellings = Spellings.Of(meaning).Distinct(StringComparer.Ordinal).ToArray();
            var isAsked = meaning is { Context: "user" or "superuser" } && !OfTheTransaction.Contains(meaning.Name);
            if (!isAsked && meaning.IsNotForFiles)
                continue;
            var answers = isAsked
                ? await AskSessionAsync(connection, meaning.Name, spellings)
                : await AskFileAsync(connection, meaning.Name, spellings);
            for (var i = 0; i < spellings.Length; i++)
            {
                asked++;
                var (taken, shown) = answers[i];
                var read = SettingValue.TryRead(meaning, spellings[i], out var canonical, out var problem);
                if (read != taken && !(read ? IsOfTheWorld(meaning) : SettingValue.IsOfLibraries(meaning)))
                    wrong.Add($"{meaning.Name} = '{spellings[i]}': {(read ? canonical : problem)}; the server: {shown}");
                else if (
                    taken
                    && read
                    && shown is not null
                    && !IsShownOtherwise(meaning, canonical)
                    && SettingValue.ReadLive(meaning, shown) is var live
                    && live != canonical
                )
                    wrong.Add($"{meaning.Name} = '{spellings[i]}' is {canonical}, and the server shows {shown}, which is {live}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {asked}\n" + string.Join('\n', wrong.Take(300)));
    }

    /// <summary>Whether there is such a thing as a text names, and how much the machine or the build has, only a server can tell.</summary>
    private static bool IsOfTheWorld(SettingMeaning meaning) =>
        meaning.VarType == "string" || OfTheMachine.Contains(meaning.Name);

    /// <summary>The server shows what it made of the value: a value in force is then known by its line in the file.</summary>
    private static bool IsShownOtherwise(SettingMeaning meaning, string canonical) =>
        meaning.VarType == "real"
            ? canonical.Count(char.IsAsciiDigit) > 6
            : meaning.Name is "DateStyle" or "default_text_search_config" or "TimeZone"
                || meaning.Name.StartsWith("tcp_", StringComparison.Ordinal);

    private static async Task<(bool Taken, string? Shown)[]> AskSessionAsync(
        NpgsqlConnection connection,
        string name,
        string[] spellings
    )
    {
        await using (var questions = new NpgsqlCommand("select set_config('asked.questions', $1, false)", connection))
        {
            questions.Parameters.AddWithValue(JsonSerializer.Serialize(spellings.Select(s => new[] { name, s })));
            await questions.ExecuteNonQueryAsync();
        }
        await using (var ask = new NpgsqlCommand(Ask, connection))
            await ask.ExecuteNonQueryAsync();
        await using var answers = new NpgsqlCommand("select current_setting('asked.answers')", connection);
        using var json = JsonDocument.Parse((string)(await answers.ExecuteScalarAsync())!);
        return [.. json.RootElement.EnumerateArray().Select(a => (a[0].GetBoolean(), a[1].GetString()))];
    }

    /// <summary>ALTER SYSTEM asks the parameter's own check; nothing of it comes into force.</summary>
    private static async Task<(bool Taken, string? Shown)[]> AskFileAsync(
        NpgsqlConnection connection,
        string name,
        string[] spellings
    )
    {
        var answers = new List<(bool, string?)>();
        foreach (var spelling in spellings)
        {
            try
            {
                await using var command = new NpgsqlCommand(AlterSystem.Write(name, spelling), connection);
                await command.ExecuteNonQueryAsync();
                answers.Add((true, null));
            }
            catch (PostgresException e)
            {
                answers.Add((false, e.MessageText));
            }
        }
        await using var reset = new NpgsqlCommand(AlterSystem.Write(name, null), connection);
        try
        {
            await reset.ExecuteNonQueryAsync();
        }
        catch (PostgresException) { }
        return [.. answers];
    }

    private static async Task<(SettingList List, bool Refused)> ListOfAsync(NpgsqlConnection connection, string name)
    {
        var refused = (await SetAsync(connection, name, "'zq1'")).Contains("cannot be changed", StringComparison.Ordinal);
        var said = refused ? "" : await SetAsync(connection, name, "'zq1', 'zq 2'");
        return (
            said.Contains("\"zq 2\"", StringComparison.Ordinal) ? SettingList.Quoted
            : said.Contains("zq1", StringComparison.Ordinal) ? SettingList.Plain
            : SettingList.None,
            refused
        );
    }

    /// <summary>What stands in the file afterwards, or why nothing does: both show how the server writes a list.</summary>
    private static async Task<string> SetAsync(NpgsqlConnection connection, string name, string right)
    {
        try
        {
            await using var command = new NpgsqlCommand(
                $"alter system set {SqlIdentifier.Parameter(name)} = {right}",
                connection
            );
            await command.ExecuteNonQueryAsync();
            await using var line = new NpgsqlCommand(
                "select setting from pg_file_settings where name = $1 order by seqno desc limit 1",
                connection
            );
            line.Parameters.AddWithValue(name);
            return (string)(await line.ExecuteScalarAsync())!;
        }
        catch (PostgresException e)
        {
            return e.MessageText;
        }
        finally
        {
            await using var reset = new NpgsqlCommand("alter system reset all", connection);
            await reset.ExecuteNonQueryAsync();
        }
    }
}
