using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Approving;

public class ApprovalTests
{
    // The test environment's window opens at 02:00 Europe/Oslo for two hours.
    private static readonly DateTimeOffset InWindow = new(2026, 3, 2, 1, 30, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset OutOfWindow = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly ClusterSnapshot WithStray = Snapshots
        .Cluster(Snapshots.Seen("core-1", Snapshots.Primary() with { Roles = [Snapshots.Role("made")] }))
        .WithRecord(["role/made"]);

    [Fact]
    public void Decide_OutsideTheWindow_MakesRestartsWaitAndLetsReloadsGo()
    {
        var (plan, fleet, live) = Planned(
            Cluster("core-1") with
            {
                Parameters = [Setting("max_connections", "200"), Setting("work_mem", "8MB")],
            },
            Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary()))
        );

        var approval = Assert.Single(Approval.Decide(plan, fleet, live, Consent.Enforced, OutOfWindow).Clusters);

        Assert.IsType<StepVerdict.Go>(approval.Of("core/member/core-1/parameters"));
        var waits = Assert.IsType<StepVerdict.Waits>(approval.Of("core/member/core-1/restart"));
        Assert.Equal(new DateTimeOffset(2026, 3, 3, 1, 0, 0, TimeSpan.Zero), waits.Opens);
    }

    [Fact]
    public void Decide_InsideTheWindow_LetsRestartsGo()
    {
        var (plan, fleet, live) = Planned(
            Cluster("core-1") with
            {
                Parameters = [Setting("max_connections", "200")],
            },
            Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary()))
        );

        var approval = Assert.Single(Approval.Decide(plan, fleet, live, Consent.Enforced, InWindow).Clusters);

        Assert.All(approval.Steps, s => Assert.IsType<StepVerdict.Go>(s.Verdict));
    }

    [Fact]
    public void Decide_WithoutConsentToThePlan_NeverRemoves()
    {
        var (plan, fleet, live) = Planned(Cluster("core-1"), WithStray);

        Assert.IsType<StepVerdict.NeedsApproval>(
            Approval.Decide(plan, fleet, live, Consent.Enforced, InWindow).Clusters[0].Of("core/role/made/drop")
        );
        Assert.IsType<StepVerdict.Go>(
            Approval
                .Decide(plan, fleet, live, new Consent(false, [plan.Id[..12]]), InWindow)
                .Clusters[0]
                .Of("core/role/made/drop")
        );
        Assert.IsType<StepVerdict.NeedsApproval>(
            Approval.Decide(plan, fleet, live, new Consent(true, [plan.Id[..9]]), InWindow).Clusters[0].Of("core/role/made/drop")
        );
    }

    [Fact]
    public void Decide_WithAnApprovalDocument_RemovesUntilItExpires()
    {
        var (plan, fleet, live) = Planned(Cluster("core-1"), WithStray);
        var document = new ApprovalDocument(
            new DocumentHead("Approval", "drop-made", null, At),
            "apply",
            plan.Id,
            "core",
            "kari",
            InWindow.AddHours(1),
            At
        );

        Assert.IsType<StepVerdict.Go>(Decide(document, InWindow));
        Assert.IsType<StepVerdict.NeedsApproval>(Decide(document, InWindow.AddHours(1)));
        Assert.IsType<StepVerdict.NeedsApproval>(Decide(document with { Cluster = "other" }, InWindow));
        Assert.IsType<StepVerdict.NeedsApproval>(Decide(document with { Action = "promote" }, InWindow));

        StepVerdict? Decide(ApprovalDocument approval, DateTimeOffset now) =>
            Approval
                .Decide(plan, fleet with { Approvals = [approval] }, live, Consent.Enforced, now)
                .Clusters[0]
                .Of("core/role/made/drop");
    }

    [Fact]
    public void Decide_WhileSuspended_ApprovesNothingAndSaysWhoAndWhy()
    {
        var snapshot = WithStray with
        {
            Record = new Observation<ClusterRecord>.Seen(
                new ClusterRecord([], [], new Suspension("migration", "kari", InWindow, InWindow.AddHours(2))),
                InWindow
            ),
        };
        var (plan, fleet, live) = Planned(Cluster("core-1") with { Roles = [Role("app")] }, snapshot);

        var during = Assert.Single(Approval.Decide(plan, fleet, live, Consent.Enforced, InWindow.AddHours(1)).Clusters);
        var after = Assert.Single(Approval.Decide(plan, fleet, live, Consent.Enforced, InWindow.AddHours(2)).Clusters);

        Assert.Empty(during.Steps);
        Assert.Contains("kari", during.Barred, StringComparison.Ordinal);
        Assert.Contains("migration", during.Barred, StringComparison.Ordinal);
        Assert.True(after.RunsSomething);
    }

    [Fact]
    public void Decide_WhenAStepWaits_HoldsWhatDependsOnIt()
    {
        var snapshot = Snapshots.Cluster(
            Snapshots.Seen("core-1", Snapshots.Primary("core-2")),
            Snapshots.Seen("core-2", Snapshots.Standby())
        );
        var (plan, fleet, live) = Planned(
            Cluster("core-1", "core-2") with
            {
                Parameters = [Setting("max_connections", "200")],
            },
            snapshot
        );

        var approval = Assert.Single(Approval.Decide(plan, fleet, live, Consent.Enforced, OutOfWindow).Clusters);

        Assert.Equal(
            "core/member/core-2/restart",
            Assert.IsType<StepVerdict.Behind>(approval.Of("core/member/core-1/parameters-raise")).StepId
        );
    }

    [Fact]
    public void Plan_InModeObserve_HasNothingToApprove()
    {
        var cluster = Cluster("core-1") with { Mode = ReconcileMode.Observe, Roles = [Role("app")] };
        var (plan, fleet, live) = Planned(cluster, Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())));

        Assert.False(Approval.Decide(plan, fleet, live, Consent.Enforced, InWindow).Clusters[0].RunsSomething);
        Assert.Equal(FieldTreatment.Observe, Assert.Single(plan.Clusters[0].Changes).Treatment);
    }

    private static (Plan Plan, ValidFleet Fleet, FleetSnapshot Live) Planned(Cluster cluster, ClusterSnapshot snapshot)
    {
        var fleet = Fleet(cluster);
        var live = Snapshots.Fleet(snapshot);
        return (Planner.Plan(fleet, live, Plans.Options), fleet, live);
    }
}
