using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.Git.Repositories;

namespace PgGitOps.Providers.Git.Remotes;

/// <summary>What a remote says it has: full names of branches and tags, and HEAD, with object ids.</summary>
internal sealed record Advertisement(IReadOnlyDictionary<string, string> References);

/// <summary>The words in which git is asked to talk with a remote.</summary>
internal sealed class RemoteTransport(GitAddress.Remote remote, GitSourceOptions options)
{
    private const string UserVariable = "PGGITOPS_GIT_USER";
    private const string PasswordVariable = "PGGITOPS_GIT_PASSWORD";

    /// <exception cref="RefusedException">NoCommits, Sha256Unsupported, TooLarge and what a transfer can meet.</exception>
    public Advertisement Ask(GitCommand git, TimeSpan deadline, CancellationToken cancellation)
    {
        var run = git.Run(
            [.. Prefix(), "-C", "/", "ls-remote", "--quiet", "--", remote.Url],
            deadline,
            cancellation,
            Environment()
        );
        if (run.ExitCode != 0)
            throw new RefusedException(TransportFailure.Describe(remote, run, options.Deadline));
        if (run.OutputCut)
            throw new RefusedException(SourceRefusalKind.TooLarge, $"{remote.Display} has more branches and tags than are read.");
        var references = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in run.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('\t') is not [var id, var name])
                continue;
            if (id.Length == 64)
                throw new RefusedException(
                    SourceRefusalKind.Sha256Unsupported,
                    $"{remote.Display} names its objects by SHA-256, which libgit2 does not read.",
                    "Use a repository with SHA-1 object names."
                );
            var isWanted =
                name == "HEAD"
                || name.StartsWith("refs/heads/", StringComparison.Ordinal)
                || name.StartsWith("refs/tags/", StringComparison.Ordinal);
            if (isWanted && !name.EndsWith("^{}", StringComparison.Ordinal))
                references[name] = id;
        }
        return references.Count > 0
            ? new Advertisement(references)
            : throw new RefusedException(
                SourceRefusalKind.NoCommits,
                $"{remote.Display} has no commits yet.",
                "Commit the policy documents first."
            );
    }

    /// <summary>Brings all branches and tags into the mirror: objects first, then all references in one transaction.</summary>
    public GitRun Fetch(
        GitCommand git,
        string mirror,
        Advertisement advertised,
        string lockFile,
        TimeSpan deadline,
        CancellationToken cancellation
    )
    {
        string[] specifications = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
        if (advertised.References.ContainsKey("HEAD"))
            specifications = [.. specifications, "+HEAD:refs/pggitops/HEAD"];
        else if (
            git.Run(
                ["--git-dir", mirror, "update-ref", "-d", "refs/pggitops/HEAD"],
                deadline,
                cancellation,
                lockFile: lockFile
            ) is
            { ExitCode: not 0 } failed
        )
            return failed;
        return git.Run(
            [
                .. Prefix(),
                "--git-dir",
                mirror,
                "-C",
                "/",
                "fetch",
                "--quiet",
                "--atomic",
                "--prune",
                "--no-tags",
                "--no-write-fetch-head",
                "--no-auto-maintenance",
                "--no-recurse-submodules",
                "--",
                remote.Url,
                .. specifications,
            ],
            deadline,
            cancellation,
            Environment(),
            lockFile
        );
    }

    private List<string> Prefix()
    {
        List<string> prefix =
        [
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "fetch.writeCommitGraph=false",
            "-c",
            "fetch.fsckObjects=true",
        ];
        // Flaws of old importers that mislead nobody; a history that has one could never be read else.
        foreach (
            var harmless in (string[])
                [
                    "zeroPaddedFilemode",
                    "missingSpaceBeforeDate",
                    "missingSpaceBeforeEmail",
                    "badDate",
                    "badDateOverflow",
                    "badTimezone",
                    "zeroPaddedDate",
                    "missingEmail",
                    "missingNameBeforeEmail",
                    "badName",
                    "badEmail",
                ]
        )
            prefix.AddRange(["-c", $"fetch.fsck.{harmless}=ignore"]);
        // The secret itself travels in the environment, which only this user can read, not in the arguments, which all can.
        if (remote.User is not null)
            prefix.AddRange([
                "-c",
                "credential.helper=",
                "-c",
                $"credential.helper=!f() {{ test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \"${UserVariable}\" \"${PasswordVariable}\"; }}; f",
            ]);
        return prefix;
    }

    private Dictionary<string, string> Environment()
    {
        // ext:: and other helpers would run commands that a rewritten address names.
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["GIT_ALLOW_PROTOCOL"] = "http:https:ssh" };
        if (remote.User is not null)
        {
            environment[UserVariable] = remote.User;
            environment[PasswordVariable] = remote.Password ?? "";
        }
        if (options.SshIdentityFile is not null || options.SshKnownHostsFile is not null)
            environment["GIT_SSH_COMMAND"] = SshCommand();
        return environment;
    }

    private string SshCommand()
    {
        var command = "ssh -o BatchMode=yes";
        if (options.SshIdentityFile is { } identity)
            command += $" -o IdentitiesOnly=yes -i {Quoted(Path.GetFullPath(identity))}";
        if (options.SshKnownHostsFile is { } knownHosts)
            command +=
                $" -o StrictHostKeyChecking=yes -o GlobalKnownHostsFile=/dev/null -o {Quoted($"UserKnownHostsFile=\"{Path.GetFullPath(knownHosts)}\"")}";
        return command;
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
