using System.CommandLine;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Cli.Settings;

/// <summary>How the policy repository is reached and believed.</summary>
internal static class SourceSettings
{
    private static readonly Setting<string?> AllowedSigners = new(
        "--allowed-signers",
        "FILE",
        "Accept only commits signed by an SSH key of this file (format of ssh-keygen)",
        t => t,
        null
    );
    private static readonly Setting<string?> OpenPgpKeys = new(
        "--openpgp-keys",
        "FILE",
        "Accept only commits signed by an OpenPGP key of this file",
        t => t,
        null
    );
    private static readonly Switch EveryCommit = new(
        "--verify-every-commit",
        "Signatures are asked of every commit since the last accepted one, not of the newest only"
    );
    private static readonly Setting<string?> SshIdentity = new(
        "--ssh-identity",
        "FILE",
        "Private key for a repository over SSH",
        t => t,
        null
    );
    private static readonly Setting<string?> SshKnownHosts = new(
        "--ssh-known-hosts",
        "FILE",
        "The known_hosts file for a repository over SSH; no other file is read",
        t => t,
        null
    );
    private static readonly Setting<TimeSpan> Timeout = new(
        "--git-timeout",
        "30s",
        "Longest time for one read of the repository, here or on a remote; default: 60s",
        DurationSetting.Parse,
        TimeSpan.FromSeconds(60)
    );

    public static Command AddTo(Command command)
    {
        foreach (
            var option in (Option[])
                [
                    AllowedSigners.Option,
                    OpenPgpKeys.Option,
                    EveryCommit.Option,
                    SshIdentity.Option,
                    SshKnownHosts.Option,
                    Timeout.Option,
                ]
        )
            command.Add(option);
        return command;
    }

    public static GitSource Open(Invocation invocation)
    {
        var parsed = invocation.Parsed;
        var (signers, keys) = (AllowedSigners.Read(parsed), OpenPgpKeys.Read(parsed));
        return new(
            new GitSourceOptions
            {
                Address = invocation.Repository,
                CacheDirectory = invocation.State.Git,
                Deadline = Timeout.Read(parsed),
                Signatures =
                    signers is null && keys is null
                        ? null
                        : new SignatureRequirement
                        {
                            AllowedSignersFile = signers,
                            OpenPgpKeysFile = keys,
                            EveryCommit = EveryCommit.Read(parsed),
                        },
                SshIdentityFile = SshIdentity.Read(parsed),
                SshKnownHostsFile = SshKnownHosts.Read(parsed),
            }
        );
    }
}
