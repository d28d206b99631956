using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Steps that are done and have no effect, and steps that fail beside others.</summary>
public sealed class DegradedTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";

    [LiveFact]
    public async Task Reconcile_AStepWithoutEffect_IsNotRepeatedWithTheSameInput()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        // Whoever grants here finds it revoked at once, and no statement fails.
        await fleet.ExecuteAsync(
            "core-1",
            """
            create table public.granted (at timestamptz default clock_timestamp());
            create function public.undo() returns event_trigger language plpgsql as $$
            begin
                insert into public.granted default values;
                execute 'revoke usage on schema inventory from readers';
            end $$;
            revoke usage on schema inventory from readers;
            create event trigger undo on ddl_command_end when tag in ('GRANT') execute function public.undo();
            """,
            "inventory"
        );

        var first = await fleet.RunAsync(8, "reconcile", "--once");
        Assert.Contains("core: degraded: ", first.Out, StringComparison.Ordinal);
        Assert.Contains("its effect did not show", first.Out, StringComparison.Ordinal);
        var granted = await fleet.ScalarAsync("core-1", "select count(*) from public.granted", "inventory");
        Assert.NotEqual("0", granted);

        // Another process, the same input: nothing is done, and that is said.
        var second = await fleet.RunAsync(8, "reconcile", "--once");
        Assert.Contains("it is not repeated before", second.Out, StringComparison.Ordinal);
        Assert.Equal(granted, await fleet.ScalarAsync("core-1", "select count(*) from public.granted", "inventory"));
        Assert.Contains("noEffect", (await fleet.RunAsync(0, "history", "-o", "json")).Out, StringComparison.Ordinal);

        // A person says so.
        await fleet.ExecuteAsync("core-1", "drop event trigger undo", "inventory");
        await fleet.RunAsync(0, "apply", "--yes");
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal(
            "True",
            await fleet.ScalarAsync("core-1", "select has_schema_privilege('readers', 'inventory', 'usage')", "inventory")
        );
    }

    [LiveFact]
    public async Task Reconcile_AParameterThatTheServerRefuses_HoldsBackNoPasswordAndNoLimit()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        fleet.Edit(CorePath, "work_mem: 4MB", "work_mem: 4MB\n    default_text_search_config: nosuch");
        fleet.Edit(CorePath, "connectionLimit: 20", "connectionLimit: 21");
        await File.WriteAllTextAsync(fleet.SecretFile("app"), $"pw-app-{Guid.NewGuid():N}\n");

        var run = await fleet.RunAsync("reconcile", "--once");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("nosuch", run.Out + run.Error, StringComparison.Ordinal);
        await using (await fleet.OpenAsync("core-1", user: "app", secret: "app"))
            Assert.Equal(
                "21",
                await fleet.ScalarAsync("core-1", "select datconnlimit from pg_database where datname = 'inventory'")
            );
    }

    [LiveFact]
    public async Task Reconcile_AGrantThatFails_HoldsBackNoRevokeAndNoPassword()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await fleet.ExecuteAsync(
            "core-1",
            """
            create function public.refuse() returns event_trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
            revoke usage on schema inventory from readers;
            create event trigger refuse on ddl_command_start when tag in ('GRANT') execute function public.refuse();
            """,
            "inventory"
        );
        await File.WriteAllTextAsync(fleet.SecretFile("app"), $"pw-app-{Guid.NewGuid():N}\n");
        fleet.Edit(CorePath, "connectionLimit: 20", "connectionLimit: 21");

        var run = await fleet.RunAsync(8, "reconcile", "--once");

        Assert.Contains("not today", run.Out, StringComparison.Ordinal);
        await using (await fleet.OpenAsync("core-1", user: "app", secret: "app"))
            Assert.Equal(
                "21",
                await fleet.ScalarAsync("core-1", "select datconnlimit from pg_database where datname = 'inventory'")
            );
    }
}
