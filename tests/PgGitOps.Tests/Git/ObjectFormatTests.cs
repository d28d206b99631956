using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgGitOps.Providers.Git.Objects;

namespace PgGitOps.Tests.Git;

/// <summary>Formats of Git that a stranger, or a disk, may have written: each reading ends in an answer or in damage.</summary>
public sealed class ObjectFormatTests
{
    private const long ResultBytesMax = 1 << 20;

    [Fact]
    public void Apply_OfADifference_CopiesAndInserts()
    {
        var before = "0123456789"u8;
        // To 7 bytes: three from the fourth on, two new ones, two from the beginning.
        byte[] difference = [10, 7, 0x91, 3, 3, 2, (byte)'a', (byte)'b', 0x90, 2];

        Assert.Equal("345ab01", Encoding.ASCII.GetString(PackDifference.Apply(before, difference)));
        Assert.Equal(7, PackDifference.ResultSize(difference));
    }

    [Theory]
    [InlineData(new byte[] { 9, 1, 1, 97 })]
    [InlineData(new byte[] { 10, 2, 1, 97 })]
    [InlineData(new byte[] { 10, 1, 0 })]
    [InlineData(new byte[] { 10, 1, 5, 97 })]
    [InlineData(new byte[] { 10, 3, 0x91, 9, 3 })]
    [InlineData(new byte[] { 10, 1, 0x91 })]
    [InlineData(new byte[] { 10 })]
    [InlineData(new byte[] { })]
    public void Apply_OfADifferenceThatLeadsOutOfItsBytes_IsDamage(byte[] difference) =>
        Assert.Throws<ObjectDamagedException>(() => PackDifference.Apply("0123456789"u8, difference));

    [Fact]
    public void Apply_OfAnyBytes_EndsInAResultOrInDamage() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<byte[]>(),
                bytes =>
                {
                    EndsOrDamage(() =>
                    {
                        byte[] difference = [4, .. bytes];
                        if (PackDifference.ResultSize(difference) is var size and <= ResultBytesMax)
                            Assert.Equal(size, PackDifference.Apply("text"u8, difference).Length);
                    });
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Index_OfAnyBytes_EndsInAnAnswerOrInDamage() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<byte[]>(),
                ArbMap.Default.ArbFor<byte>(),
                (bytes, count) =>
                {
                    byte[] fanout =
                    [
                        .. Enumerable.Range(0, 256).SelectMany(first => new byte[] { 0, 0, 0, first < 128 ? (byte)0 : count }),
                    ];
                    foreach (
                        var start in (byte[][])
                            [
                                [],
                                [0xff, (byte)'t', (byte)'O', (byte)'c', 0, 0, 0, 2, .. fanout],
                                fanout,
                            ]
                    )
                    {
                        EndsOrDamage(() =>
                        {
                            var index = new PackIndex([.. start, .. bytes, .. new byte[count * 28]]);
                            _ = index.OffsetOf(Enumerable.Repeat((byte)200, 20).ToArray());
                            index.AddByPrefix("80ab", [], 5);
                        });
                    }
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Parse_OfAnyCommit_EndsInACommitOrInDamage() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<byte[]>(),
                bytes =>
                {
                    var tree = $"tree {new string('a', 40)}\n";
                    foreach (var start in (string[])["", tree, tree + "parent ", tree + "committer x <y> ", tree + "author "])
                        EndsOrDamage(() =>
                            Assert.Equal(
                                new string('b', 40),
                                CommitObject.Parse(new string('b', 40), [.. Encoding.ASCII.GetBytes(start), .. bytes]).Sha
                            )
                        );
                }
            )
            .QuickCheckThrowOnFailure();

    private static void EndsOrDamage(Action act)
    {
        try
        {
            act();
        }
        catch (ObjectDamagedException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }
}
