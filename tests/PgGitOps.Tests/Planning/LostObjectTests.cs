using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>A database or schema that was there is not made anew, empty, unless an approval names it.</summary>
public class LostObjectTests
{
    private static readonly Cluster Declared = Cluster("core-1") with
    {
        Roles = [Role("o")],
        Databases = [Database("shop", "o") with { Schemas = [new Schema("app", Name("o"), At)] }],
    };

    private static readonly ClusterSnapshot Empty = Snapshots.Cluster(
        Snapshots.Seen("core-1", Snapshots.Primary() with { Roles = [.. Snapshots.Primary().Roles, Snapshots.Role("o")] })
    );

    private static readonly ClusterSnapshot WithoutSchema = (
        Empty with
        {
            Members =
            [
                Snapshots.Seen(
                    "core-1",
                    Snapshots.Primary() with
                    {
                        Roles = [.. Snapshots.Primary().Roles, Snapshots.Role("o")],
                        Databases = [Snapshots.Database("postgres", "postgres"), Snapshots.Database("shop", "o")],
                    }
                ),
            ],
            Databases = [Snapshots.Inside("shop", Snapshots.Contents())],
        }
    ).WithRecord([], ("database/shop", "exists", "true"), ("database/shop/schema/app", "exists", "true"));

    private static readonly ClusterSnapshot Lost = Empty.WithRecord(["database/shop"], ("database/shop", "exists", "true"));

    [Fact]
    public void Plan_OfADatabaseThatWasNeverThere_CreatesIt() =>
        Assert.Equal(
            ["core/database/shop/create", "core/database/shop/schema/app/create"],
            Plans.Of(Declared, Empty.WithRecord([])).Ids()
        );

    [Fact]
    public void Plan_WhenAProcessWasKilledBeforeItCreatedTheDatabase_CreatesIt() =>
        // Ownership is written down first: the inventory alone does not say that it was ever there.
        Assert.Contains("core/database/shop/create", Plans.Of(Declared, Empty.WithRecord(["database/shop"])).Ids());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Plan_WhenADatabaseVanishedByHand_RefusesItByNameAndDoesTheRest(bool wasMade)
    {
        // Found, and never made by us: its loss is no smaller.
        var record = Empty.WithRecord(
            wasMade ? ["database/shop", "database/shop/schema/app"] : [],
            ("database/shop", "exists", "true"),
            ("database/shop/schema/app", "exists", "true")
        );

        var plan = Plans.Of(Declared with { Roles = [Role("o"), Role("new")] }, record);

        Assert.Equal(["core/role/new/create"], plan.Ids());
        var refusal = Assert.Single(plan.Refusals);
        Assert.Equal(PlanRule.Vanished, refusal.RuleId);
        Assert.Contains("Database shop was there and is gone", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("recreate: database/shop", refusal.Hint, StringComparison.Ordinal);
        Assert.Contains("database/shop", Assert.Single(Shortfall.Of(plan)).Key.Object.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_WhenASchemaVanishedByHand_RefusesItByName()
    {
        var plan = Plans.Of(Declared, WithoutSchema);

        Assert.Empty(plan.Steps);
        Assert.Equal(PlanRule.Vanished, Assert.Single(plan.Refusals).RuleId);
    }

    [Fact]
    public void Plan_WhenTheRecordCannotBeRead_CreatesNoDatabaseThatMayHaveBeenThere()
    {
        var plan = Plans.Of(
            Declared,
            Empty with
            {
                Record = new Observation<ClusterRecord>.Unreadable(UnreadableKind.Faulty, "it is foreign", Snapshots.At),
            }
        );

        Assert.Empty(plan.Steps);
        Assert.Equal(PlanRule.RecordUnreadable, Assert.Single(plan.Refusals).RuleId);
    }

    [Fact]
    public void Plan_WithAnApprovalThatNamesTheDatabase_MakesItAnewWithItsSchemasAndMarksTheApprovalUsed()
    {
        var plan = Planned(
            Empty.WithRecord(
                ["database/shop"],
                ("database/shop", "exists", "true"),
                ("database/shop/schema/app", "exists", "true")
            ),
            Allows("database/shop")
        );

        Assert.Equal(["core/database/shop/create", "core/database/shop/schema/app/create"], plan.Ids());
        Assert.Empty(plan.Refusals);
        Assert.Contains("allowed by kari (approval anew)", plan.Steps[0].Title, StringComparison.Ordinal);
        Assert.Contains(plan.Steps[0].Effects, e => e.Key == Paths.Key("approval/anew", "database/shop"));
    }

    [Fact]
    public void Plan_WithAnApprovalThatWasUsed_RefusesAgainUntilItIsWrittenAnew()
    {
        var first = Planned(Lost, Allows("database/shop"));
        var use = first.Steps[0].Effects.Single(e => e.Key.Object == ObjectPath.Parse("approval/anew"));
        var lostAgain = Empty.WithRecord(
            ["database/shop"],
            ("database/shop", "exists", "true"),
            (use.Key.Object.ToString(), use.Key.Field.ToString(), use.Value!.Canonical)
        );

        Assert.Equal(PlanRule.Vanished, Assert.Single(Planned(lostAgain, Allows("database/shop")).Refusals).RuleId);
        Assert.Empty(Planned(lostAgain, Allows("database/shop") with { Expires = Now.AddHours(2) }).Refusals);
    }

    [Fact]
    public void Plan_WithAnApprovalOfAnotherObjectClusterOrTime_Refuses()
    {
        var lost = Lost;

        Assert.Single(Planned(lost, Allows("database/shops")).Refusals);
        Assert.Single(Planned(lost, Allows("database/shop/schema/app")).Refusals);
        Assert.Single(Planned(lost, Allows("database/shop") with { Cluster = "other" }).Refusals);
        Assert.Single(Planned(lost, Allows("database/shop") with { Expires = Now }).Refusals);
    }

    [Fact]
    public void Decide_WhenTheApprovalEndedSincePlanning_HoldsTheStepThoughThePlanWasAgreedTo()
    {
        var fleet = Fleet(Declared) with { Approvals = [Allows("database/shop")] };
        var live = Snapshots.Fleet(Lost);
        var plan = Planner.Plan(fleet, live, Plans.Options);
        var consent = new Consent(true, [plan.Id]);

        Assert.IsType<StepVerdict.Go>(
            Approval.Decide(plan, fleet, live, consent, Now).Clusters[0].Of("core/database/shop/create")
        );
        Assert.IsType<StepVerdict.NeedsApproval>(
            Approval.Decide(plan, fleet, live, consent, Now.AddHours(1)).Clusters[0].Of("core/database/shop/create")
        );
        Assert.IsType<StepVerdict.NeedsApproval>(
            Approval.Decide(plan, fleet with { Approvals = [] }, live, consent, Now).Clusters[0].Of("core/database/shop/create")
        );
    }

    private static ClusterPlan Planned(ClusterSnapshot snapshot, ApprovalDocument approval) =>
        Assert.Single(
            Planner.Plan(Fleet(Declared) with { Approvals = [approval] }, Snapshots.Fleet(snapshot), Plans.Options).Clusters
        );

    private static ApprovalDocument Allows(string path) =>
        new(new DocumentHead("Approval", "anew", null, At), null, null, "core", "kari", Now.AddHours(1), At)
        {
            Recreates = [new Located<string>(path, At)],
        };
}
