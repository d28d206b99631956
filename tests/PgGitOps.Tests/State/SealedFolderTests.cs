using System.Text;
using PgGitOps.Providers;

namespace PgGitOps.Tests.State;

/// <summary>What a process believes of what an earlier one left: only what nobody else can have written.</summary>
public sealed class SealedFolderTests : IDisposable
{
    private readonly string scratch = Directory.CreateTempSubdirectory("sealed-").FullName;

    private string Folder => Path.Combine(scratch, "state", "validated");

    [Fact]
    public void Find_OfAnotherProcess_IsWhatWasKept()
    {
        Keep("one", "first");

        Assert.Equal("first", Find("one"));
        Assert.Null(Find("two"));
        Keep("one", "second");
        Assert.Equal("second", Find("one"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public void Find_OfAnAlteredEntry_IsNothing(int at)
    {
        Keep("one", "what was judged to hold");
        var path = Path.Combine(Folder, "one.blobs");
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);

        Assert.Null(Find("one"));
    }

    [Fact]
    public void Find_OfAnEntryThatWasRenamedOrSealedWithAnotherKey_IsNothing()
    {
        Keep("one", "of one build");
        File.Copy(Path.Combine(Folder, "one.blobs"), Path.Combine(Folder, "two.blobs"));
        Assert.Null(Find("two"));

        File.WriteAllBytes(Path.Combine(Folder, "key"), new byte[32]);
        Assert.Null(Find("one"));
    }

    [Fact]
    public void Find_WhereOthersMayWrite_IsNothing()
    {
        if (OperatingSystem.IsWindows())
            return;
        Keep("one", "first");
        File.SetUnixFileMode(Folder, File.GetUnixFileMode(Folder) | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
        Assert.NotNull(new SealedFolder(Folder).Distrust);
        Assert.Null(Find("one"));

        File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal("first", Find("one"));
        File.SetUnixFileMode(Path.Combine(Folder, "key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Null(Find("one"));
    }

    private void Keep(string name, string text) =>
        new SealedFolder(Folder).Keep($"blobs {name}", $"{name}.blobs", Encoding.ASCII.GetBytes(text), most: 5);

    private string? Find(string name) =>
        new SealedFolder(Folder).Find($"blobs {name}", $"{name}.blobs", Encoding.ASCII.GetString);

    public void Dispose() => Directory.Delete(scratch, recursive: true);
}
