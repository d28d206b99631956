using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Lineage;

/// <summary>Who is primary by history, and what a plan does about it.</summary>
public sealed class PrimacyTests
{
    private static readonly string[] Members = ["core-1", "core-2", "core-3"];

    private static ClusterSnapshot Seen(RememberedCluster? remembered, params MemberSnapshot[] members) =>
        Snapshots.Cluster(members) with
        {
            Remembered = remembered,
        };

    private static ApprovalDocument Accepting(string primary) =>
        new(new DocumentHead("Approval", "accept", null, At), null, null, "core", "dba", Snapshots.At.AddHours(1), At)
        {
            Primaries = [new Located<string>(primary, At)],
        };

    private static ClusterPlan PlanOf(ClusterSnapshot snapshot) => Plans.Of(Cluster(Members), snapshot);

    [Fact]
    [Trait("Requirement", "R-08")]
    public void Plan_WhenTheOldPrimaryIsBackAlone_AndAStandbyFollowsAnotherTimeline_ChangesNothing_AndNamesBoth()
    {
        // m1 came back by itself; m2, promoted by hand, does not answer; m3 followed m2.
        var plan = PlanOf(
            Seen(
                null,
                Histories.Running("core-1", true, "1 0/500"),
                Snapshots.Unreachable("core-2"),
                Histories.Running("core-3", false, "2 0/700 1@0/400")
            )
        );

        Assert.Empty(plan.Steps);
        var refusal = Assert.Single(plan.Refusals, r => r.RuleId == PlanRule.OutdatedPrimary);
        Assert.Contains("core-1", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(
            "core-3 holds timeline 2 at 0/700, which left timeline 1 at 0/400",
            refusal.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(ClusterAlertKind.TwoHistories, plan.Alert!.Kind);
    }

    [Fact]
    [Trait("Requirement", "R-08")]
    public void Plan_WhenOnlyTheMemoryKnowsOfTheFailover_TakesTheOldPrimaryForNone()
    {
        var plan = PlanOf(
            Seen(
                Histories.Remembered("2 0/700 1@0/400", "core-2"),
                Histories.Running("core-1", true, "1 0/500"),
                Snapshots.Unreachable("core-2"),
                Histories.Running("core-3", false, "1 0/400")
            )
        );

        Assert.Empty(plan.Steps);
        Assert.Contains(
            plan.Refusals,
            r => r.RuleId == PlanRule.OutdatedPrimary && r.Message.Contains("what was seen of core-2", StringComparison.Ordinal)
        );
        Assert.Empty(plan.Found);
    }

    [Fact]
    public void Plan_AfterAFailoverByHand_TakesTheYoungerTimelineForThePrimary()
    {
        // WAL of the old timeline beyond the fork was seen once, and is lost: a person promoted core-2 knowing that.
        var plan = PlanOf(
            Seen(
                Histories.Remembered("1 0/500"),
                Snapshots.Unreachable("core-1"),
                Histories.Running("core-2", true, "2 0/700 1@0/400"),
                Histories.Running("core-3", false, "2 0/700 1@0/400")
            )
        );

        Assert.DoesNotContain(plan.Refusals, r => r.RuleId == PlanRule.OutdatedPrimary);
        Assert.Null(plan.Alert);
    }

    [Theory]
    // A copy put back to an earlier time: the same timeline, and less of it.
    [InlineData("1 0/400", "1 0/500")]
    // Two were promoted on their own, and took the same number.
    [InlineData("2 0/900 1@0/300", "2 0/700 1@0/400")]
    [InlineData("3 0/900 1@0/300", "2 0/700 1@0/400")]
    public void Plan_WhenTheMemoryHoldsAnotherHistory_Refuses(string primary, string remembered)
    {
        var plan = PlanOf(
            Seen(
                Histories.Remembered(remembered),
                Histories.Running("core-1", true, primary),
                Snapshots.Absent("core-2"),
                Snapshots.Absent("core-3")
            )
        );

        Assert.Empty(plan.Steps);
        Assert.Contains(plan.Refusals, r => r.RuleId == PlanRule.OutdatedPrimary);
    }

    [Fact]
    public void Plan_WhenAStandbyWasReadAMomentLater_TakesItForNoNewerHistory()
    {
        var plan = PlanOf(
            Seen(
                Histories.Remembered("1 0/400"),
                Histories.Running("core-1", true, "1 0/500"),
                Histories.Receiving("core-2", "1 0/508"),
                Histories.Running("core-3", false, "1 0/500")
            )
        );

        Assert.DoesNotContain(plan.Refusals, r => r.RuleId == PlanRule.OutdatedPrimary);
    }

    [Fact]
    public void Plan_WhenThePrimaryWasPutBackToAnEarlierTime_AndOnlyAStandbyThatReceivesNothingTells_Refuses()
    {
        // The state directory is lost; a base backup was put in the primary's place and started. The standby cannot go on from it.
        var plan = PlanOf(
            Seen(
                null,
                Histories.Running("core-1", true, "1 0/400"),
                Histories.Running("core-2", false, "1 0/500"),
                Snapshots.Absent("core-3")
            )
        );

        Assert.Empty(plan.Steps);
        Assert.Contains(
            plan.Refusals,
            r =>
                r.RuleId == PlanRule.OutdatedPrimary
                && r.Message.Contains("core-2 holds timeline 1 at 0/500", StringComparison.Ordinal)
        );
        Assert.Equal(ClusterAlertKind.TwoHistories, plan.Alert!.Kind);
    }

    [Theory]
    [InlineData(-256, true)]
    [InlineData(0, false)]
    public void Plan_WhenThePrimaryItselfShowsAStandbyThatIsAhead_Refuses(long behind, bool refused)
    {
        // It streams: the standby asked from the beginning of a segment that both have.
        var primary = ((Observation<ServerFacts>.Seen)Histories.Running("core-1", true, "1 0/400").Server).Value with
        {
            Standbys = [new StandbyFact("core-2", "10.0.0.2", "streaming", "async", "0/400", "0/500", "0/500", behind)],
        };
        var plan = PlanOf(
            Seen(null, Snapshots.Seen("core-1", primary), Histories.Receiving("core-2", "1 0/500"), Snapshots.Absent("core-3"))
        );

        Assert.Equal(refused, plan.Refusals.Any(r => r.RuleId == PlanRule.OutdatedPrimary));
    }

    [Theory]
    // Both stood at the same position when they were promoted: number and ancestry are the same, and the one that is left has gone further.
    [InlineData("2 0/900 1@0/400", "core-2", 2, true)]
    // A failover as it should be: the next number.
    [InlineData("3 0/900 2@0/600,1@0/400", "core-2", 2, false)]
    // The same primary; one that is declared no more, so that this may be it under another name; a memory of before this was written down.
    [InlineData("2 0/900 1@0/400", "core-1", 2, false)]
    [InlineData("2 0/900 1@0/400", "core-9", 2, false)]
    [InlineData("2 0/900 1@0/400", "core-2", null, false)]
    public void Plan_WhenAnotherMemberWasPrimaryOnTheSameTimeline_Refuses(
        string primary,
        string remembered,
        int? timeline,
        bool refused
    )
    {
        var memory = Histories.Remembered("2 0/500 1@0/400", remembered) with { PrimaryTimeline = timeline };

        var running = PlanOf(
            Seen(memory, Histories.Running("core-1", true, primary), Snapshots.Absent("core-2"), Snapshots.Absent("core-3"))
        );
        var stopped = PlanOf(
            Seen(memory, Histories.Stopped("core-1", false, primary), Snapshots.Absent("core-2"), Snapshots.Absent("core-3"))
        );

        Assert.All(
            [running, stopped],
            plan =>
                Assert.Equal(
                    refused,
                    plan.Refusals.Any(r =>
                        r.RuleId == PlanRule.OutdatedPrimary
                        && r.Message.Contains("was promoted apart from it", StringComparison.Ordinal)
                    )
                )
        );
        Assert.Equal(!refused, stopped.Ids().Contains("core/member/core-1/start"));
    }

    [Fact]
    public void Plan_WhenTheFencingTokenWentBack_Refuses()
    {
        var remembered = Histories.Remembered("1 0/400") with { Token = 9 };
        var snapshot = Seen(remembered, Histories.Running("core-1", true, "1 0/500")) with
        {
            Record = new Observation<ClusterRecord>.Seen(new ClusterRecord([], [], null) { Token = 8 }, Snapshots.At),
        };

        Assert.IsType<Primacy.Outdated>(Primacy.Of(snapshot, new HashSet<string>()));
        Assert.IsType<Primacy.Proven>(
            Primacy.Of(snapshot with { Remembered = remembered with { Token = 8 } }, new HashSet<string>())
        );
    }

    [Fact]
    public void Primacy_OfAClusterThatWasMadeAnew_IsNotHeldAgainstTheTokenOfTheOneBefore()
    {
        var remembered = Histories.Remembered("1 0/400") with { SystemIdentifier = "6001", Token = 9 };
        remembered = remembered with { Furthest = remembered.Furthest with { SystemIdentifier = "6001" } };
        var snapshot = Seen(remembered, Histories.Running("core-1", true, "1 0/500")) with
        {
            Record = new Observation<ClusterRecord>.Seen(new ClusterRecord([], [], null) { Token = 1 }, Snapshots.At),
        };

        Assert.IsType<Primacy.Proven>(Primacy.Of(snapshot, new HashSet<string>()));
    }

    [Theory]
    [InlineData("1 0/500", "2 0/700 1@0/400", false)]
    [InlineData("1 0/500", "1 0/600", false)]
    [InlineData("1 ?", "1 0/400", false)]
    [InlineData("1 0/500", "1 0/500", true)]
    [InlineData("1 0/500", "1 0/400", true)]
    [InlineData("2 0/700 1@0/400", "1 0/500", true)]
    public void Plan_WhenOnlyAFormerPrimaryIsLeft_StartsItOnlyWithTheNewestHistory(string stopped, string standby, bool starts)
    {
        var plan = PlanOf(
            Seen(
                null,
                Histories.Stopped("core-1", false, stopped),
                Snapshots.Absent("core-2"),
                Histories.Running("core-3", false, standby)
            )
        );

        Assert.Equal(starts, plan.Ids().Contains("core/member/core-1/start"));
        Assert.Equal(
            !starts,
            plan.Refusals.Any(r =>
                r.RuleId == PlanRule.OutdatedPrimary && r.Message.Contains("core-3 holds", StringComparison.Ordinal)
            )
        );
        Assert.Equal(ClusterAlertKind.NoPrimary, plan.Alert!.Kind);
    }

    [Theory]
    // The old primary lies where the failover left it; beyond the fork it holds what the newer history gave up.
    [InlineData("1 0/500", "2 0/700 1@0/400", "core-2")]
    [InlineData("1 0/400", "2 0/700 1@0/400", "core-2")]
    // A copy that was taken earlier.
    [InlineData("1 0/500", "1 0/400", "core-1")]
    // One and the same, two that were promoted on their own, and one that could not be read: for people to say.
    [InlineData("1 0/500", "1 0/500", null)]
    [InlineData("2 0/900 1@0/300", "2 0/700 1@0/400", null)]
    [InlineData("1 ?", "1 0/400", null)]
    public void Plan_WhenTwoStoppedMembersHoldAPrimarysData_StartsTheOneWithTheNewestHistoryAlone(
        string first,
        string second,
        string? starts
    )
    {
        var plan = PlanOf(
            Seen(
                null,
                Histories.Stopped("core-1", false, first),
                Histories.Stopped("core-2", false, second),
                Histories.Running("core-3", false, "1 0/300")
            )
        );

        Assert.Equal(
            starts is null ? [] : [$"core/member/{starts}/start"],
            plan.Ids().Where(i => i.EndsWith("/start", StringComparison.Ordinal))
        );
        Assert.Contains(plan.Refusals, r => r.RuleId == (starts is null ? PlanRule.NobodyIsPrimary : PlanRule.FormerPrimary));
        Assert.Equal(ClusterAlertKind.NoPrimary, plan.Alert!.Kind);
    }

    [Fact]
    public void Plan_WhenOneOfTwoStoppedPrimariesIsAccepted_StartsThatOne()
    {
        var snapshot = Seen(
            null,
            Histories.Stopped("core-1", false, "2 0/900 1@0/300"),
            Histories.Stopped("core-2", false, "2 0/700 1@0/400"),
            Histories.Running("core-3", false, "1 0/300")
        );

        var plan = Plans.Of(Cluster(Members), snapshot, approvals: [Accepting("core-2")]);

        Assert.Contains("core/member/core-2/start", plan.Ids());
        Assert.DoesNotContain("core/member/core-1/start", plan.Ids());
    }

    [Fact]
    public void Plan_WhenAMemberBesideStoppedPrimariesCannotBeSeen_StartsNone()
    {
        var plan = PlanOf(
            Seen(
                null,
                Histories.Stopped("core-1", false, "1 0/500"),
                Histories.Stopped("core-2", false, "2 0/700 1@0/400"),
                Snapshots.Unreachable("core-3")
            )
        );

        Assert.Empty(plan.Steps);
        Assert.Contains(plan.Refusals, r => r.RuleId == PlanRule.NoPrimary);
    }

    [Fact]
    public void Plan_WhenAStoppedStandbyKnowsOfAPromotion_DoesNotStartTheFormerPrimary()
    {
        var standby = Histories.Stopped("core-3", true, "1 0/400");
        var directory = ((Observation<DataDirectoryFacts>.Seen)standby.Host!).Value with
        {
            KnownTimelines = [new TimelineAncestry(2, [new TimelineFork(1, "0/400")])],
        };
        standby = standby with { Host = new Observation<DataDirectoryFacts>.Seen(directory, Snapshots.At) };

        var plan = PlanOf(Seen(null, Histories.Stopped("core-1", false, "1 0/500"), Snapshots.Absent("core-2"), standby));

        Assert.Empty(plan.Steps);
        Assert.Contains(plan.Refusals, r => r.Message.Contains("the history file of timeline 2", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_WhenNobodyIsPrimary_SaysFirstWhoHoldsMost_AndWhatToDo()
    {
        var remembered = Histories.Remembered("2 0/600 1@0/400", "core-2") with
        {
            Standing = nameof(Primacy.Nobody),
            StandingSince = Snapshots.At.AddMinutes(-5),
        };

        var alert = PlanOf(
            Seen(
                remembered,
                Histories.Stopped("core-1", false, "1 0/500"),
                Snapshots.Unreachable("core-2"),
                Histories.Running("core-3", false, "2 0/700 1@0/400")
            )
        ).Alert!;

        Assert.StartsWith("NO PRIMARY", alert.Headline, StringComparison.Ordinal);
        Assert.Contains("last primary core-2", alert.Headline, StringComparison.Ordinal);
        Assert.Equal(Snapshots.At.AddMinutes(-5), alert.Since);
        Assert.StartsWith("core-3 holds timeline 2 at 0/700", alert.Evidence[0], StringComparison.Ordinal);
        Assert.Contains("256 bytes of it beyond the fork at 0/400", alert.Evidence[1], StringComparison.Ordinal);
        Assert.Contains("core-2", alert.Evidence[2], StringComparison.Ordinal);
        Assert.Contains("whether core-2 lives", alert.Advice, StringComparison.Ordinal);
        Assert.Contains("bring back core-3", alert.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_WhenAPersonAcceptsTheOlderHistory_GoesOnWithIt()
    {
        var approval = Accepting("core-1");
        var snapshot = Seen(
            Histories.Remembered("2 0/700 1@0/400", "core-2"),
            Histories.Running("core-1", true, "1 0/500"),
            Snapshots.Absent("core-2"),
            Snapshots.Absent("core-3")
        );

        var plan = Plans.Of(Cluster(Members), snapshot, approvals: [approval]);

        Assert.Contains("core/member/core-2/clone", plan.Ids());
        var learnt = ClusterMemory.Learn(
            snapshot.Remembered,
            snapshot,
            Cluster(Members),
            Environment(),
            new Primacy.Proven("core-1"),
            new HashSet<string> { "core-1" },
            Snapshots.At
        )!;
        Assert.Equal((1, "core-1", (int?)1), (learnt.Furthest.Timeline, learnt.Primary, learnt.PrimaryTimeline));
    }
}
