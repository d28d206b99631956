using FsCheck;
using FsCheck.Fluent;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Planning;

/// <summary>Values that were as declared before anything was applied: an adopted cluster.</summary>
public class FoundTests
{
    private static readonly string[] Three = ["core-1", "core-2", "core-3"];

    [Fact]
    public void Plan_OnAnAdoptedCluster_FindsEveryValue_AndNothingOnceTheyAreRecorded() =>
        ForAllSeeds(seed =>
        {
            var cluster = new RandomFleets(seed).Cluster(Three);
            var world = Materialised.Of(cluster);

            var first = Plans.Of(cluster, world);
            var second = Plans.Of(cluster, world.WithFound(first));

            var reads = first.Reads.Where(r => r.Canonical is not null).Select(r => r.Key).ToHashSet();
            Assert.NotEmpty(first.Found);
            Assert.All(first.Found, f => Assert.Contains(f.Key, reads));
            Assert.Empty(second.Found);
            Assert.Empty(second.Steps);
        });

    [Fact]
    public void Plan_WhenTheDocumentIsGivenUpAfterAdoption_TakesNothingBackThatWasOnlyFound() =>
        ForAllSeeds(seed =>
        {
            var cluster = new RandomFleets(seed).Cluster(Three);
            var world = Materialised.Of(cluster);
            world = world.WithFound(Plans.Of(cluster, world));
            var less = cluster with { Parameters = [], Roles = [], Databases = [] };

            var plan = Plans.Of(less, world);

            Assert.Empty(plan.Steps);
        });

    [Fact]
    public void Plan_AfterAdoption_TellsAChangeByHandAsDrift()
    {
        var cluster = Fleets.Cluster() with { Parameters = [Fleets.Setting("work_mem", "4MB")] };
        var world = Snapshots.Healthy();
        Assert.Equal(ChangeCause.Initial, CauseOf(cluster, world));

        Assert.Equal(ChangeCause.Drift, CauseOf(cluster, world.WithFound(Plans.Of(cluster, world))));

        static ChangeCause CauseOf(Cluster cluster, ClusterSnapshot world) =>
            Plans
                .Of(
                    cluster,
                    world with
                    {
                        Members =
                        [
                            .. world.Members.Select(m =>
                                m.Server is Observation<ServerFacts>.Seen { Value: var facts }
                                    ? Snapshots.Seen(m.Name, facts.WithSetting("work_mem", s => s with { Value = "8192" }))
                                    : m
                            ),
                        ],
                    }
                )
                .Changes.First(c =>
                    c.Key.Object == ObjectPath.Parse("member/core-1/parameter/work_mem") && c.Key.Field == Field.Value
                )
                .Cause;
    }

    [Fact]
    public void Plan_WhenGitAndServerMovedToTheSameValue_RecordsThatOneValue()
    {
        var cluster = Fleets.Cluster() with { Parameters = [Fleets.Setting("work_mem", "4MB")] };
        var world = Snapshots.Healthy();
        var recorded = Plans.Of(cluster, world).Found;
        var moved = world with
        {
            Record = new Observation<ClusterRecord>.Seen(
                new ClusterRecord(
                    [],
                    [
                        .. recorded.Select(f => new AppliedEntry(
                            f.Key.Object.ToString(),
                            f.Key.Field.ToString(),
                            f.Key.Object == ObjectPath.Parse("member/core-1/parameter/work_mem") ? "1" : f.Value!.Canonical,
                            "c0",
                            Snapshots.At
                        )),
                    ],
                    null
                ),
                Snapshots.At
            ),
        };

        Assert.All(
            Plans.Of(cluster, moved).Found,
            f => Assert.Equal("member/core-1/parameter/work_mem", f.Key.Object.ToString())
        );
        Assert.NotEmpty(Plans.Of(cluster, moved).Found);
    }

    [Fact]
    public void Plan_WhereSomethingIsUnreadableOrOnlyObserved_RecordsNothing()
    {
        var cluster = Fleets.Cluster();
        var healthy = Snapshots.Healthy();
        Assert.NotEmpty(Plans.Of(cluster, healthy).Found);

        Assert.Empty(Plans.Of(cluster with { Mode = ReconcileMode.Observe }, healthy).Found);
        Assert.Empty(
            Plans
                .Of(cluster, healthy with { Members = [healthy.Members[0], healthy.Members[1], Snapshots.Unreachable("core-3")] })
                .Found
        );
        Assert.Empty(
            Plans
                .Of(
                    cluster,
                    healthy with
                    {
                        Record = new Observation<ClusterRecord>.Unreadable(UnreadableKind.AccessDenied, "denied", Snapshots.At),
                    }
                )
                .Found
        );
    }

    private static void ForAllSeeds(Action<int> holds) =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed => holds(seed))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));
}
