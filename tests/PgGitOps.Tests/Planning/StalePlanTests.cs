using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

public class StalePlanTests
{
    private static readonly ServerFacts Before = Snapshots.Primary() with { Roles = [Snapshots.Role("app")] };

    [Fact]
    public void Check_WhenNothingMoved_Passes() => Assert.Empty(Moved(f => f));

    [Fact]
    public void Check_WhenSomethingUnrelatedMoved_Passes() =>
        Assert.Empty(Moved(f => f with { Roles = [Snapshots.Role("app"), Snapshots.Role("stranger")] }));

    [Fact]
    public void Check_WhenAValueMovedToWhereThePlanLeads_Passes() =>
        Assert.Empty(Moved(f => f.WithSetting("work_mem", s => s with { Value = "8192" })));

    [Fact]
    public void Check_WhenAValueMovedElsewhere_NamesItWithBothValues()
    {
        var moved = Moved(f => f.WithSetting("work_mem", s => s with { Value = "1024" }));

        Assert.Contains("core/member/core-1/parameter/work_mem.value was 4096 and is 1024", moved.Select(m => m.ToString()));
    }

    [Fact]
    public void Check_WhenAnUnchangedManagedValueMoved_NamesIt() =>
        Assert.Contains(
            Moved(f => f with { Roles = [Snapshots.Role("app") with { Login = true }] }),
            m => m.Key.Object == ObjectPath.Parse("role/app")
        );

    [Fact]
    public void Check_WhenAVerifierMoved_NamesTheRoleAndNoVerifier()
    {
        var secret = new PgGitOps.Core.Desired.SecretReference.FromEnvironment("P", At);
        var cluster = Cluster("core-1") with { Roles = [Role("app", "password") with { Password = secret }] };
        PasswordCheck differs = (_, _) => new PasswordFinding.Differs();
        var plan = Of("SCRAM-SHA-256$4096:one");
        var now = Of("SCRAM-SHA-256$4096:two");

        var moved = Assert.Single(StalePlan.Check(plan, now));

        Assert.Equal("core/role/app.verifier has changed", moved.ToString());
        Assert.DoesNotContain("SCRAM", System.Text.Json.JsonSerializer.Serialize(plan), StringComparison.Ordinal);

        ClusterPlan Of(string verifier) =>
            Plans.Of(
                cluster,
                Snapshots.Cluster(
                    Snapshots.Seen(
                        "core-1",
                        Snapshots.Primary() with
                        {
                            Roles = [Snapshots.Role("app") with { PasswordVerifier = new PasswordVerifier(verifier) }],
                        }
                    )
                ),
                options: Plans.Options with
                {
                    Passwords = differs,
                }
            );
    }

    [Fact]
    public void Check_WhenTheClusterIsNotPlannedAnyMore_TellsEveryValueAsUnreadable()
    {
        var plan = Planner.Plan(
            Fleet(Desired),
            Snapshots.Fleet(Snapshots.Cluster(Snapshots.Seen("core-1", Before))),
            Plans.Options
        );

        var moved = StalePlan.Check(plan, plan with { Clusters = [] });

        Assert.Equal(plan.Clusters[0].Reads.Count, moved.Count);
        Assert.Contains(
            "core/member/core-1/parameter/work_mem.value was 4096 and cannot be read now",
            moved.Select(m => m.ToString())
        );
        Assert.Empty(StalePlan.Check(plan, plan));
    }

    [Theory]
    [InlineData(null, "x", false, "core/role/app.exists was absent and is x")]
    [InlineData("x", null, false, "core/role/app.exists was x and is absent")]
    [InlineData(null, null, true, "core/role/app.exists was absent and cannot be read now")]
    public void MovedRead_IsToldWithBothValues(string? was, string? now, bool unreadable, string text) =>
        Assert.Equal(
            text,
            new MovedRead(new FacetKey("core", ObjectPath.Parse("role/app"), Field.Exists), was, now, unreadable).ToString()
        );

    [Fact]
    public void PlanId_DependsOnEveryLiveValueReadAndOnNothingElse()
    {
        var plan = Id(f => f);

        Assert.Equal(64, plan.Length);
        Assert.Equal(plan, Id(f => f with { Roles = [Snapshots.Role("app"), Snapshots.Role("stranger")], Lsn = "0/9" }));
        Assert.NotEqual(plan, Id(f => f.WithSetting("work_mem", s => s with { Value = "1024" })));
    }

    private static string Id(Func<ServerFacts, ServerFacts> change) =>
        Planner
            .Plan(Fleet(Desired), Snapshots.Fleet(Snapshots.Cluster(Snapshots.Seen("core-1", change(Before)))), Plans.Options)
            .Id;

    private static PgGitOps.Core.Desired.Cluster Desired =>
        Cluster("core-1") with
        {
            Parameters = [Setting("work_mem", "8MB")],
            Roles = [Role("app", "login")],
        };

    private static Core.Sources.EquatableArray<MovedRead> Moved(Func<ServerFacts, ServerFacts> change) =>
        StalePlan.Check(
            Plans.Of(Desired, Snapshots.Cluster(Snapshots.Seen("core-1", Before))),
            Plans.Of(Desired, Snapshots.Cluster(Snapshots.Seen("core-1", change(Before))))
        );
}
