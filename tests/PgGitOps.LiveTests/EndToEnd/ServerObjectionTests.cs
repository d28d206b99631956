using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>What only the server can judge is asked before anything is planned: it is told with its place, and nothing is tried in vain.</summary>
public sealed class ServerObjectionTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";

    [LiveFact]
    [Trait("Requirement", "R-05")]
    public async Task Reconcile_OfWhatTheServerWouldRefuse_SaysSoWithThePlace_AndDoesTheRest()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await fleet.ExecuteAsync("core-1", "alter role readers set timezone = 'Europe/Oslo'");
        fleet.Edit(
            CorePath,
            "    work_mem: 4MB\n",
            "    work_mem: 5MB\n    TimeZone: Mars/Phobos\n    log_timezone: Europe/Nowhere\n    default_tablespace: not_there\n"
        );
        fleet.Edit(
            CorePath,
            "    - { name: readers }\n",
            """
                - { name: readers, settings: { TimeZone: Mars/Phobos } }
                - { name: aardvark, settings: { role: zebra, TimeZone: Europe/Bergen } }
                - { name: aaron, settings: { role: zebra, default_tablespace: later } }
                - { name: zebra }

            """
        );
        fleet.Edit(
            CorePath,
            "      schemas:\n",
            """
                  extensions:
                    - { name: plpgsql, version: '9.9' }
                    - { name: no_such_thing }
                  publications:
                    - { name: feed, tables: [ { schema: inventory, table: later } ] }
                  schemas:

            """
        );

        var first = await fleet.RunAsync("reconcile", "--once");

        Assert.Contains("✓ create role zebra\n  ✓ create role aardvark (role)\n", first.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("failed", first.Out + first.Error, StringComparison.Ordinal);
        var plan = await fleet.RunAsync("plan");
        foreach (
            var said in (string[])
                [
                    "PGP002 The server does not take it: invalid value for parameter \"timezone\": \"Mars/Phobos\".  [environments/test/clusters/core.yaml:17:15]",
                    "invalid value for parameter \"log_timezone\": \"Europe/Nowhere\"",
                    "invalid value for parameter \"default_tablespace\": \"not_there\"",
                    "Extension plpgsql cannot be had in inventory: core-1 has no version 9.9 of it, but 1.0.",
                    "Extension no_such_thing cannot be had in inventory: core-1 has no files of it.",
                    "table inventory.later does not exist yet",
                ]
        )
            Assert.Contains(said, plan.Out + plan.Error, StringComparison.Ordinal);
        Assert.Equal(
            "5MB|TimeZone=Europe/Oslo|role=zebra",
            await fleet.ScalarAsync(
                "core-1",
                """
                select current_setting('work_mem') || '|' || (select setconfig[1] from pg_db_role_setting where setrole = 'readers'::regrole)
                       || '|' || (select setconfig[2] from pg_db_role_setting where setrole = 'aaron'::regrole)
                """
            )
        );
        var second = await fleet.RunAsync("reconcile", "--once");
        Assert.DoesNotContain("✓", second.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("failed", second.Out + second.Error, StringComparison.Ordinal);

        await fleet.ExecuteAsync("core-1", "create table inventory.later (id int primary key)", "inventory");
        Assert.Contains("✓ create publication feed", (await fleet.RunAsync("reconcile", "--once")).Out, StringComparison.Ordinal);
    }
}
