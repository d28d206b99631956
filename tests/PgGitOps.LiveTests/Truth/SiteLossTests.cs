using PgGitOps.Core.Proofs.Commit;
using PgGitOps.LiveTests.Fleet;
using Xunit.Abstractions;

namespace PgGitOps.LiveTests.Truth;

/// <summary>
/// The prover's word against real servers: a site is killed while clients write, the standby in the other site is promoted, and what was
/// acknowledged and is not there is counted. Where it says none, none may be missing, whatever happened before; where it says that commits can be lost,
/// the history of its counterexample is forced and does lose them.
/// </summary>
[Trait("Requirement", "R-05")]
[Trait("Requirement", "R-07")]
public sealed class SiteLossTests(ITestOutputHelper output)
{
    private const string AnyRemoteDocument = "{ method: any, count: 1, standbys: [ core-3 ], commit: on, whenShort: block }";

    public static TheoryData<TruthCase> Table =>
        [
            new("asynchronous", "", null, false, History.RemoteCut),
            new(
                "ANY 1 (local, remote)",
                "ANY 1 (\"core-2\", \"core-3\")",
                "{ method: any, count: 1, standbys: [ core-2, core-3 ], commit: on, whenShort: block }",
                true,
                History.RemoteCut
            ),
            new(
                "FIRST 1 (remote, local)",
                "FIRST 1 (\"core-3\", \"core-2\")",
                "{ method: first, count: 1, standbys: [ core-3, core-2 ], commit: on, whenShort: block }",
                true,
                History.Undisturbed
            ),
            new(
                "FIRST 1 (remote, local)",
                "FIRST 1 (\"core-3\", \"core-2\")",
                "{ method: first, count: 1, standbys: [ core-3, core-2 ], commit: on, whenShort: block }",
                true,
                History.RemoteCut
            ),
            new(
                "ANY 2 (local, remote)",
                "ANY 2 (\"core-2\", \"core-3\")",
                "{ method: any, count: 2, standbys: [ core-2, core-3 ], commit: on, whenShort: block }",
                true,
                History.Undisturbed
            ),
            new(
                "ANY 2 (local, remote)",
                "ANY 2 (\"core-2\", \"core-3\")",
                "{ method: any, count: 2, standbys: [ core-2, core-3 ], commit: on, whenShort: block }",
                true,
                History.RemoteCut
            ),
            new("ANY 1 (remote)", "ANY 1 (\"core-3\")", AnyRemoteDocument, false, History.Undisturbed),
            new("ANY 1 (remote)", "ANY 1 (\"core-3\")", AnyRemoteDocument, false, History.RemoteCut),
            new(
                "ANY 1 (remote), a writer that does not wait",
                "ANY 1 (\"core-3\")",
                AnyRemoteDocument,
                false,
                History.RemoteCut,
                RoleLevel: "local"
            ),
            new(
                "ANY 1 (remote), degrading",
                "ANY 1 (\"core-3\")",
                "{ method: any, count: 1, standbys: [ core-1, core-3 ], commit: on, whenShort: degrade }",
                false,
                History.RemoteCutAndDegraded
            ),
        ];

    [LiveTheory]
    [MemberData(nameof(Table))]
    public async Task LosingTheSite_LosesWhatTheProverSays(TruthCase truth)
    {
        var (guaranteed, nominal, counterexample) = truth.Word();

        var (acknowledged, lost) = await LoseOsloAsync(truth);

        output.WriteLine(
            $"{truth}: the prover says {guaranteed} ({nominal} while all is connected); {acknowledged} acknowledged, {lost} of them lost. {counterexample}"
        );
        Assert.True(acknowledged > 100, $"only {acknowledged} commits were acknowledged: that shows nothing");
        if (guaranteed.Kind == LossKind.None)
            Assert.Equal(0, lost);
        else if (truth.History == History.Undisturbed && nominal.Kind == LossKind.None)
            Assert.Equal(0, lost);
        else
            Assert.True(
                lost > 0,
                $"the prover says that {guaranteed} can be lost ({counterexample}), but the forced history lost nothing"
            );
    }

    private static async Task<(int Acknowledged, int Lost)> LoseOsloAsync(TruthCase truth)
    {
        await using var primary = await PostgresServer.StartAsync(Shape("core-1", "127.0.31.1"));
        await primary.ExecuteAsync("create role writer login");
        await primary.ExecuteAsync("create database tenancy owner writer");
        if (truth.RoleLevel is { } level)
            await primary.ExecuteAsync($"alter role writer set synchronous_commit = {level}");
        await primary.ExecuteAsync("create table ledger (id bigint primary key, padding text)", "tenancy", "writer");
        var local = truth.LocalStandby ? await primary.StartStandbyAsync("core-2", shape: Shape("core-2", "127.0.31.2")) : null;
        var remote = await primary.StartStandbyAsync("core-3", shape: Shape("core-3", "127.0.32.1"));
        await Poll.UntilAsync(
            "all standbys stream",
            async () =>
                await primary.ScalarAsync("select count(*) from pg_stat_replication where state = 'streaming'")
                == (local is null ? "1" : "2")
        );
        if (truth.Rule.Length > 0)
        {
            await SetRuleAsync(primary, truth.Rule);
            await Poll.UntilAsync(
                "the rule counts",
                async () =>
                    await primary.ScalarAsync("select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum')")
                    != "0"
            );
        }
        await using var ledger = await Ledger.StartAsync(primary);
        // Nothing makes commits wait yet, so this ends when they are there.
        await ledger.WriteMoreAsync(400, TimeSpan.FromSeconds(60));

        if (truth.History != History.Undisturbed)
        {
            // An unreachable address cuts the line and nothing else: what is on its way in no buffer arrives later.
            await remote.ExecuteAsync(
                "alter system set primary_conninfo = 'host=127.0.31.9 port=9 connect_timeout=1 application_name=core-3'"
            );
            await remote.ExecuteAsync("select pg_reload_conf()");
            await Poll.UntilAsync(
                "the line is cut",
                async () =>
                    await primary.ScalarAsync("select count(*) from pg_stat_replication where application_name = 'core-3'") == "0"
            );
            if (truth.History == History.RemoteCutAndDegraded)
                await SetRuleAsync(primary, "");
            await ledger.WriteMoreAsync(200, TimeSpan.FromSeconds(2));
        }

        await Task.WhenAll(primary.KillAsync(), local?.KillAsync() ?? Task.CompletedTask);
        await ledger.EndAsync();
        Assert.Equal("true", await remote.ScalarAsync("select pg_promote(true, 30)::text"));
        var there = await IdsAsync(remote);
        return (ledger.Count, ledger.Acknowledged.Count(id => !there.Contains(id)));
    }

    private static async Task SetRuleAsync(PostgresServer primary, string rule)
    {
        await primary.ExecuteAsync($"alter system set synchronous_standby_names = '{rule}'");
        await primary.ExecuteAsync("select pg_reload_conf()");
    }

    private static async Task<HashSet<long>> IdsAsync(PostgresServer server)
    {
        await using var connection = await server.OpenAsync("tenancy");
        await using var command = new Npgsql.NpgsqlCommand("select id from ledger", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new HashSet<long>();
        while (await reader.ReadAsync())
            ids.Add(reader.GetInt64(0));
        return ids;
    }

    // fsync on: what a server acknowledges it must have put on its disk.
    private static ServerShape Shape(string name, string address) =>
        new()
        {
            Name = name,
            Address = address,
            Settings = new Dictionary<string, string> { ["fsync"] = "on" },
        };
}
