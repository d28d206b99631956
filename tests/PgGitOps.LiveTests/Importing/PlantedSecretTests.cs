using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Importing;

/// <summary>A secret of its own in every place of a server that may hold one: none is ever seen anywhere.</summary>
public sealed class PlantedSecretTests
{
    private const string Secret = "pl4nted";

    [LiveFact]
    public async Task EveryCommand_OfAServerFullOfSecrets_ShowsAndKeepsNone()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "s-1",
                Address = "127.22.1.1",
                Authentication = ServerAuthentication.Scram,
                Settings = new Dictionary<string, string>
                {
                    ["archive_mode"] = "on",
                    ["archive_command"] = $"'KEY={Secret}-archive true'",
                    ["restore_command"] = $"'KEY={Secret}-restore false'",
                    ["archive_cleanup_command"] = $"'KEY={Secret}-cleanup true'",
                    ["recovery_end_command"] = $"'KEY={Secret}-end true'",
                    ["ssl_passphrase_command"] = $"'echo {Secret}-passphrase'",
                    ["primary_conninfo"] = $"'host=a password={Secret}-conninfo'",
                    ["app.key"] = $"'{Secret}-file'",
                    ["app.flag"] = $"'{Secret}-shown'",
                },
                Arguments = ["-c", $"app.argument={Secret}-argument"],
            }
        );
        await server.ExecuteAsync(
            $"""
            create role app login; create role other login;
            alter role app set app.token = '{Secret}-role'; alter role all set app.token = '{Secret}-all';
            alter role app in database postgres set app.token = '{Secret}-roleindatabase';
            create extension postgres_fdw;
            create server billing foreign data wrapper postgres_fdw options (host 'a', dbname '{Secret}-server');
            create user mapping for app server billing options (user 'a', password '{Secret}-mapping');
            create user mapping for public server billing options (user 'a', password '{Secret}-publicmapping');
            create subscription feed connection 'host=127.9.9.9 password={Secret}-subscription' publication p with (connect = false);
            """
        );
        await server.ExecuteAsync($"alter database postgres set app.token = '{Secret}-database'");
        await server.ExecuteAsync($"alter system set app.flag = '{Secret}-autoconf'");
        await File.AppendAllTextAsync(
            Path.Combine(server.DataDirectory, "pg_hba.conf"),
            $"host all nobody 127.9.9.9/32 ldap ldapserver=a ldapbasedn=b ldapbinddn=c ldapbindpasswd=\"{Secret}-ldap\"\n"
        );
        await server.ExecuteAsync("select pg_reload_conf()");
        using var repository = new AdoptedRepository();

        Assert.Equal(0, (await repository.ImportAsync(server)).ExitCode);
        var document = await File.ReadAllTextAsync(repository.Document);
        foreach (
            var name in (string[])["app.key", "app.token", "ssl_passphrase_command", "user mapping public on server billing"]
        )
            Assert.Contains(
                repository.Said.Split('\n'),
                l => l.StartsWith("left out: ", StringComparison.Ordinal) && l.Contains(name, StringComparison.Ordinal)
            );
        await repository.EnforceAsync();
        await EverythingAsync(repository);
        Assert.Contains("nothing to do", repository.Said, StringComparison.Ordinal);

        // Declared, such a value is compared, written as it was declared, and kept as a digest.
        await File.WriteAllTextAsync(
            repository.Document,
            document.Replace("- { name: app, ", "- { name: app, settings: { app.token: 'from git' }, ", StringComparison.Ordinal)
        );
        repository.Commit();
        var plan = await repository.RunAsync("plan");
        Assert.Contains("(redacted ", plan.Out, StringComparison.Ordinal);
        await repository.RunAsync("reconcile", "--once", "-v");
        Assert.Equal(
            "{\"app.token=from git\"}",
            await server.ScalarAsync(
                "select setconfig::text from pg_db_role_setting where setrole = 'app'::regrole and setdatabase = 0"
            )
        );
        Assert.Matches(
            @"^\(redacted [0-9a-f]{16}\)$",
            await server.ScalarAsync("select value from pggitops.applied where object = 'role/app/setting/app.token'") ?? ""
        );
        Assert.Contains("nothing to do", (await repository.RunAsync("plan")).Out, StringComparison.Ordinal);

        // An earlier version kept it as it was: the next write hides it.
        await server.ExecuteAsync(
            $"update pggitops.applied set value = 'from git' where object = 'role/app/setting/app.token'; insert into pggitops.applied values ('role/other/setting/app.old', 'value', '{Secret}-record', '')"
        );
        await server.ExecuteAsync($"alter role app set app.token = '{Secret}-drifted'");
        await EverythingAsync(repository);
        Assert.Contains("nothing to do", (await repository.RunAsync("plan")).Out, StringComparison.Ordinal);

        Hidden("the program's streams", repository.Said);
        foreach (var file in Directory.EnumerateFiles(repository.State, "*", SearchOption.AllDirectories))
            Hidden(file, await File.ReadAllTextAsync(file));
        foreach (
            var file in Directory.EnumerateFiles(Path.Combine(repository.Root, "environments"), "*", SearchOption.AllDirectories)
        )
            Hidden(file, await File.ReadAllTextAsync(file));
        foreach (var table in (string[])["applied", "inventory", "writer", "suspension"])
            Hidden(table, await server.ScalarAsync($"select string_agg(t::text, ' ') from pggitops.{table} t") ?? "");
    }

    private static async Task EverythingAsync(AdoptedRepository repository)
    {
        foreach (
            var arguments in (string[][])
                [
                    ["validate"],
                    ["plan"],
                    ["plan", "--output", "json"],
                    ["plan", "--output", "markdown"],
                    ["plan", "--out", Path.Combine(repository.State, "kept.plan")],
                    ["drift"],
                    ["drift", "--output", "json"],
                    ["drift", "--output", "markdown"],
                    ["drift", "--output", "html"],
                    ["drift", "--output", "sarif"],
                    ["snapshot"],
                    ["status"],
                    ["prove", "--live"],
                    ["apply", "--yes", "-v"],
                    ["reconcile", "--once", "-v"],
                    ["reconcile", "--once", "-v", "--log-format", "json"],
                    ["history"],
                    ["history", "--output", "json"],
                ]
        )
            await repository.RunAsync(arguments);
    }

    private static void Hidden(string where, string text)
    {
        var at = text.IndexOf(Secret, StringComparison.Ordinal);
        Assert.True(at < 0, $"{where} holds …{(at < 0 ? "" : text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 60)])}…");
    }
}
