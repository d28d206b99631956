using System.Text;
using PgGitOps.Providers.Git.Trees;

namespace PgGitOps.Tests.Git;

/// <summary>What two versions of a folder differ in is told from their bytes only where it is the contents of files.</summary>
public sealed class TreeEditsTests
{
    private static byte[] Entry(string head, byte id) => [.. Encoding.UTF8.GetBytes(head), 0, .. Enumerable.Repeat(id, 20)];

    private static string Id(byte id) => string.Concat(Enumerable.Repeat(id.ToString("x2"), 20));

    [Fact]
    public void Between_ContentsOfFiles_TellsTheirNamesAndNewIds()
    {
        byte[] before = [.. Entry("100644 a", 0), .. Entry("40000 b", 1), .. Entry("100755 ø", 2), .. Entry("120000 z", 3)];
        byte[] now = [.. Entry("100644 a", 9), .. Entry("40000 b", 1), .. Entry("100755 ø", 8), .. Entry("120000 z", 3)];

        Assert.Equal([("a", Id(9)), ("ø", Id(8))], TreeEdits.Between(before, now)!);
        Assert.Empty(TreeEdits.Between(before, [.. before])!);
    }

    [Theory]
    [InlineData("100644 b", "another name of the same length")]
    [InlineData("100755 a", "another mode")]
    [InlineData("120000 a", "a link")]
    [InlineData("40000 aa", "a folder, and as many bytes")]
    [InlineData("100644 ab", "a longer name")]
    public void Between_AnythingElse_IsNull(string head, string what)
    {
        byte[] before = [.. Entry("100644 a", 1), .. Entry("100644 z", 2)];

        Assert.True(TreeEdits.Between(before, [.. Entry(head, 1), .. Entry("100644 z", 2)]) is null, what);
        Assert.True(TreeEdits.Between(before, [.. Entry(head, 5), .. Entry("100644 z", 2)]) is null, what);
    }

    [Theory]
    [InlineData("40000 a")]
    [InlineData("120000 a")]
    [InlineData("160000 a")]
    public void Between_AnotherIdOfWhatIsNoFile_IsNull(string head) =>
        Assert.Null(TreeEdits.Between(Entry(head, 1), Entry(head, 2)));

    [Fact]
    public void Between_ManyEdits_IsNull()
    {
        byte[] Tree(byte id) => [.. Enumerable.Range(0, 100).SelectMany(i => Entry($"100644 f{i:D3}", id))];

        Assert.Null(TreeEdits.Between(Tree(1), Tree(2)));
    }
}
