using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Reporting.Snapshots;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Lineage;

/// <summary>What WAL archives hold counts as what members hold; what they leave unanswered is said, and is never "nothing newer".</summary>
public sealed class ArchiveWitnessTests
{
    private static readonly HashSet<string> Nobody = [];

    private static ClusterSnapshot Seen(RememberedCluster? remembered, params MemberSnapshot[] members) =>
        Snapshots.Cluster(members) with
        {
            Remembered = remembered,
        };

    private static RememberedCluster LastPrimary(string member, string history) =>
        Histories.Remembered(history, member) with
        {
            PrimaryTimeline = Histories.Read(history).Timeline,
        };

    private static ApprovalDocument Accepting(string primary) =>
        new(new DocumentHead("Approval", "accept", null, At), null, null, "core", "dba", Snapshots.At.AddHours(1), At)
        {
            Primaries = [new Located<string>(primary, At)],
        };

    private static ClusterPlan PlanOf(ClusterSnapshot snapshot, params ApprovalDocument[] approvals) =>
        Plans.Of(Fleets.Cluster("core-1", "core-2"), snapshot, approvals: approvals);

    [Theory]
    [Trait("Requirement", "R-08")]
    // The archive holds a promotion that nobody else knows of: core-1 ended before it, at it, and behind it.
    [InlineData("1 0/300", "2 1@0/400", "timeline 2, which left timeline 1 at 0/400")]
    [InlineData("1 0/500", "2 1@0/400", "timeline 2, which left timeline 1 at 0/400; timeline 1 at 0/500 has gone on alone")]
    [InlineData("1 ?", "2 1@0/400", "timeline 2, which left timeline 1 at 0/400")]
    // Promoted apart from each other.
    [InlineData(
        "2 0/900 1@0/300",
        "2 1@0/400",
        "timeline 2, which left timeline 1 at 0/400, and does not descend from timeline 2"
    )]
    [InlineData("2 0/900 1@0/300", "3 1@0/300,1@0/400", "timeline 3, which left timeline 1 at 0/400, and does not descend")]
    public void Plan_WhenOnlyTheArchiveHoldsANewerHistory_DoesNotStartTheOldPrimary_AndSaysWhoHoldsWhat(
        string stopped,
        string archived,
        string holds
    )
    {
        var plan = PlanOf(Seen(null, Histories.Stopped("core-1", false, stopped).Archived(archived), Snapshots.Absent("core-2")));

        Assert.Empty(plan.Steps);
        var refusal = Assert.Single(plan.Refusals, r => r.RuleId == PlanRule.OutdatedPrimary);
        Assert.Contains($"the archive of core-1 holds {holds}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("primary: core-1", refusal.Hint, StringComparison.Ordinal);
        Assert.Contains(plan.Alert!.Evidence, e => e.StartsWith("core-1 holds", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1 0/500")]
    // Its own timeline, which it was promoted to itself.
    [InlineData("2 0/500 1@0/400", "2 1@0/400")]
    // Its history file went with its WAL.
    [InlineData("2 0/500 ?", "2 1@0/400")]
    public void Plan_WhenTheArchiveHoldsNothingNewer_StartsTheStoppedPrimary(string stopped, params string[] archived)
    {
        var plan = PlanOf(Seen(null, Histories.Stopped("core-1", false, stopped).Archived(archived), Snapshots.Absent("core-2")));

        Assert.Contains(plan.Steps, s => s.Action is StepAction.StartServer { Member: "core-1" });
        Assert.Empty(plan.Unknowns);
    }

    [Fact]
    [Trait("Requirement", "R-08")]
    public void Plan_WhenTheArchiveOfAStandbyKnowsOfAPromotion_TakesTheRunningPrimaryForOutdated()
    {
        var plan = PlanOf(
            Seen(
                LastPrimary("core-1", "1 0/400"),
                Histories.Running("core-1", true, "1 0/500"),
                Histories.Stopped("core-2", true, "1 0/400").Archived("2 1@0/400")
            )
        );

        Assert.Empty(plan.Steps);
        Assert.Equal(ClusterAlertKind.TwoHistories, plan.Alert!.Kind);
        Assert.Contains("the archive of core-2", plan.Alert.Headline, StringComparison.Ordinal);
        Assert.Contains(plan.Refusals, r => r.RuleId == PlanRule.OutdatedPrimary);
    }

    [Fact]
    public void Primacy_OfThePrimaryThatTheArchiveTellsOf_IsProven()
    {
        // core-2 was promoted by hand; the standby beside it is still on the old timeline, and so its archive holds "more" than itself.
        var seen = Seen(
            null,
            Histories.Stopped("core-1", true, "1 0/400").Archived("2 1@0/400"),
            Histories.Running("core-2", true, "2 0/500 1@0/400").Archived("2 1@0/400")
        );

        Assert.Equal(new Primacy.Proven("core-2"), Primacy.Of(seen, Nobody));
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    // The last primary, and nobody is out of sight: no promotion could be known to the archive alone.
    [InlineData(true, false, false)]
    public void Plan_WhenTheArchiveGivesNoAnswer_StartsOnlyWhereItIsNotTheOnlyWitness(bool remembered, bool lost, bool refused)
    {
        var snapshot = Seen(
            remembered ? LastPrimary("core-1", "1 0/400") : null,
            Histories.Stopped("core-1", false, "1 0/500").ArchiveSilent("osl-1: no answer within 5s"),
            lost ? Snapshots.Absent("core-2") : Histories.Stopped("core-2", true, "1 0/500")
        );

        var plan = PlanOf(snapshot);

        Assert.Equal(
            ["what the archive of core-1 holds is not known: osl-1: no answer within 5s"],
            plan.Unknowns.Where(u => u.Contains("archive", StringComparison.Ordinal))
        );
        Assert.Contains(
            plan.Alert!.Evidence,
            e => e.StartsWith("what the archive of core-1 holds is not known", StringComparison.Ordinal)
        );
        Assert.Equal(refused, plan.Refusals.Any(r => r.RuleId == PlanRule.ArchiveUnanswered));
        Assert.Equal(!refused, plan.Steps.Any(s => s.Action is StepAction.StartServer { Member: "core-1" }));
        // The way out, with the archive gone for good.
        Assert.Contains(
            PlanOf(snapshot, Accepting("core-1")).Steps,
            s => s.Action is StepAction.StartServer { Member: "core-1" }
        );
    }

    [Fact]
    public void Plan_WhenTheArchiveOfARunningPrimaryGivesNoAnswer_SaysSo_AndGoesOn()
    {
        var seen = Seen(
            null,
            Histories.Running("core-1", true, "1 0/500").ArchiveSilent("osl-1: no answer within 5s"),
            Histories.Receiving("core-2", "1 0/500")
        );

        Assert.Equal(new Primacy.Proven("core-1"), Primacy.Of(seen, Nobody));
        Assert.Contains(PlanOf(seen).Unknowns, u => u.Contains("the archive of core-1", StringComparison.Ordinal));
    }

    [Fact]
    public void Claims_OfWhatAnArchiveGaveBeforeItFellSilent_StandAllTheSame()
    {
        var seen = Seen(
            null,
            Histories.Stopped("core-1", false, "1 0/500").Archived("2 1@0/400") is { Archive: Observation<ArchiveFacts>.Seen a } m
                ? m with
                {
                    Archive = new Observation<ArchiveFacts>.Seen(a.Value with { Gap = "osl-1: cut short" }, a.When),
                }
                : throw new InvalidOperationException(),
            Snapshots.Absent("core-2")
        );

        Assert.Contains(PlanOf(seen).Refusals, r => r.RuleId == PlanRule.OutdatedPrimary);
        Assert.Contains("cut short", Assert.Single(ArchiveWitness.Unanswered(seen)), StringComparison.Ordinal);
    }

    [Fact]
    public void Claims_OfAHistoryWhoseWalIsAnotherClusters_AreNone_AndTheArchiveIsNotKnown()
    {
        var stopped = Histories.Stopped("core-1", false, "1 0/500");
        ClusterSnapshot With(string identifier) =>
            Seen(null, stopped.Archived("2 1@0/400").ArchivedBy(identifier), Snapshots.Absent("core-2"));

        Assert.Contains(
            "of another cluster (system identifier 9999)",
            Assert.Single(ArchiveWitness.Unanswered(With("9999"))),
            StringComparison.Ordinal
        );
        Assert.Contains(PlanOf(With("9999")).Refusals, r => r.RuleId == PlanRule.ArchiveUnanswered);
        Assert.Contains(PlanOf(With("7001")).Refusals, r => r.RuleId == PlanRule.OutdatedPrimary);
    }

    [Fact]
    public void Claims_WithoutAnArchive_AreNone()
    {
        var stopped = Histories.Stopped("core-1", false, "1 0/500") with
        {
            Archive = new Observation<ArchiveFacts>.Absent("no restore_command on osl-1", Snapshots.At),
        };
        var plan = PlanOf(Seen(null, stopped, Snapshots.Absent("core-2")));

        Assert.Contains(plan.Steps, s => s.Action is StepAction.StartServer { Member: "core-1" });
        Assert.Empty(plan.Unknowns);
    }

    [Fact]
    public void Memory_OfAnAcceptedPrimary_DismissesWhatTheArchiveHeldAgainstIt_AlsoWithoutTheApproval()
    {
        var archived = Histories.Stopped("core-1", false, "1 0/500").Archived("2 1@0/400");
        var memory = LastPrimary("core-1", "1 0/400");
        var seen = Seen(memory, archived, Histories.Stopped("core-2", true, "1 0/400"));
        HashSet<string> accepted = ["core-1"];

        var learnt = ClusterMemory.Learn(
            memory,
            seen,
            Cluster("core-1", "core-2"),
            Environment(),
            Primacy.Of(seen, accepted),
            accepted,
            Snapshots.At
        )!;

        Assert.Equal([new TimelineAncestry(2, [new TimelineFork(1, "0/400")])], learnt.Dismissed);
        Assert.Empty(Primacy.ClaimsAgainst("core-1", seen with { Remembered = learnt }));
        // Promoted once more since, from there or from elsewhere: that is another history.
        foreach (var younger in (string[])["2 1@0/480", "3 1@0/400,2@0/600"])
            Assert.NotEmpty(
                Primacy.ClaimsAgainst(
                    "core-1",
                    Seen(learnt, Histories.Stopped("core-1", false, "1 0/500").Archived(younger), Snapshots.Absent("core-2"))
                )
            );
        Assert.Equal(learnt, RememberedClusterJson.Read(RememberedClusterJson.Write(learnt)).Cluster);
        Assert.Equal(learnt.Dismissed, ClusterMemory.Merge(learnt, memory).Dismissed);
    }

    [Fact]
    public void ToAsk_OfAHealthyCluster_IsNobody_AndOfADoubtfulOneEverybodyWhoWasSeen()
    {
        var memory = LastPrimary("core-1", "1 0/400");
        var primary = Histories.Running("core-1", true, "1 0/500");
        var standby = Histories.Receiving("core-2", "1 0/500");

        Assert.Empty(Asked(memory, primary, standby));
        // A stopped standby shows what it holds.
        Assert.Empty(Asked(memory, primary, Histories.Stopped("core-2", true, "1 0/500")));
        // Two primaries are refused in any case.
        Assert.Empty(Asked(null, primary, Histories.Running("core-2", true, "1 0/500")));
        Assert.Equal(["core-1", "core-2"], Asked(null, primary, standby));
        Assert.Equal(["core-1", "core-2"], Asked(LastPrimary("core-2", "1 0/400"), primary, standby));
        Assert.Equal(["core-1", "core-2"], Asked(memory, Histories.Running("core-1", true, "2 0/500 1@0/400"), standby));
        Assert.Equal(["core-1"], Asked(memory, primary, Snapshots.Absent("core-2")));
        Assert.Equal(["core-1"], Asked(memory, primary, Snapshots.Unreachable("core-2")));
        Assert.Equal(["core-1", "core-2"], Asked(memory, Histories.Stopped("core-1", false, "1 0/500"), standby));
        Assert.Empty(Asked(memory, Snapshots.Absent("core-1"), Snapshots.Absent("core-2")));

        static IEnumerable<string> Asked(RememberedCluster? remembered, params MemberSnapshot[] members) =>
            ArchiveWitness.ToAsk(Seen(remembered, members)).Select(h => h.Member);
    }
}
