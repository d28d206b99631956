using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Remotes;
using PgGitOps.Providers.Git.Repositories;

namespace PgGitOps.Tests.Git;

public sealed class TransportFailureTests
{
    [Theory]
    [InlineData(
        "git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.",
        SourceRefusalKind.AuthenticationFailed
    )]
    [InlineData("Host key verification failed.\nfatal: Could not read from remote repository.", SourceRefusalKind.HostKeyUnknown)]
    [InlineData(
        "fatal: could not read Username for 'https://h': terminal prompts disabled",
        SourceRefusalKind.AuthenticationFailed
    )]
    [InlineData("fatal: repository 'https://h/p.git/' not found", SourceRefusalKind.RepositoryMissing)]
    [InlineData("fatal: unable to access 'https://h/p.git/': Could not resolve host: h", SourceRefusalKind.RemoteUnreachable)]
    [InlineData(
        "error: RPC failed; curl 18 transfer closed with outstanding read data remaining\nfatal: early EOF",
        SourceRefusalKind.FetchInterrupted
    )]
    [InlineData(
        "fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output",
        SourceRefusalKind.CacheUnusable
    )]
    [InlineData("fatal: mismatched algorithms: client sha1; server sha256", SourceRefusalKind.Sha256Unsupported)]
    public void KindOf_TellsOneFailureFromAnother(string messages, SourceRefusalKind kind) =>
        Assert.Equal(kind, TransportFailure.KindOf(messages));

    [Fact]
    public void Describe_OfWordsNobodyKnows_IsUnreachableAndQuotesThem()
    {
        var remote = (GitAddress.Remote)GitAddress.Parse("https://example.org/p.git");
        var refusal = TransportFailure.Describe(
            remote,
            new GitRun(128, [], "fatal: the moon is full\n", TimedOut: false, OutputCut: false),
            TimeSpan.FromSeconds(60)
        );
        Assert.Equal(SourceRefusalKind.RemoteUnreachable, refusal.Kind);
        Assert.Equal("https://example.org/p.git cannot be read: fatal: the moon is full", refusal.Message);
    }

    [Fact]
    public void Shown_OfWordsFromAServer_IsShortAndHasNoControlCharacters()
    {
        var shown = TransportFailure.Shown("remote: \u001b[31m" + new string('x', 1000) + "\n", null);
        Assert.InRange(shown.Length, 1, 301);
        Assert.DoesNotContain('\u001b', shown);
    }
}
