using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgGitOps.Providers.Git.Objects;
using PgGitOps.Providers.Git.Trees;

namespace PgGitOps.Tests.Git;

/// <summary>Folders are read from the bytes of their objects, which a stranger may have written.</summary>
public sealed class TreeEntriesTests
{
    private static readonly byte[] Id = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];
    private const string IdText = "0102030405060708090a0b0c0d0e0f1011121314";

    private static byte[] Entry(string head) => [.. Encoding.Latin1.GetBytes(head), 0, .. Id];

    private static List<RawTreeEntry> Read(byte[] tree)
    {
        var read = new List<RawTreeEntry>();
        foreach (var entry in new TreeEntries(tree))
            read.Add(entry);
        return read;
    }

    [Fact]
    public void Read_OfEveryMode_TellsWhatItIs()
    {
        byte[] tree =
        [
            .. Entry("100644 a.yaml"),
            .. Entry("100755 run"),
            .. Entry("120000 link"),
            .. Entry("160000 other"),
            .. Entry("40000 policies"),
        ];

        Assert.Equal(
            [
                (TreeEntryKind.File, "a.yaml", "a.yaml", IdText),
                (TreeEntryKind.File, "run", "run", IdText),
                (TreeEntryKind.Link, "link", "link", IdText),
                (TreeEntryKind.Submodule, "other", "other", IdText),
                (TreeEntryKind.Folder, "policies", "policies", IdText),
            ],
            Read(tree).Select(entry => (entry.Kind, entry.Name, Encoding.ASCII.GetString(entry.NameBytes.Span), entry.Id))
        );
        Assert.Empty(Read([]));
    }

    [Fact]
    public void Read_OfANameThatIsNotUtf8_ShowsThatItIsNot() =>
        Assert.Equal("a\uFFFDb", Assert.Single(Read(Entry("100644 a\u00FFb"))).Name);

    [Theory]
    [InlineData("100644")]
    [InlineData("100644 ")]
    [InlineData(" name")]
    [InlineData("10064x name")]
    [InlineData("7777777777777777 name")]
    public void Read_OfWhatIsNoEntry_IsDamage(string head) => Assert.Throws<ObjectDamagedException>(() => Read(Entry(head)));

    [Fact]
    public void Read_OfAnyBytes_EndsInEntriesOrInDamage() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<byte[]>(),
                bytes =>
                {
                    byte[] cut = [.. Entry("100644 a"), .. bytes];
                    try
                    {
                        Assert.True(Read(cut).Count >= 1);
                    }
                    catch (ObjectDamagedException)
                    {
                        Assert.NotEmpty(bytes);
                    }
                }
            )
            .QuickCheckThrowOnFailure();
}
