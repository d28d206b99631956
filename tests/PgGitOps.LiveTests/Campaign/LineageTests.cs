namespace PgGitOps.LiveTests.Campaign;

/// <summary>Who answers for a lost row.</summary>
public sealed class LineageTests
{
    private const ulong System = 7001;

    private static readonly HandPromotion Promoted = new(
        "core-2",
        10,
        DateTimeOffset.UnixEpoch,
        System,
        FromTimeline: 1,
        ForkAt: 500,
        ToTimeline: 2,
        Excused: true
    );

    private static AcknowledgedRow Row(int timeline, ulong from, ulong to) => new(1, System, timeline, from, to);

    private static LossAccount Account(
        AcknowledgedRow row,
        HandPromotion[] promotions,
        HandLoss[] losses,
        int timeline = 2,
        bool isThere = false
    ) =>
        Lineage.Account([row], System, timeline == 1 ? [] : [(1, 500UL)], _ => isThere, promotions, losses, new HashSet<ulong>());

    [Fact]
    public void ARowBeyondTheForkOfAPromotionByHand_IsTheHands()
    {
        var account = Account(Row(1, 510, 520), [Promoted], []);

        Assert.Equal((1, 0), (account.ByHand, account.ByEngine.Count));
    }

    [Fact]
    public void ARowBeforeTheFork_IsTheEngines() => Assert.Single(Account(Row(1, 480, 490), [Promoted], []).ByEngine);

    [Fact]
    public void ARowBeyondTheFork_OfAPromotionThatHadToKeepAll_IsTheEngines() =>
        Assert.Single(Account(Row(1, 510, 520), [Promoted with { Excused = false }], []).ByEngine);

    [Fact]
    public void ARowBeyondTheForkOfAPromotionThatDidNotCountInTheEnd_IsTheEngines() =>
        Assert.Single(Account(Row(1, 510, 520), [Promoted], [], timeline: 1).ByEngine);

    [Fact]
    public void ARowOfTheNewTimeline_WhereTheOldOneCameBack_IsTheEngines_UnlessItsLastDiskWasTakenAway()
    {
        Assert.Single(Account(Row(2, 510, 520), [Promoted], [], timeline: 1).ByEngine);
        Assert.Equal(
            1,
            Account(Row(2, 510, 520), [Promoted], [new HandLoss("core-2", System, 2, AlsoAt: 0)], timeline: 1).ByHand
        );
        Assert.Single(
            Account(Row(2, 510, 520), [Promoted], [new HandLoss("core-2", System, 2, AlsoAt: 600)], timeline: 1).ByEngine
        );
    }

    [Fact]
    public void ARowBeyondTheForkOfAnotherPromotion_ToATimelineOfTheSameNumber_IsTheEngines() =>
        Assert.Single(Account(Row(1, 480, 490), [Promoted with { ForkAt = 400, Member = "core-3" }], []).ByEngine);

    [Fact]
    public void ARowThatIsThere_IsNobodysLoss() =>
        Assert.Equal(new LossAccount(0, []).ByHand, Account(Row(1, 480, 490), [], [], isThere: true).ByHand);

    [Fact]
    public void HistoryFiles_AreReadAsTimelineAndPosition() =>
        Assert.Equal(
            [(1, 0x1_0000_0010UL), (2, 0x300UL)],
            Lineage.Read("1\t1/10\tno recovery target specified\n\n2\t0/300\treason\n")
        );
}
