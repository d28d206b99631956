using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Publications on a server that runs: made, kept, given up.</summary>
public sealed class PublicationTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";
    private const string Schema = "        - { name: inventory, owner: app_owner }\n";

    private const string Publications = """
              publications:
                - { name: 'the "feed"', owner: app_owner, tables: [ { schema: inventory, table: Items }, { schema: inventory, table: orders, columns: [ id, 'At "all"' ] } ], operations: [ insert, update ] }
                - { name: everything, schemas: [ inventory ], viaPartitionRoot: true }

        """;

    private const string Contents = """
        select string_agg(p.pubname || ': ' || pg_get_userbyid(p.pubowner)
                   || concat(' ', p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot)
                   || coalesce((select ' ' || string_agg(t.tablename || ' ' || t.attnames::text, ' ' order by t.tablename)
                                  from pg_publication_tables t where t.pubname = p.pubname), ''), '; ' order by p.pubname)
          from pg_publication p
        """;

    private const string AsDeclared =
        """everything: postgres ttttt Items {id,note} orders {id,"At \"all\"",total}; """
        + """the "feed": app_owner ttfff Items {id,note} orders {id,"At \"all\""}""";

    [LiveFact]
    [Trait("Requirement", "R-05")]
    [Trait("Requirement", "R-06")]
    public async Task Reconcile_OfPublications_MakesThem_HealsWhatWasChangedByHand_AndDropsItsOwnAlone()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await SqlAsync(
            """"
            create table inventory."Items" (id int primary key, note text);
            create table inventory.orders (id int primary key, "At ""all""" text, total int);
            create publication by_hand for table inventory.orders;
            """"
        );
        fleet.Edit(CorePath, Schema, Schema + Publications);

        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal(AsDeclared, await ShownAsync());
        await AssertInSyncAsync();

        await SqlAsync(
            """"
            alter publication "the ""feed""" drop table inventory."Items";
            alter publication "the ""feed""" set (publish = 'insert, update, delete, truncate');
            alter publication "the ""feed""" owner to postgres;
            alter publication everything set (publish_via_partition_root = false);
            alter publication everything set tables in schema public;
            """"
        );
        var drift = await fleet.RunAsync(2, "drift", "--detailed-exitcode");
        Assert.Contains("database/inventory/publication/the \"feed\" owner", drift.Out, StringComparison.Ordinal);
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal(AsDeclared, await ShownAsync());
        await AssertInSyncAsync();

        fleet.Edit(CorePath, Publications, "");
        // Nothing is removed without consent.
        Assert.Contains(
            "drop publication the \"feed\" from inventory: needs approval",
            (await fleet.RunAsync(6, "reconcile", "--once")).Out,
            StringComparison.Ordinal
        );
        var waiting = await fleet.RunAsync(6, "apply", "--yes");
        await fleet.RunAsync(0, "apply", "--approve", waiting.Error.Split("--approve ")[1].Trim());
        Assert.Equal(
            "by_hand",
            await fleet.ScalarAsync("core-1", "select string_agg(pubname, ',') from pg_publication", "inventory")
        );
        await AssertInSyncAsync();

        Task<string?> ShownAsync() => fleet.ScalarAsync("core-1", Contents + " where p.pubname <> 'by_hand'", "inventory");

        Task SqlAsync(string sql) => fleet.ExecuteAsync("core-1", sql, "inventory");

        async Task AssertInSyncAsync()
        {
            Assert.Contains("in sync", (await fleet.RunAsync(0, "plan", "--detailed-exitcode")).Out, StringComparison.Ordinal);
            Assert.Contains("nothing to do", (await fleet.RunAsync(0, "reconcile", "--once")).Out, StringComparison.Ordinal);
        }
    }
}
