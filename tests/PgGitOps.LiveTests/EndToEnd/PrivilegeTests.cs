using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Roles, memberships and grants on a server that runs: by the catalog's own rules.</summary>
public sealed class PrivilegeTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";
    private const string LastGrant = "        - { on: schema, schema: inventory, to: readers, privileges: [ USAGE ] }";

    [LiveFact]
    [Trait("Requirement", "R-06")]
    public async Task Reconcile_OfGrantsThatHoldByNature_NeverRevokesThemOnceGitGivesThemUp()
    {
        const string ByNature = """

                    - { on: database, to: public, privileges: [ CONNECT, TEMPORARY ] }
                    - { on: schema, schema: inventory, to: app_owner, privileges: [ USAGE, CREATE ] }
                  defaultPrivileges:
                    - { forRole: app_owner, on: functions, to: public, privileges: [ EXECUTE ] }
            """;
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        fleet.Edit(CorePath, LastGrant, LastGrant + ByNature);
        await fleet.RunAsync(0, "reconcile", "--once");

        fleet.Edit(CorePath, ByNature, "");
        await fleet.RunAsync(0, "reconcile", "--once");

        Assert.Equal(
            "True True True",
            await fleet.ScalarAsync(
                "core-1",
                """
                select concat_ws(' ', initcap(has_database_privilege('public', current_database(), 'connect')::text),
                                      initcap(has_schema_privilege('app_owner', 'inventory', 'usage')::text),
                                      initcap((not exists (select from pg_default_acl))::text))
                """,
                "inventory"
            )
        );
        Assert.Contains("nothing to do", (await fleet.RunAsync(0, "reconcile", "--once")).Out, StringComparison.Ordinal);
    }

    [LiveFact]
    [Trait("Requirement", "R-06")]
    public async Task Reconcile_OfARevoke_TakesEveryGrantorsGrant_AndLeavesToOthersAndToColumnsWhatTheyHave()
    {
        const string Declared = """

                    - { on: table, schema: inventory, object: items, to: app, privileges: [ SELECT ] }
                    - { on: table, schema: inventory, object: items, to: mid, privileges: [ SELECT ] }
                    - { on: table, schema: inventory, object: later, to: mid, privileges: [ SELECT ] }
            """;
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        fleet.Edit(
            CorePath,
            "    - { name: app_owner",
            "    - { name: mid }\n    - { name: \"Public\" }\n    - { name: app_owner"
        );
        await fleet.RunAsync(0, "reconcile", "--once");
        await SqlAsync("create table inventory.items (id int, note text); alter table inventory.items owner to app_owner");
        fleet.Edit(CorePath, LastGrant, LastGrant + Declared);
        // A table that is not there yet is no server that cannot be reached.
        Assert.Contains("core: degraded", (await fleet.RunAsync(8, "reconcile", "--once")).Out, StringComparison.Ordinal);
        Assert.Contains(
            "table inventory.later does not exist yet",
            (await fleet.RunAsync("drift")).Out,
            StringComparison.Ordinal
        );
        await SqlAsync(
            """
            create table inventory.later (id int); alter table inventory.later owner to app_owner;
            grant usage on schema inventory to mid;
            set role app_owner;
            grant select on inventory.items to mid with grant option;
            grant update (note), select (note) on inventory.items to app;
            grant update on inventory.items to app;
            set role mid;
            grant select on inventory.items to app, "Public";
            """
        );

        var drift = await fleet.RunAsync(2, "drift", "--detailed-exitcode");
        Assert.Contains("SELECT with grant option, Git says SELECT", drift.Out, StringComparison.Ordinal);
        Assert.Contains("database/inventory/grant/column/inventory/items/note/app", drift.Out, StringComparison.Ordinal);
        await fleet.RunAsync(0, "reconcile", "--once");

        Assert.Equal(
            "mid=r/app_owner,app=r/app_owner,Public=r/app_owner;app=rw/app_owner",
            await fleet.ScalarAsync(
                "core-1",
                """
                select (select string_agg(i::text, ',' order by i::text collate "C" desc) from unnest(relacl) i where i::text !~ '^(app_owner|postgres)=')
                       || ';' || (select attacl[1]::text from pg_attribute where attrelid = c.oid and attname = 'note')
                  from pg_class c where oid = 'inventory.items'::regclass
                """,
                "inventory"
            )
        );
        Assert.Contains("nothing to do", (await fleet.RunAsync(0, "reconcile", "--once")).Out, StringComparison.Ordinal);

        Task SqlAsync(string sql) => fleet.ExecuteAsync("core-1", sql, "inventory");
    }
}
