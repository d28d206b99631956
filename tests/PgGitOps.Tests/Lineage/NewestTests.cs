using PgGitOps.Core.Evidence;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Lineage;

/// <summary>Which of several stopped primaries may be started.</summary>
public sealed class NewestTests
{
    /// <summary>What a plan starts, the step that starts it starts too: both ask the same.</summary>
    [Theory]
    // The one that went on.
    [InlineData("1 0/500", "2 0/700 1@0/500", null, null, "core-2")]
    // Two that were promoted apart from each other to the same number: only who was seen as primary tells them apart.
    [InlineData("2 0/700 1@0/500", "2 0/700 1@0/500", "2 0/700 1@0/500", null, "core-2")]
    [InlineData("2 0/700 1@0/500", "2 0/700 1@0/500", null, null, null)]
    [InlineData("2 0/700 1@0/500", "2 0/700 1@0/500", null, "core-1", "core-1")]
    // Of one nobody knows how far it reaches.
    [InlineData("1 ?", "2 0/700 1@0/500", null, null, null)]
    public void Newest_OfTwoStoppedPrimaries(string first, string second, string? remembered, string? accepted, string? expected)
    {
        var snapshot = Snapshots.Cluster(
            Histories.Stopped("core-1", false, first),
            Histories.Stopped("core-2", false, second)
        ) with
        {
            Remembered = remembered is null ? null : Histories.Remembered(remembered, "core-2") with { PrimaryTimeline = 2 },
        };

        Assert.Equal(
            expected,
            Primacy.Newest(
                snapshot,
                ["core-1", "core-2"],
                accepted is null ? new HashSet<string>() : new HashSet<string> { accepted }
            )
        );
    }
}
