using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Objects;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.Git.Remotes;
using PgGitOps.Providers.Git.Repositories;

namespace PgGitOps.Providers.Git.References;

/// <summary>Checks that commits are signed by listed keys, with git and nothing of the repository but its objects.</summary>
internal sealed partial class CommitSignatures(SignatureRequirement requirement, GitCommand git, TimeSpan deadline)
{
    // A verified commit stays verified under the same keys; the set is dropped rather than grown without end.
    private const int RememberedMax = 10_000;
    private const long KeyBytesMax = 16 << 20;

    private readonly Lock gate = new();
    private readonly HashSet<(string CommitId, string Keys)> verified = [];

    /// <exception cref="RefusedException">SignatureMissing, SignatureUntrusted, CommandMissing.</exception>
    public void Require(OpenedRepository opened, CommitObject commit, string? lastGoodCommitId, CancellationToken cancellation)
    {
        IReadOnlyList<CommitObject> commits =
            requirement.EveryCommit && lastGoodCommitId is not null
                ? CommitHistory.Between(opened, lastGoodCommitId, commit)
                : [commit];
        var (signers, pgpKeys) = ReadKeys();
        var keys = Convert.ToHexStringLower(SHA256.HashData([.. signers, 0, .. pgpKeys]));
        List<CommitObject> open;
        lock (gate)
            open = [.. commits.Where(one => !verified.Contains((one.Sha, keys)))];
        if (open.Count == 0)
            return;
        foreach (var one in open)
            RequireSignature(opened, one);
        var workspace = Directory.CreateTempSubdirectory("pggitops-verify-").FullName;
        try
        {
            var environment = Prepare(workspace, opened, signers, pgpKeys);
            var clock = Stopwatch.StartNew();
            foreach (var one in open)
                Verify(opened, one, environment, deadline - clock.Elapsed, cancellation);
        }
        finally
        {
            Directory.Delete(workspace, recursive: true);
        }
        lock (gate)
        {
            if (verified.Count > RememberedMax)
                verified.Clear();
            foreach (var one in open)
                verified.Add((one.Sha, keys));
        }
    }

    private (byte[] Signers, byte[] PgpKeys) ReadKeys()
    {
        if (requirement.AllowedSignersFile is null && requirement.OpenPgpKeysFile is null)
            throw new RefusedException(
                SourceRefusalKind.SignatureUntrusted,
                "Signatures are required, but no file lists the keys.",
                "Name a file of allowed SSH signers or of OpenPGP public keys."
            );
        try
        {
            return (
                requirement.AllowedSignersFile is { } signers ? Read(signers) : [],
                requirement.OpenPgpKeysFile is { } keys ? OpenPgpArmor.Remove(Read(keys)) : []
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new RefusedException(SourceRefusalKind.SignatureUntrusted, $"The list of keys cannot be read: {e.Message}");
        }
    }

    private static byte[] Read(string path) =>
        RegularFile.TryRead(path, KeyBytesMax) ?? throw new IOException($"{path} does not exist");

    private static void RequireSignature(OpenedRepository opened, CommitObject commit)
    {
        if (!commit.IsSigned)
            throw new RefusedException(
                SourceRefusalKind.SignatureMissing,
                $"Commit {commit.Sha} of {opened.ShownAddress} is not signed.",
                "Sign it (git commit -S) with a listed key."
            );
    }

    // A directory that looks like a repository, holds our configuration and borrows only the objects:
    // the repository's own configuration could name any program as its verifier.
    private static Dictionary<string, string> Prepare(string workspace, OpenedRepository opened, byte[] signers, byte[] pgpKeys)
    {
        Directory.CreateDirectory(Path.Combine(workspace, "objects"));
        Directory.CreateDirectory(Path.Combine(workspace, "refs"));
        File.WriteAllText(Path.Combine(workspace, "HEAD"), "ref: refs/heads/none\n");
        File.WriteAllBytes(Path.Combine(workspace, "allowed-signers"), signers);
        File.WriteAllBytes(Path.Combine(workspace, "keys.gpg"), pgpKeys);
        // Every key of the file is trusted: the file is the list. No agent, no trust database, no network.
        File.WriteAllText(
            Path.Combine(workspace, "gpg.conf"),
            $"no-default-keyring\nkeyring {workspace}/keys.gpg\ntrust-model always\nno-autostart\nbatch\nno-auto-key-retrieve\nno-auto-check-trustdb\n"
        );
        File.WriteAllText(
            Path.Combine(workspace, "config"),
            $"[core]\n\trepositoryformatversion = 0\n\tbare = true\n[gpg]\n\tprogram = gpg\n[gpg \"ssh\"]\n\tprogram = ssh-keygen\n\tallowedSignersFile = {workspace}/allowed-signers\n[gpg \"x509\"]\n\tprogram = false\n"
        );
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["GIT_DIR"] = workspace,
            ["GIT_OBJECT_DIRECTORY"] = Path.Combine(opened.CommonDirectory, "objects"),
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["HOME"] = workspace,
            ["GNUPGHOME"] = workspace,
            ["GIT_NO_LAZY_FETCH"] = "1",
        };
    }

    private void Verify(
        OpenedRepository opened,
        CommitObject commit,
        Dictionary<string, string> environment,
        TimeSpan remaining,
        CancellationToken cancellation
    )
    {
        var run = git.Run(["-C", "/", "verify-commit", "--raw", commit.Sha], remaining, cancellation, environment);
        if (run.ExitCode == 0)
            return;
        if (run.TimedOut)
            throw new RefusedException(
                SourceRefusalKind.SignatureUntrusted,
                $"The signature of commit {commit.Sha} could not be checked in time."
            );
        if (run.Error.Contains("cannot run", StringComparison.Ordinal))
            throw new RefusedException(
                SourceRefusalKind.CommandMissing,
                $"The program that checks signatures is not installed: {TransportFailure.Shown(run.Error, null)}",
                "Install it: apt-get install openssh-client gnupg"
            );
        throw new RefusedException(
            SourceRefusalKind.SignatureUntrusted,
            $"Commit {commit.Sha} of {opened.ShownAddress} has no valid signature by a listed key: {Reason(run.Error)}.",
            "Have it signed by a listed key, or add the key to the list."
        );
    }

    private static string Reason(string messages)
    {
        if (SshKey().Match(messages) is { Success: true } ssh)
            return $"key {ssh.Groups[1].Value} is not listed, or was not valid at that time";
        if (PgpStatus().Match(messages) is { Success: true } pgp)
        {
            var key = pgp.Groups[2].Value;
            return pgp.Groups[1].Value switch
            {
                "NO_PUBKEY" => $"key {key} is not listed",
                "BADSIG" => $"the signature by key {key} does not fit the commit",
                "EXPKEYSIG" => $"key {key} has expired",
                "REVKEYSIG" => $"key {key} was revoked",
                _ => $"the signature by key {key} has expired",
            };
        }
        return "the signature does not fit the commit, or is of a kind that no key is listed for";
    }

    [GeneratedRegex("Good \"git\" signature .*key (SHA256:[A-Za-z0-9+/]+)")]
    private static partial Regex SshKey();

    [GeneratedRegex("\\[GNUPG:\\] (NO_PUBKEY|BADSIG|EXPKEYSIG|REVKEYSIG|EXPSIG) ([0-9A-F]+)")]
    private static partial Regex PgpStatus();
}

/// <summary>Turns exported OpenPGP keys into the binary form that gpg reads as a keyring, without running an import.</summary>
internal static class OpenPgpArmor
{
    private const string Begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    private const string End = "-----END PGP PUBLIC KEY BLOCK-----";

    /// <exception cref="FormatException">A block is cut short or not base64.</exception>
    public static byte[] Remove(byte[] content)
    {
        // Armor is ASCII; the first byte of a binary key has its high bit set.
        if (content.Length == 0 || content[0] >= 0x80)
            return content;
        List<byte> result = [];
        StringBuilder? block = null;
        var inHeader = false;
        foreach (var line in Encoding.ASCII.GetString(content).Split('\n').Select(line => line.TrimEnd()))
        {
            switch (line)
            {
                case Begin:
                    block = new StringBuilder();
                    inHeader = true;
                    break;
                case End when block is not null:
                    result.AddRange(Convert.FromBase64String(block.ToString()));
                    block = null;
                    break;
                case "" when inHeader:
                    inHeader = false;
                    break;
                // A line that begins with '=' is the checksum; gpg checks the self-signatures anyway.
                case not ['=', ..] when block is not null && !inHeader:
                    block.Append(line);
                    break;
            }
        }
        return block is null && result.Count > 0
            ? [.. result]
            : throw new FormatException("the file holds no complete OpenPGP public key block.");
    }
}
