using System.Globalization;
using System.Text;
using System.Text.Json;
using Npgsql;
using PgGitOps.Core.Desired.References;
using PgGitOps.Core.Settings;
using PgGitOps.LiveTests.EndToEnd;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Settings;

/// <summary>
/// Every parameter that a document may set, in every spelling of values that a server can run with: set by the program, and the next pass has nothing to do.
/// PGGITOPS_TEST_SETTINGS=all goes through all of them (two minutes a version, docs/contributing.md); without it two rounds are tried.
/// </summary>
public sealed class SettingRoundsTests
{
    /// <summary>Not to be set on a server that shall answer on, each with its reason.</summary>
    private static readonly Dictionary<string, string> Left = new(StringComparer.Ordinal)
    {
        ["allow_system_table_mods"] = "it would let the engine's own statements do what nobody may",
        ["authentication_timeout"] = "logins would end before they begin",
        ["bonjour"] = "it announces the server",
        ["client_connection_check_interval"] = "not on every kernel",
        ["debug_io_direct"] = "it is of a file system that can",
        ["exit_on_error"] = "the first refusal would end the session",
        ["extension_destdir"] = "Debian's own",
        ["external_pid_file"] = "the engine's",
        ["huge_page_size"] = "the machine's",
        ["io_method"] = "the build's",
        ["max_stack_depth"] = "the machine's",
        ["post_auth_delay"] = "it holds up every session",
        ["pre_auth_delay"] = "it holds up every session",
        ["recovery_init_sync_method"] = "the kernel's",
        ["unix_socket_directories"] = "the engine's",
        ["unix_socket_group"] = "the machine's groups",
        ["wal_level"] = "documents take two of its values only",
    };

    private static bool All => Environment.GetEnvironmentVariable("PGGITOPS_TEST_SETTINGS") == "all";

    [LiveFact]
    public async Task Parameters_InEverySpelling_AreInSyncWithTheNextPass()
    {
        var table = SettingTable.Of(ServerPrograms.Major);
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        fleet.Commit("one member", ("environments/test/clusters/core.yaml", Document(fleet, [])));
        await fleet.RunAsync(0, "reconcile", "--once");

        var variants = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        await using (var connection = await fleet.OpenAsync("core-1"))
        await using (
            var command = new NpgsqlCommand("select name, boot_val from pg_settings where context <> 'internal'", connection)
        )
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                if (
                    table.Find(reader.GetString(0)) is not { IsNotForFiles: false } meaning
                    || Left.ContainsKey(meaning.Name)
                    || OwnedParameters.WhyNot(meaning.Name) is not null
                )
                    continue;
                var boot = await reader.IsDBNullAsync(1) ? null : reader.GetString(1);
                var texts = Variants
                    .Of(meaning, boot)
                    .Where(t => SettingValue.TryRead(meaning, t, out _, out _))
                    .Distinct()
                    .ToArray();
                if (texts.Length > 0)
                    variants.Add(meaning.Name, texts);
            }
        }
        Assert.True(variants.Count > 250, $"only {variants.Count} parameters are tried");

        var rounds = All ? variants.Values.Max(v => v.Count) : 2;
        for (var round = 0; round < rounds; round++)
        {
            var chosen = variants.Select(v => (v.Key, v.Value[round % v.Value.Count])).ToArray();
            fleet.Commit($"round {round}", ("environments/test/clusters/core.yaml", Document(fleet, chosen)));

            var first = await fleet.RunAsync("reconcile", "--once");
            Assert.True(first.ExitCode == 0, $"round {round}\n{first}\n{await fleet.RunAsync("drift")}");
            var second = await fleet.RunAsync("reconcile", "--once");
            Assert.True(
                second.ExitCode == 0 && second.Out.Contains("nothing to do", StringComparison.Ordinal),
                $"round {round}\n{second}\n{await fleet.RunAsync("drift")}"
            );
        }
    }

    private static string Document(TestFleet fleet, IEnumerable<(string Name, string Value)> parameters)
    {
        var text = new StringBuilder(fleet.OneMemberDocument());
        foreach (var (name, value) in parameters.Where(p => p.Name != "dynamic_shared_memory_type"))
            text.Append(CultureInfo.InvariantCulture, $"    {name}: {JsonSerializer.Serialize(value)}\n");
        return text.ToString();
    }
}
