using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Leasing;
using static PgGitOps.LiveTests.Writing.WriterUnderTest;

namespace PgGitOps.LiveTests.Writing;

public sealed class SetPasswordTests
{
    private static readonly ServerShape Chatty = new()
    {
        Authentication = ServerAuthentication.Trust,
        Settings = new Dictionary<string, string>
        {
            ["log_statement"] = "all",
            ["log_min_duration_statement"] = "0",
            ["log_min_messages"] = "debug1",
            ["shared_preload_libraries"] = "pg_stat_statements",
        },
    };

    [LiveTheory]
    [InlineData("plain-4711")]
    [InlineData("it's \\ \"blåbær\" 4711")]
    public async Task Run_StoresAVerifierThatLogsIn_AndNoLogOrViewEverShowsIt(string password)
    {
        var (server, fleet) = await StartPrimaryAsync(Chatty);
        await using var _ = server;
        Environment.SetEnvironmentVariable("PGGITOPS_TEST_APP", password);
        var action = new StepAction.SetPassword(
            "core-1",
            "app",
            new SecretReference.FromEnvironment("PGGITOPS_TEST_APP", SourceSpan.WholeFile("c.yaml"))
        );
        await server.ExecuteAsync("create extension pg_stat_statements");
        await server.ExecuteAsync("create role app login");
        await using var writer = await OpenAsync(fleet);
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(action));
        Assert.IsType<StepOutcome.AlreadyTrue>(await writer.RunAsync(action));
        Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(action with { Role = "nobody" }));
        var stored = await server.ScalarAsync("select rolpassword from pg_authid where rolname = 'app'");
        Assert.True(ScramVerifier.Parse(stored!)!.Matches(password));
        Assert.Equal(
            "0",
            await server.ScalarAsync(
                "select count(*) from pg_stat_statements where query like '%SCRAM-SHA-256$%' and query not like '%pg_stat_statements%'"
            )
        );
        // The session before this one may not have quite ended, and asks for the same words.
        Assert.Equal(
            "0",
            await server.ScalarAsync(
                "select count(*) from pg_stat_activity where query like '%SCRAM-SHA%' and query not like '%pg_stat_%'"
            )
        );
        var log = await File.ReadAllTextAsync(server.LogFile);
        Assert.Contains("create role app login", log, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", log, StringComparison.Ordinal);
        Assert.DoesNotContain("SCRAM-SHA-256$4096", log, StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            Path.Combine(server.DataDirectory, "pg_hba.conf"),
            "host all app 127.0.0.0/8 scram-sha-256\nhost all all 127.0.0.0/8 trust\n"
        );
        await server.ExecuteAsync("select pg_reload_conf()");
        await Poll.UntilAsync(
            "the password is asked for",
            async () =>
            {
                try
                {
                    await using var wrong = await server.OpenAsync(user: "app", password: "wrong");
                    return false;
                }
                catch (Npgsql.PostgresException e) when (e.SqlState == "28P01")
                {
                    return true;
                }
            }
        );
        await using var right = await server.OpenAsync(user: "app", password: password);
    }

    [LiveFact]
    public async Task Suspend_ThenResume_IsKeptInTheCluster()
    {
        var (server, fleet) = await StartPrimaryAsync();
        await using var _ = server;
        var store = new SuspensionStore(new SecretStore());
        var primary = fleet.Cluster.Members[0];
        var since = new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
        Assert.IsType<StepOutcome.Done>(
            await store.SuspendAsync(
                fleet.Fleet,
                fleet.Cluster,
                primary,
                new Suspension("migration", "alice", since, since.AddHours(2)),
                CancellationToken.None
            )
        );
        Assert.IsType<StepOutcome.Done>(
            await store.SuspendAsync(
                fleet.Fleet,
                fleet.Cluster,
                primary,
                new Suspension("it's longer", "bob", since, since.AddHours(3)),
                CancellationToken.None
            )
        );
        Assert.Equal(
            "it's longer,bob,03:00:00",
            await server.ScalarAsync("select concat_ws(',', reason, owner, expires - since) from pggitops.suspension")
        );
        Assert.IsType<StepOutcome.Done>(await store.ResumeAsync(fleet.Fleet, fleet.Cluster, primary, CancellationToken.None));
        Assert.IsType<StepOutcome.AlreadyTrue>(
            await store.ResumeAsync(fleet.Fleet, fleet.Cluster, primary, CancellationToken.None)
        );
    }
}
