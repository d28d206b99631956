using System.Diagnostics;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Git.Reading;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

[Trait("Requirement", "R-16")]
public sealed class SignatureTests : IDisposable
{
    private readonly GitScratch scratch = new();
    private readonly string repository;

    public SignatureTests()
    {
        repository = scratch.NewRepository();
        foreach (var key in new[] { "listed", "other" })
            Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", scratch.Path(key));
        File.WriteAllText(
            scratch.Path("signers"),
            $"ada@example.org namespaces=\"git\" {File.ReadAllText(scratch.Path("listed.pub"))}"
        );
    }

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Read_WithAListedSshKey_ReadsAndRefusesEverythingElse()
    {
        var unsigned = scratch.Head(repository);
        var signed = SignedBy("listed", "signed");
        var wrong = SignedBy("other", "wrong key");
        var source = Source(new SignatureRequirement { AllowedSignersFile = scratch.Path("signers") });

        Assert.Equal(signed, ReadOf(source.Read(At(signed))).Tree.Revision.CommitId);
        Assert.Equal(SourceRefusalKind.SignatureMissing, RefusalOf(source.Read(At(unsigned))).Kind);
        var refusal = RefusalOf(source.Read(At(wrong)));
        Assert.Equal(SourceRefusalKind.SignatureUntrusted, refusal.Kind);
        Assert.Matches("key SHA256:[A-Za-z0-9+/]+ is not listed", refusal.Message);

        // What was verified under a list of keys is asked again under another one.
        File.WriteAllText(scratch.Path("signers"), "");
        Assert.Equal(SourceRefusalKind.SignatureUntrusted, RefusalOf(source.Read(At(signed))).Kind);
    }

    [Fact]
    public void Read_OfACommitWhoseContentWasChangedUnderItsSignature_IsUntrusted()
    {
        SignedBy("listed", "signed");
        var forged = scratch.Git(repository, "cat-file", "commit", "HEAD").Replace("signed", "forged", StringComparison.Ordinal);
        File.WriteAllText(scratch.Path("forged"), forged);
        var id = scratch.Git(repository, "hash-object", "-t", "commit", "-w", scratch.Path("forged")).Trim();

        var refusal = RefusalOf(Source(new SignatureRequirement { AllowedSignersFile = scratch.Path("signers") }).Read(At(id)));

        Assert.Equal(SourceRefusalKind.SignatureUntrusted, refusal.Kind);
        Assert.Contains("does not fit", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithEveryCommit_AlsoJudgesThoseSinceTheLastGoodOne()
    {
        var good = SignedBy("listed", "good");
        scratch.Commit(repository, "unsigned in between");
        var last = SignedBy("listed", "signed again");
        var keys = new SignatureRequirement { AllowedSignersFile = scratch.Path("signers") };

        Assert.Equal(last, ReadOf(Source(keys).Read(new SourceRequest { LastGoodCommitId = good })).Tree.Revision.CommitId);
        Assert.Equal(
            SourceRefusalKind.SignatureMissing,
            RefusalOf(Source(keys with { EveryCommit = true }).Read(new SourceRequest { LastGoodCommitId = good })).Kind
        );
    }

    [Fact]
    public void Read_NeverRunsAVerifierThatTheRepositoryNames()
    {
        SignedBy("other", "wrong key");
        var program = scratch.Path("yes-man");
        File.WriteAllText(
            program,
            $"#!/bin/sh\ntouch {scratch.Path("ran")}\necho 'Good \"git\" signature for ada@example.org'\n"
        );
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        scratch.Git(repository, "config", "gpg.ssh.program", program);
        scratch.Git(repository, "config", "gpg.program", program);

        var refusal = RefusalOf(
            Source(new SignatureRequirement { AllowedSignersFile = scratch.Path("signers") }).Read(new SourceRequest())
        );

        Assert.Equal(SourceRefusalKind.SignatureUntrusted, refusal.Kind);
        Assert.False(File.Exists(scratch.Path("ran")));
    }

    [GpgFact]
    public void Read_WithAListedOpenPgpKey_ReadsAndRefusesEverythingElse()
    {
        var home = Directory
            .CreateDirectory(scratch.Path("gnupg"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)
            .FullName;
        scratch.Environment["GNUPGHOME"] = home;
        try
        {
            foreach (var name in new[] { "ada", "bob" })
                Run(
                    "gpg",
                    "--batch",
                    "-q",
                    "--passphrase",
                    "",
                    "--quick-gen-key",
                    $"{name}@example.org",
                    "ed25519",
                    "sign",
                    "never"
                );
            Run("gpg", "--batch", "--armor", "--output", scratch.Path("keys.asc"), "--export", "ada@example.org");
            Run("gpg", "--batch", "--output", scratch.Path("keys.gpg"), "--export", "ada@example.org");
            var listed = PgpSignedBy("ada@example.org");
            var other = PgpSignedBy("bob@example.org");
            foreach (var file in new[] { "keys.asc", "keys.gpg" })
            {
                var source = Source(new SignatureRequirement { OpenPgpKeysFile = scratch.Path(file) });
                Assert.Equal(listed, ReadOf(source.Read(At(listed))).Tree.Revision.CommitId);
                var refusal = RefusalOf(source.Read(At(other)));
                Assert.Equal(SourceRefusalKind.SignatureUntrusted, refusal.Kind);
                Assert.Matches("key [0-9A-F]{16,} is not listed", refusal.Message);
            }
            // An SSH signature does not pass where only OpenPGP keys are listed.
            var ssh = SignedBy("listed", "ssh");
            Assert.Equal(
                SourceRefusalKind.SignatureUntrusted,
                RefusalOf(Source(new SignatureRequirement { OpenPgpKeysFile = scratch.Path("keys.asc") }).Read(At(ssh))).Kind
            );
        }
        finally
        {
            Run("gpgconf", "--kill", "all");
        }
    }

    [Fact]
    public void Read_WhenTheListOfKeysCannotBeRead_RefusesEverything()
    {
        SignedBy("listed", "signed");
        foreach (
            var keys in new[]
            {
                new SignatureRequirement(),
                new SignatureRequirement { AllowedSignersFile = scratch.Path("absent") },
            }
        )
            Assert.Equal(SourceRefusalKind.SignatureUntrusted, RefusalOf(Source(keys).Read(new SourceRequest())).Kind);
    }

    private GitSource Source(SignatureRequirement keys) => new(scratch.Options(repository) with { Signatures = keys });

    private string SignedBy(string key, string subject)
    {
        scratch.Git(
            repository,
            "-c",
            "gpg.format=ssh",
            "-c",
            $"user.signingKey={scratch.Path(key)}",
            "commit",
            "-q",
            "--allow-empty",
            "-S",
            "-m",
            subject
        );
        return scratch.Head(repository);
    }

    private string PgpSignedBy(string key)
    {
        scratch.Git(repository, "-c", $"user.signingKey={key}", "commit", "-q", "--allow-empty", "-S", "-m", key);
        return scratch.Head(repository);
    }

    private void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in scratch.Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} failed: {error}");
    }
}

/// <summary>Runs only where gpg is installed. The skip is shown.</summary>
public sealed class GpgFactAttribute : FactAttribute
{
    public GpgFactAttribute()
    {
        if (!File.Exists("/usr/bin/gpg") || !File.Exists("/usr/bin/gpg-agent"))
            Skip = "Needs gpg and gpg-agent: apt-get install gpg gpg-agent";
    }
}
