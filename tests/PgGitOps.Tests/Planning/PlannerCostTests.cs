using System.Diagnostics;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Settings;
using PgGitOps.Tests.Builders;
using Xunit.Abstractions;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

public class PlannerCostTests(ITestOutputHelper output)
{
    [Fact]
    public void Plan_OfAnOrderlyClusterOfTwentySettingsTwentyRolesTenDatabases_TakesMilliseconds()
    {
        string[] names =
        [
            "autovacuum_max_workers",
            "bgwriter_delay",
            "checkpoint_timeout",
            "deadlock_timeout",
            "effective_cache_size",
            "effective_io_concurrency",
            "hot_standby_feedback",
            "log_min_duration_statement",
            "maintenance_work_mem",
            "max_connections",
            "max_parallel_workers",
            "max_wal_senders",
            "max_wal_size",
            "max_worker_processes",
            "min_wal_size",
            "random_page_cost",
            "shared_buffers",
            "temp_buffers",
            "wal_buffers",
            "work_mem",
        ];
        var cluster = Cluster("core-1") with
        {
            Parameters = [.. names.Select(n => Setting(n, n.Contains("feedback", StringComparison.Ordinal) ? "on" : "100"))],
            Roles =
            [
                .. Enumerable
                    .Range(10, 20)
                    .Select(i =>
                        Role($"role_{i}", "login", "connectionLimit", "memberOf") with
                        {
                            Login = true,
                            ConnectionLimit = 5,
                        }
                    ),
            ],
            Databases =
            [
                .. Enumerable
                    .Range(10, 10)
                    .Select(i => Database($"db_{i}", "role_10") with { Schemas = [new Schema("app", Name("role_10"), At)] }),
            ],
        };
        var snapshot = Materialised.Of(cluster);
        snapshot = snapshot with
        {
            Members =
            [
                Snapshots.Seen(
                    "core-1",
                    ((Observation<ServerFacts>.Seen)snapshot.Members[0].Server).Value with
                    {
                        Settings =
                        [
                            .. cluster
                                .Parameters.Select(p => SettingCatalog.Of(null, 15).Find(p.Name)!)
                                .Select(m => new SettingFact(
                                    m.Name,
                                    m.VarType == "bool" ? "on" : "100",
                                    m.Unit,
                                    m.VarType,
                                    m.Context,
                                    "configuration file",
                                    null,
                                    null,
                                    null,
                                    false,
                                    m.EnumValues
                                )),
                        ],
                    }
                ),
            ],
        };
        var fleet = Fleet(cluster);
        var live = Snapshots.Fleet(snapshot);
        Assert.True(Planner.Plan(fleet, live, Plans.Options).IsEmpty);
        for (var i = 0; i < 200; i++)
            Planner.Plan(fleet, live, Plans.Options);

        var times = new List<double>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 101; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            Planner.Plan(fleet, live, Plans.Options);
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / 101;
        times.Sort();
        output.WriteLine($"median {times[50]:0.000} ms, {bytes / 1024} kB allocated");

        // Generous, for an unoptimised build on a busy machine: it catches a plan that grows with the square of its facets.
        Assert.True(times[50] < 10, $"median {times[50]:0.0} ms");
    }
}
