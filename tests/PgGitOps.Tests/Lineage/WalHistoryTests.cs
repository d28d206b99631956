using PgGitOps.Core.Observed;

namespace PgGitOps.Tests.Lineage;

public sealed class WalHistoryTests
{
    [Theory]
    // Timelines, ends and ancestries of two copies, and how the first stands to the second.
    [InlineData("1 0/100", "1 0/100", HistoryRelation.Same)]
    [InlineData("1 0/100", "1 0/200", HistoryRelation.Behind)]
    [InlineData("1 0/300", "1 0/200", HistoryRelation.Ahead)]
    [InlineData("1 0/FFFFFFFF", "1 1/0", HistoryRelation.Behind)]
    [InlineData("1 ?", "1 0/200", HistoryRelation.Same)]
    [InlineData("1 0/100", "2 0/200 1@0/100", HistoryRelation.Behind)]
    [InlineData("1 0/101", "2 0/200 1@0/100", HistoryRelation.Left)]
    [InlineData("1 0/101", "2 0/101 1@0/100", HistoryRelation.Left)]
    [InlineData("2 0/200 1@0/100", "1 0/90", HistoryRelation.Ahead)]
    [InlineData("2 0/200 1@0/100", "1 0/150", HistoryRelation.LeftByOther)]
    [InlineData("1 0/500", "2 0/200 ?", HistoryRelation.Behind)]
    [InlineData("2 0/200 1@0/100", "2 0/300 1@0/120", HistoryRelation.Diverged)]
    [InlineData("2 0/200 1@0/100", "3 0/300 1@0/120", HistoryRelation.Diverged)]
    [InlineData("2 0/200 1@0/100", "3 0/300 1@0/100,2@0/180", HistoryRelation.Left)]
    [InlineData("2 0/180 1@0/100", "3 0/300 1@0/100,2@0/180", HistoryRelation.Behind)]
    [InlineData("3 0/300 1@0/100,2@0/180", "1 0/100", HistoryRelation.Ahead)]
    [InlineData("10 0/300 9@0/100", "9 0/90 8@0/10", HistoryRelation.Ahead)]
    public void To_TellsLineageBeforePositions(string one, string other, HistoryRelation expected) =>
        Assert.Equal(expected, Histories.Read(one).To(Histories.Read(other)));

    [Fact]
    public void To_OfAnotherSystem_IsForeign() =>
        Assert.Equal(
            HistoryRelation.Foreign,
            Histories.Read("1 0/100").To(Histories.Read("1 0/100") with { SystemIdentifier = "9" })
        );

    [Theory]
    [InlineData("00000002.history", "1\t0/1B35988\tno recovery target specified\n", "2: 1@0/1B35988")]
    [InlineData(
        "0000000A.history",
        "# made by hand\n1\t0/100\tx\n\n9\tA/2F000000\treached end of backup, and more words\n",
        "10: 1@0/100, 9@A/2F000000"
    )]
    [InlineData("00000002.history", "1\t0/1B3", "2: 1@0/1B3")]
    [InlineData("00000002.history", "", null)]
    [InlineData("00000002.history", "1\n", null)]
    [InlineData("00000002.history", "one\t0/100\tx\n", null)]
    [InlineData("00000002.history", "1\tnowhere\tx\n", null)]
    [InlineData("2.history", "1\t0/100\tx\n", null)]
    [InlineData("000000010000000000000001", "1\t0/100\tx\n", null)]
    public void Ancestry_IsReadAsTheServerWritesIt_AndATornFileIsNone(string name, string text, string? expected)
    {
        var read = TimelineAncestry.TryParse(name, text);

        Assert.Equal(
            expected,
            read is null ? null : $"{read.Timeline}: {string.Join(", ", read.Forks.Select(f => $"{f.Parent}@{f.At}"))}"
        );
    }

    [Theory]
    [InlineData("0/0", 0UL)]
    [InlineData("0/1B35988", 0x1B35988UL)]
    [InlineData("FF/FFFFFFFF", 0xFFFFFFFFFFUL)]
    [InlineData("", null)]
    [InlineData("/", null)]
    [InlineData("12", null)]
    [InlineData("0/123456789", null)]
    [InlineData("x/1", null)]
    [InlineData(null, null)]
    public void Lsn_IsReadAndWrittenAsPostgresDoes(string? text, ulong? expected)
    {
        var read = Lsn.TryParse(text);

        Assert.Equal(expected, read?.Bytes);
        if (read is { } lsn)
            Assert.Equal(text, lsn.ToString());
    }
}
