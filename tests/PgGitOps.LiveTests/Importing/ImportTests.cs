using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Reporting.Importing;
using PgGitOps.Core.Sources;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Observing;
using PgGitOps.Providers.Postgres.Observing;
using PgGitOps.Reconciling;

namespace PgGitOps.LiveTests.Importing;

public sealed class ImportTests
{
    [LiveFact]
    [Trait("Requirement", "R-16")]
    public async Task Import_ClusterMadeByHand_PlansNothing()
    {
        await using var primary = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "a1",
                Settings = new Dictionary<string, string>
                {
                    ["cluster_name"] = "'15/main'",
                    ["log_min_duration_statement"] = "500ms",
                    ["search_path"] = "'\"$user\", public'",
                },
            }
        );
        await primary.ExecuteAsync(
            """
            create role "Own er"; create role "it's" login password 'pw' connection limit 3 valid until '2031-02-03 04:05:06+00';
            create role reader noinherit; create role "yes" login createdb; create role "123" replication;
            create role "null" superuser login;
            grant reader to "it's"; grant pg_monitor to reader;
            alter role reader set search_path = 'a b', "C"; alter role reader set work_mem = '3MB';
            alter role reader in database postgres set work_mem = '4MB';
            """
        );
        await primary.ExecuteAsync("alter system set work_mem = '8192kB'");
        await primary.ExecuteAsync("alter system set archive_timeout = '1min'");
        await primary.ExecuteAsync("alter system set max_connections = 44");
        await primary.ExecuteAsync("create database \"Sales: {x}\" owner \"Own er\" connection limit 9");
        await primary.ExecuteAsync("alter database \"Sales: {x}\" set statement_timeout = '30s'");
        await primary.ExecuteAsync(
            """
            create schema "sh op" authorization "Own er";
            create schema loose;
            create extension pg_trgm schema loose version '1.5';
            set role "Own er";
            create table "sh op".t1 (id serial); create table "sh op".t2 (id int); create view "sh op".v as select 1 as one;
            create function "sh op".f(a int) returns int language sql as 'select 1';
            grant usage on schema "sh op" to reader, "it's";
            grant select on all tables in schema "sh op" to reader;
            grant insert on "sh op".t2 to reader;
            grant usage on sequence "sh op".t1_id_seq to "it's";
            grant execute on function "sh op".f(int) to "it's";
            grant select on "sh op".t1 to public;
            reset role;
            create publication "p: 1" for table "sh op".t1 (id), "sh op".t2 with (publish = 'insert, truncate');
            alter publication "p: 1" owner to "Own er";
            create publication whole for tables in schema "sh op" with (publish_via_partition_root);
            create publication held_back for table "sh op".t2 where (id > 1);
            grant connect on database "Sales: {x}" to reader;
            alter default privileges for role "Own er" in schema "sh op" grant select, insert on tables to reader;
            alter default privileges for role "Own er" grant usage on schemas to "it's";
            """,
            "Sales: {x}"
        );
        await primary.ExecuteAsync("select pg_reload_conf()");

        var documents = await ImportAsync(primary);
        var plan = await PlanAsync(documents);

        Assert.Contains("name: 'Sales: {x}'", documents.Cluster, StringComparison.Ordinal);
        Assert.Contains("work_mem: 8192kB", documents.Cluster, StringComparison.Ordinal);
        Assert.Contains("left out: parameter cluster_name: it is the member's name", documents.Cluster, StringComparison.Ordinal);
        Assert.Contains("left out: parameter max_connections", documents.Cluster, StringComparison.Ordinal);
        Assert.Contains("left out: publication held_back, which has row filters", documents.Cluster, StringComparison.Ordinal);
        Assert.Contains("{ name: 'p: 1', owner:", documents.Cluster, StringComparison.Ordinal);
        Assert.DoesNotContain("SCRAM", documents.Cluster, StringComparison.Ordinal);
        AssertNothing(plan);
        // The comparison is awake: one changed word is one change.
        var moved = await PlanAsync(
            documents with
            {
                Cluster = documents.Cluster.Replace("work_mem: 8192kB", "work_mem: 9MB", StringComparison.Ordinal),
            }
        );
        Assert.Contains(moved.Clusters.Single().Changes, c => c.Key.Object == ObjectPath.Parse("member/a1/parameter/work_mem"));
    }

    [LiveFact]
    public async Task Import_PrimaryAndSynchronousStandby_PlansNothing()
    {
        await using var primary = await PostgresServer.StartAsync(new ServerShape { Name = "a1", Address = "127.0.31.1" });
        var standby = await primary.StartStandbyAsync("b-1", slot: "b_1", shape: new ServerShape { Address = "127.0.32.1" });
        foreach (var server in (PostgresServer[])[primary, standby])
        {
            await server.ExecuteAsync("alter system set synchronous_standby_names = 'ANY 1 (\"b-1\")'");
            await server.ExecuteAsync("select pg_reload_conf()");
        }
        await Poll.UntilAsync(
            "the standby is synchronous",
            async () => await primary.ScalarAsync("select sync_state from pg_stat_replication") == "quorum"
        );
        await primary.ExecuteAsync("create role app login; create schema s authorization app");

        var documents = await ImportAsync(primary, standby);

        Assert.Contains(
            "synchronous: { method: any, count: 1, standbys: [ b-1 ], commit: 'on', whenShort: block }",
            documents.Cluster,
            StringComparison.Ordinal
        );
        AssertNothing(await PlanAsync(documents));
    }

    [LiveFact]
    public async Task Import_MemberThatCannotBeRead_WritesNothing()
    {
        await using var primary = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        var target = Target(primary) with
        {
            Members =
            [
                new MemberTarget("a1", primary.Address, primary.Port),
                new MemberTarget("a2", "127.0.0.1", FreePort.Next()),
            ],
        };
        var outcome = ClusterDocumentWriter.Write(await ObservedServer.ObserveAsync(target), Request(primary));
        Assert.Contains("a2", Assert.IsType<ImportOutcome.Impossible>(outcome).Reason, StringComparison.Ordinal);
    }

    internal static ClusterTarget Target(params PostgresServer[] members) =>
        ObservedServer.Target("adopted", ObservedServer.Access(), members) with
        {
            AllDatabases = true,
        };

    internal static ImportRequest Request(params PostgresServer[] members) =>
        new()
        {
            Cluster = "adopted",
            Environment = "prod",
            AccessUser = PostgresServer.User,
            ReplicationUser = "replicator",
            Owner = "team databases",
            Placements =
            [
                .. members.Select(m => new ImportPlacement(
                    m.Name,
                    "host-" + m.Name,
                    m.Address,
                    m.Port,
                    "site-" + m.Name,
                    "rack-" + m.Name
                )),
            ],
        };

    private static async Task<(string Cluster, string Environment)> ImportAsync(params PostgresServer[] members)
    {
        var request = Request(members);
        var written = Assert.IsType<ImportOutcome.Written>(
            ClusterDocumentWriter.Write(await ObservedServer.ObserveAsync(Target(members)), request)
        );
        return (written.Yaml, EnvironmentDocumentWriter.Write(request));
    }

    internal static async Task<Plan> PlanAsync((string Cluster, string Environment) documents)
    {
        // Trust authentication: the engine logs in without a password, as the written environment says.
        var tree = new SourceTree(
            new RevisionInfo(new string('0', 40), "test", DateTimeOffset.UnixEpoch, "import"),
            [
                File("environments/prod/clusters/adopted.yaml", documents.Cluster),
                File("environments/prod/environment.yaml", documents.Environment),
            ]
        );
        var reading = new FleetReader().Read(tree);
        Assert.True(reading.Fleet is not null, string.Join('\n', reading.Diagnostics) + "\n" + documents.Cluster);
        await using var connections = ObservedServer.Connections();
        var snapshot = await new FleetObserver(
            [new PostgresReader(connections, TimeProvider.System)],
            TimeProvider.System
        ).ObserveAsync(reading.Fleet, ["adopted"], CancellationToken.None);
        foreach (var member in snapshot.Clusters[0].Members)
            Assert.IsType<Observation<ServerFacts>.Seen>(member.Server);
        return Planner.Plan(
            reading.Fleet,
            snapshot,
            new PlanOptions(
                DateTimeOffset.UtcNow,
                (_, _) => throw new InvalidOperationException("an imported document names no password")
            )
        );
    }

    private static SourceFile File(string path, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new SourceFile(path, Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(bytes)), bytes);
    }

    internal static void AssertNothing(Plan plan)
    {
        var cluster = plan.Clusters.Single();
        Assert.Empty(cluster.Refusals);
        Assert.Empty(cluster.Unknowns);
        Assert.Empty(
            cluster.Changes.Where(c => c.Cause != ChangeCause.Undeclared).Select(c => $"{c.Key}: {c.Live} -> {c.Desired}")
        );
        Assert.Empty(cluster.Steps.Select(s => s.Id));
    }
}
