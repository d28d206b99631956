using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Approving;

/// <summary>Consent given to a plan before the lock was taken covers of the later plan what it was given for, and nothing else.</summary>
public class AgreedPlanTests
{
    private static readonly DateTimeOffset InWindow = new(2026, 3, 2, 1, 30, 0, TimeSpan.Zero);

    private const string Drop = "core/role/made/drop";

    private static readonly ClusterSnapshot WithStray = Snapshots
        .Cluster(Snapshots.Seen("core-1", Snapshots.Primary() with { Roles = [Snapshots.Role("made"), Snapshots.Role("other")] }))
        .WithRecord(["role/made"]);

    [Fact]
    public void Decide_WithConsentToAnEarlierPlanOfTheSame_Removes() =>
        Assert.Equal(new StepVerdict.Go("the caller, by plan id"), Decide(Cluster("core-1"), WithStray).Of(Drop));

    [Fact]
    public void Decide_WithConsentToAnEarlierPlan_CoversNoStepThatItDoesNotHold()
    {
        var now = Cluster("core-1") with { Roles = [Role("app")] };

        Assert.Equal(
            new StepVerdict.NeedsApproval("nobody has agreed to this plan"),
            Decide(now, WithStray).Of("core/role/app/create")
        );
        Assert.Equal(new StepVerdict.Go("mode enforce"), Decide(now, WithStray, ordinary: true).Of("core/role/app/create"));
        Assert.Equal(
            new StepVerdict.NeedsApproval("the plan that was agreed to does not hold it"),
            Decide(now, WithStray, ordinary: true, alone: true).Of("core/role/app/create")
        );
        Assert.IsType<StepVerdict.Go>(Decide(Cluster("core-1"), WithStray, alone: true).Of(Drop));
    }

    [Fact]
    public void Decide_WithConsentToAnEarlierPlan_CoversNoStepOfOneIdWithAnotherAction()
    {
        var earlier = Cluster("core-1") with { Roles = [Role("app", "login") with { Login = true }] };
        var now = Cluster("core-1") with { Roles = [Role("app", "login") with { Login = false }] };

        Assert.IsType<StepVerdict.Go>(Decide(earlier, WithStray, earlier: earlier).Of("core/role/app/create"));
        Assert.IsType<StepVerdict.NeedsApproval>(Decide(now, WithStray, earlier: earlier).Of("core/role/app/create"));
    }

    [Fact]
    public void Decide_WithConsentToAnEarlierPlan_RemovesNothingOnceSomethingMoved()
    {
        var limited = Cluster("core-1") with { Roles = [Role("other", "connectionLimit") with { ConnectionLimit = 5 }] };
        var moved = Snapshots
            .Cluster(
                Snapshots.Seen(
                    "core-1",
                    Snapshots.Primary() with
                    {
                        Roles = [Snapshots.Role("made"), Snapshots.Role("other") with { ConnectionLimit = 7 }],
                    }
                )
            )
            .WithRecord(["role/made"]);

        Assert.IsType<StepVerdict.Go>(Decide(limited, WithStray, ordinary: true, earlier: limited).Of(Drop));
        Assert.Equal(
            new StepVerdict.NeedsApproval("it removes role/made"),
            Decide(limited, moved, ordinary: true, earlier: limited).Of(Drop)
        );
    }

    [Fact]
    public void Moved_OfAClusterThatTheAgreedPlanDoesNotHold_IsNothing()
    {
        var plan = Planner.Plan(Fleet(Cluster("core-1")), Snapshots.Fleet(WithStray), Plans.Options);
        var agreed = new AgreedPlan(plan with { Clusters = [plan.Clusters[0] with { Cluster = "another" }] }, false);

        Assert.Empty(agreed.Moved(plan.Clusters[0]));
    }

    [Fact]
    public void Decide_WithAnApprovalDocument_SaysWhoseConsentItIs()
    {
        var fleet = Fleet(Cluster("core-1"));
        var live = Snapshots.Fleet(WithStray);
        var plan = Planner.Plan(fleet, live, Plans.Options);
        var document = new ApprovalDocument(
            new DocumentHead("Approval", "drop-made", null, At),
            "apply",
            plan.Id,
            null,
            "kari",
            InWindow.AddHours(1),
            At
        );

        Assert.Equal(
            new StepVerdict.Go($"kari, Approval/drop-made at {At}"),
            Approval.Decide(plan, fleet with { Approvals = [document] }, live, Consent.None, InWindow).Clusters[0].Of(Drop)
        );
    }

    [Fact]
    public void Decide_OfAStepThatOnlyForgetsWhatIsGone_NeedsNoConsentToALoss()
    {
        var gone = Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())).WithRecord(["role/made"]);
        var approval = Decide(Cluster("core-1"), gone, ordinary: true);

        Assert.Equal(new StepVerdict.Go("mode enforce"), Assert.Single(approval.Steps, s => s.Step.Removes.Count > 0).Verdict);
    }

    [Fact]
    public void DecideStep_WithConsentToBothPlans_IsByWhoeverSawThisOne()
    {
        var fleet = Fleet(Cluster("core-1"));
        var plan = Planner.Plan(fleet, Snapshots.Fleet(WithStray), Plans.Options);
        var before = plan with { Id = new string('b', 64) };
        var ofBefore = new ApprovalDocument(
            new DocumentHead("Approval", "before", null, At),
            "apply",
            before.Id,
            null,
            "kari",
            InWindow.AddHours(1),
            At
        );

        Assert.Equal(new StepVerdict.Go("the caller, by plan id"), Verdict(new Consent(false, [plan.Id])));
        Assert.Equal(new StepVerdict.Go($"kari, Approval/before at {At}"), Verdict(Consent.None));

        StepVerdict Verdict(Consent consent) =>
            Approval.DecideStep(
                plan,
                plan.Clusters[0],
                plan.Clusters[0].Steps.Single(s => s.Id == Drop),
                fleet with
                {
                    Approvals = [ofBefore],
                },
                consent,
                InWindow,
                new AgreedPlan(before, false)
            );
    }

    [Fact]
    public void DecideStep_OfSeveralRemovals_NamesThemAll()
    {
        var fleet = Fleet(Cluster("core-1"));
        var plan = Planner.Plan(fleet, Snapshots.Fleet(WithStray), Plans.Options);
        var drop = plan.Clusters[0].Steps.Single(s => s.Id == Drop);
        var both = drop with { Removes = [.. drop.Removes, Core.Facets.ObjectPath.Parse("role/other")] };

        Assert.Equal(
            new StepVerdict.NeedsApproval("it removes role/made, role/other"),
            Approval.DecideStep(plan, plan.Clusters[0], both, fleet, Consent.Enforced, InWindow)
        );
    }

    [Fact]
    public void Decide_OfAClusterThatNoDocumentDeclares_RunsNothing()
    {
        var live = Snapshots.Fleet(WithStray);
        var plan = Planner.Plan(Fleet(Cluster("core-1")), live, Plans.Options);
        var without = Fleet(Cluster("core-1")) with { Clusters = [] };
        var consent = new Consent(true, [plan.Id]);

        var approval = Assert.Single(Approval.Decide(plan, without, live, consent, InWindow).Clusters);

        Assert.Equal("no document declares it", approval.Barred);
        Assert.Empty(approval.Steps);
        Assert.Equal(
            new StepVerdict.NeedsApproval("no document declares the cluster"),
            Approval.DecideStep(plan, plan.Clusters[0], plan.Clusters[0].Steps[0], without, consent, InWindow)
        );
    }

    [Fact]
    public void Find_OfWhatThePlanDoesNotHold_IsNull()
    {
        var fleet = Fleet(Cluster("core-1"));
        var live = Snapshots.Fleet(WithStray);
        var approved = Approval.Decide(Planner.Plan(fleet, live, Plans.Options), fleet, live, Consent.Enforced, InWindow);

        Assert.Equal("core", approved.Find("core")?.Cluster);
        Assert.Null(approved.Find("other"));
        Assert.Null(approved.Clusters[0].Of("core/no/such/step"));
    }

    [Fact]
    public void Consent_CoversAPlanByTenDigitsAtLeast()
    {
        const string Id = "0123456789abcdef";

        Assert.True(new Consent(false, [Id[..10]]).Covers(Id));
        Assert.True(new Consent(false, [Id.ToUpperInvariant()]).Covers(Id));
        Assert.False(new Consent(false, [Id[..9]]).Covers(Id));
        Assert.False(new Consent(false, ["1" + Id[1..10]]).Covers(Id));
        Assert.False(Consent.None.Ordinary);
        Assert.Empty(Consent.None.Plans);
    }

    private static ClusterApproval Decide(
        Cluster cluster,
        ClusterSnapshot snapshot,
        bool ordinary = false,
        bool alone = false,
        Cluster? earlier = null
    )
    {
        var fleet = Fleet(cluster);
        var live = Snapshots.Fleet(snapshot);
        var before = Planner.Plan(
            Fleet(earlier ?? Cluster("core-1")),
            Snapshots.Fleet(WithStray),
            Plans.Options with
            {
                RuleBundle = "of the plan before",
            }
        );
        var plan = Planner.Plan(fleet, live, Plans.Options);
        Assert.NotEqual(before.Id, plan.Id);
        return Assert.Single(
            Approval
                .Decide(plan, fleet, live, new Consent(ordinary, [before.Id]), InWindow, new AgreedPlan(before, alone))
                .Clusters
        );
    }
}
