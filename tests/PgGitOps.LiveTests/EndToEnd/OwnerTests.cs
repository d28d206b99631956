using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Owners and groups that somebody changed by hand: healed in one pass, with the privileges that go along.</summary>
public sealed class OwnerTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";
    private const string LastRole = "    - { name: readers }\n";

    [LiveFact]
    [Trait("Requirement", "R-06")]
    public async Task Reconcile_OfOwnersChangedByHand_HealsOwnersAndGrantsInOnePass()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await fleet.ExecuteAsync("core-1", "alter database inventory owner to readers");
        await fleet.ExecuteAsync(
            "core-1",
            """
            alter schema inventory owner to readers;
            set role readers;
            grant usage, create on schema inventory to app with grant option;
            revoke all on schema inventory from app_owner;
            """,
            "inventory"
        );

        await fleet.RunAsync(0, "reconcile", "--once");

        Assert.Equal(
            "app_owner app_owner {app_owner=UC/app_owner,app=U*C*/app_owner,readers=U/app_owner}",
            await fleet.ScalarAsync(
                "core-1",
                """
                select concat_ws(' ', (select pg_get_userbyid(datdba) from pg_database where datname = 'inventory'), pg_get_userbyid(nspowner), nspacl)
                  from pg_namespace where nspname = 'inventory'
                """,
                "inventory"
            )
        );
        Assert.Contains("nothing to do", (await fleet.RunAsync(0, "reconcile", "--once")).Out, StringComparison.Ordinal);
    }

    [LiveFact]
    [Trait("Requirement", "R-06")]
    public async Task Reconcile_OfACircleOfGroupsTurnedRound_LeavesBeforeItJoins()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        fleet.Edit(
            CorePath,
            LastRole,
            LastRole + "    - { name: a, memberOf: [ b ] }\n    - { name: b, memberOf: [ c ] }\n    - { name: c, memberOf: [] }\n"
        );
        await fleet.RunAsync(0, "reconcile", "--once");
        fleet.Edit(
            CorePath,
            "    - { name: a, memberOf: [ b ] }\n    - { name: b, memberOf: [ c ] }\n    - { name: c, memberOf: [] }\n",
            "    - { name: a, memberOf: [] }\n    - { name: b, memberOf: [ a ] }\n    - { name: c, memberOf: [ b ] }\n"
        );

        await fleet.RunAsync(0, "reconcile", "--once");

        Assert.Equal(
            "b in a, c in b",
            await fleet.ScalarAsync(
                "core-1",
                """
                select string_agg(format('%s in %s', m.rolname, g.rolname), ', ' order by m.rolname)
                  from pg_auth_members a join pg_roles m on m.oid = a.member join pg_roles g on g.oid = a.roleid
                 where length(m.rolname) = 1
                """
            )
        );
        Assert.Contains("nothing to do", (await fleet.RunAsync(0, "reconcile", "--once")).Out, StringComparison.Ordinal);
    }
}
