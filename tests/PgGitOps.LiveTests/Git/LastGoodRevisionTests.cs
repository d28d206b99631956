using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git;

namespace PgGitOps.LiveTests.Git;

[Trait("Requirement", "R-16")]
public sealed class LastGoodRevisionTests : IDisposable
{
    private readonly GitScratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void SaveThenRead_GivesTheRevisionBack()
    {
        var state = new LastGoodRevision(scratch.Path("state/last-good.json"));
        Assert.Equal(new LastGood.None(), state.Read());
        var first = Revision('a');
        var second = Revision('b');

        Assert.Null(state.Save(first));
        Assert.Equal(new LastGood.Found(first), state.Read());
        Assert.Null(state.Save(second));
        Assert.Equal(new LastGood.Found(second), new LastGoodRevision(scratch.Path("state/last-good.json")).Read());
        Assert.Equal(
            ["last-good.json", "last-good.json.before"],
            Directory.EnumerateFiles(scratch.Path("state")).Select(System.IO.Path.GetFileName).Order()
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"commitId\":\"main\"}")]
    [InlineData("null")]
    public void Read_OfADamagedFile_IsUnreadableAndNotAbsent(string content)
    {
        File.WriteAllText(scratch.Path("last-good.json"), content);
        Assert.IsType<LastGood.Unreadable>(new LastGoodRevision(scratch.Path("last-good.json")).Read());
    }

    [Fact]
    public void Save_WhenTheDiskIsFull_SaysSoAndKeepsTheOldRevision()
    {
        var path = scratch.Path("last-good.json");
        var state = new LastGoodRevision(path);
        Assert.Null(state.Save(Revision('a')));
        // Every write to /dev/full meets a full disk.
        File.CreateSymbolicLink(path + ".new", "/dev/full");

        Assert.Equal(SourceRefusalKind.CacheUnusable, state.Save(Revision('b'))?.Kind);
        Assert.Equal(new LastGood.Found(Revision('a')), new LastGoodRevision(path).Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"address\": \"https://exam")]
    [InlineData("a directory")]
    [InlineData("a pipe")]
    [InlineData("gone")]
    public void Read_WhenTheFileIsTorn_StillKnowsWhichHistoryWasAcceptedAndMendsItself(string damage)
    {
        var path = scratch.Path("last-good.json");
        var state = new LastGoodRevision(path);
        Assert.Null(state.Save(Revision('a')));
        Assert.Null(state.Save(Revision('b')));
        File.Delete(path);
        if (damage == "a directory")
            Directory.CreateDirectory(path);
        else if (damage == "a pipe")
            System.Diagnostics.Process.Start("mkfifo", [path]).WaitForExit();
        else if (damage != "gone")
            File.WriteAllText(path, damage);

        var after = new LastGoodRevision(path);
        Assert.Equal(new LastGood.Found(Revision('a')), after.Read());
        if (damage != "a directory")
        {
            Assert.Null(after.Save(Revision('c')));
            Assert.Equal(new LastGood.Found(Revision('c')), new LastGoodRevision(path).Read());
        }
    }

    private static AcceptedRevision Revision(char digit) =>
        new(
            "https://example.org/policies.git",
            "main",
            new string(digit, 40),
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)
        );
}
