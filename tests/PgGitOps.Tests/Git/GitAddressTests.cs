using FsCheck;
using FsCheck.Fluent;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.Git.Remotes;

namespace PgGitOps.Tests.Git;

public sealed class GitAddressTests
{
    [Theory]
    [InlineData("/srv/policies.git", "/srv/policies.git")]
    [InlineData("file:///srv/with%20space.git", "/srv/with space.git")]
    [InlineData("file://localhost/srv/p.git", "/srv/p.git")]
    [InlineData("/srv/host:path", "/srv/host:path")]
    public void Parse_OfAPath_IsLocal(string text, string path) =>
        Assert.Equal(path, Assert.IsType<GitAddress.Local>(GitAddress.Parse(text)).Path);

    [Theory]
    [InlineData("https://example.org/p.git", "https://example.org/p.git", "https://example.org/p.git")]
    [InlineData(
        "https://u:p%40ss@example.org:8443/p.git",
        "https://example.org:8443/p.git",
        "https://***@example.org:8443/p.git"
    )]
    [InlineData("HTTPS://tok3n@example.org/p.git", "https://example.org/p.git", "https://***@example.org/p.git")]
    [InlineData(
        "https://example.org/p.git?private_token=tok3n",
        "https://example.org/p.git?private_token=tok3n",
        "https://example.org/p.git?***"
    )]
    [InlineData("ssh://git@example.org:2222/p.git", "ssh://git@example.org:2222/p.git", "ssh://git@example.org:2222/p.git")]
    [InlineData("ssh://git:s3cret@example.org/p.git", "ssh://git@example.org/p.git", "ssh://git@example.org/p.git")]
    [InlineData("git@example.org:team/p.git", "git@example.org:team/p.git", "git@example.org:team/p.git")]
    public void Parse_OfARemote_SeparatesPlaceCredentialsAndWhatIsShown(string text, string url, string display)
    {
        var remote = Assert.IsType<GitAddress.Remote>(GitAddress.Parse(text));
        Assert.Equal((url, display), (remote.Url, remote.Display));
    }

    [Fact]
    public void Parse_OfCredentials_DecodesThem()
    {
        var remote = Assert.IsType<GitAddress.Remote>(GitAddress.Parse("https://u%2F:p%40ss@example.org/p.git"));
        Assert.Equal(("u/", "p@ss"), (remote.User, remote.Password));
    }

    [Theory]
    [InlineData("")]
    [InlineData("--upload-pack=id")]
    [InlineData("ext::sh -c id")]
    [InlineData("git://example.org/p.git")]
    [InlineData("ftp://example.org/p.git")]
    [InlineData("file://elsewhere/p.git")]
    [InlineData("ssh://-oProxyCommand=id/p.git")]
    [InlineData("-oProxyCommand=id:p.git")]
    [InlineData("git@-oProxyCommand=id:p.git")]
    [InlineData("https://example.org")]
    [InlineData("https:///p.git")]
    [InlineData("git@example.org:")]
    [InlineData("https://u:p%0aquit=1@example.org/p.git")]
    [InlineData("https://example.org/p\ngit")]
    public void Parse_OfWhatIsNotRead_IsUnsupported(string text) =>
        Assert.Equal(
            SourceRefusalKind.AddressUnsupported,
            Assert.Throws<RefusedException>(() => GitAddress.Parse(text)).Refusal.Kind
        );

    [Fact]
    public void Parse_OfAnyCredentials_NeverShowsThem()
    {
        var secrets = Gen.ArrayOf(Gen.Elements("abcXYZ0189-_.~@:/%&?# é\u202e".ToCharArray()))
            .Select(letters => "S3CR" + new string(letters) + "3T")
            .ToArbitrary();
        Prop.ForAll(
                secrets,
                secret =>
                {
                    foreach (var userInfo in new[] { $"robot:{Uri.EscapeDataString(secret)}", Uri.EscapeDataString(secret) })
                    {
                        var remote = (GitAddress.Remote)GitAddress.Parse($"https://{userInfo}@example.org/p.git");
                        var shown = TransportFailure.Shown(
                            $"fatal: unable to access 'https://{userInfo}@example.org/p.git/': {secret}",
                            remote
                        );
                        if (
                            remote.ToString().Contains("S3CR", StringComparison.Ordinal)
                            || remote.Url.Contains("S3CR", StringComparison.Ordinal)
                            || shown.Contains("S3CR", StringComparison.Ordinal)
                        )
                            return false;
                    }
                    return true;
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("https://robot:S3CR%40%3A%2F%2FxS3CR%40b@example.org/p.git", "fatal: S3CR@://xS3CR@b")]
    [InlineData("https://robot:S3CR%20@example.org/p.git", "fatal: S3CR \nmore")]
    [InlineData("https://robot:S3CR%E2%80%AE@example.org/p.git", "fatal: S3CR\u202e")]
    [InlineData(
        "https://robot:pw@example.org/p.git?private_token=S3CR",
        "fatal: unable to access 'https://robot:pw@example.org/p.git?private_token=S3CR/'"
    )]
    public void Shown_OfASecretThatLooksLikeSomethingElse_HidesIt(string address, string message) =>
        Assert.DoesNotContain(
            "S3CR",
            TransportFailure.Shown(message, (GitAddress.Remote)GitAddress.Parse(address)),
            StringComparison.Ordinal
        );
}
