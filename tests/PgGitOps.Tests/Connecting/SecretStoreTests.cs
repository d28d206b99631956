using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Tests.Connecting;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class SecretStoreTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-secret-").FullName;
    private readonly SecretStore store = new();

    [Theory]
    [InlineData("s3cret", "s3cret")]
    [InlineData("s3cret\n", "s3cret")]
    [InlineData("s3cret\r\n", "s3cret")]
    [InlineData("s3cret\n\n", "s3cret\n")]
    [InlineData(" s p \n", " s p ")]
    public void Find_File_TakesOneLineBreakOff(string text, string expected) =>
        Assert.Equal(
            expected,
            Assert.IsType<SecretLookup.Found>(store.Find(Written(text, UnixFileMode.UserRead | UnixFileMode.UserWrite))).Secret
        );

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Find_FileThatOthersMayWrite_IsRefused(UnixFileMode open)
    {
        var missing = Assert.IsType<SecretLookup.Missing>(store.Find(Written("s3cret", UnixFileMode.UserRead | open)));
        Assert.Contains("chmod 600", missing.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", missing.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    public void Find_OwnFileThatOthersMayRead_IsRefused(UnixFileMode open) =>
        Assert.IsType<SecretLookup.Missing>(store.Find(Written("s3cret", UnixFileMode.UserRead | open)));

    [Fact]
    public void Find_LinkToAFileThatOthersMayRead_IsRefused()
    {
        var target = Written("s3cret", UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var link = Path.Combine(directory, "link");
        File.CreateSymbolicLink(link, target.Path);
        Assert.IsType<SecretLookup.Missing>(store.Find(new SecretReference.FromFile(link, default)));
    }

    /// <summary>A commit names the file: whoever reads a pipe waits, and some devices never end.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Find_WhatIsNoFile_IsNotWaitedFor(bool byLink)
    {
        var pipe = Path.Combine(directory, "pipe");
        using (var make = System.Diagnostics.Process.Start("mkfifo", ["-m", "600", pipe]))
            await make.WaitForExitAsync();
        var named = byLink ? File.CreateSymbolicLink(Path.Combine(directory, "link"), pipe).FullName : pipe;
        var found = await Task.Run(() => store.Find(new SecretReference.FromFile(named, default)))
            .WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("is empty", Assert.IsType<SecretLookup.Missing>(found).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_WhatIsNotThere_NamesTheReference()
    {
        var variable = "PGGITOPS_NOT_SET_" + Guid.NewGuid().ToString("N");
        Assert.Contains(variable, Missing(new SecretReference.FromEnvironment(variable, default)), StringComparison.Ordinal);
        Assert.Contains(
            "does not exist",
            Missing(new SecretReference.FromFile(Path.Combine(directory, "none"), default)),
            StringComparison.Ordinal
        );
        Assert.Contains("is empty", Missing(Written("\n", UnixFileMode.UserRead)), StringComparison.Ordinal);
        Assert.Contains("larger", Missing(Written(new string('x', 10_000), UnixFileMode.UserRead)), StringComparison.Ordinal);
    }

    [Fact]
    public void Found_NeverPrintsTheSecret() =>
        Assert.DoesNotContain("s3cret", new SecretLookup.Found("s3cret").ToString(), StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private string Missing(SecretReference reference) => Assert.IsType<SecretLookup.Missing>(store.Find(reference)).Reason;

    private SecretReference.FromFile Written(string text, UnixFileMode mode)
    {
        var path = Path.Combine(directory, "secret");
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
        return new SecretReference.FromFile(path, default);
    }
}
