using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Git.Reading;

/// <summary>Which repository is read, how much of it, and how long it may take.</summary>
public sealed record GitSourceOptions
{
    /// <summary>Path, <c>file://</c>, <c>https://</c>, <c>http://</c>, <c>ssh://</c> or <c>user@host:path</c>.</summary>
    public required string Address { get; init; }

    /// <summary>Where mirrors of remotes are kept, one directory a remote. A local repository needs none.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Folders below the root whose files are read.</summary>
    public EquatableArray<string> Folders { get; init; } = ["policies", "environments", "schemas/kinds"];

    /// <summary>Which files of those folders are read, by path.</summary>
    public Func<string, bool> Wanted { get; init; } = static _ => true;

    /// <summary>Longest time for one read: all talk with a remote, and reading what is here.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Which signatures a commit must carry, or null for none.</summary>
    public SignatureRequirement? Signatures { get; init; }

    /// <summary>Read a local repository that belongs to another user, without an entry in safe.directory.</summary>
    public bool ReadForeignRepository { get; init; }

    /// <summary>Private key for SSH remotes; without it ssh decides.</summary>
    public string? SshIdentityFile { get; init; }

    /// <summary>Known server keys for SSH remotes; with it no other file is believed.</summary>
    public string? SshKnownHostsFile { get; init; }

    /// <summary>Further variables of the git command, such as GIT_SSH_COMMAND.</summary>
    public IReadOnlyDictionary<string, string> CommandEnvironment { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    public long FileBytesMax { get; init; } = 32 << 20;

    public int FilesMax { get; init; } = 50_000;

    public long TotalBytesMax { get; init; } = 256 << 20;

    /// <summary>Bytes of file contents that are kept between reads.</summary>
    public long CacheBytesMax { get; init; } = 64 << 20;
}

/// <summary>Keys of which one must have signed the commit that is read.</summary>
/// <remarks>At least one of the two files is given. The signature of a tag does not stand in for that of its commit.</remarks>
public sealed record SignatureRequirement
{
    /// <summary>SSH keys in the format of ssh-keygen's ALLOWED SIGNERS.</summary>
    public string? AllowedSignersFile { get; init; }

    /// <summary>Exported OpenPGP public keys, armored or binary; each key in the file is trusted.</summary>
    public string? OpenPgpKeysFile { get; init; }

    /// <summary>Also every commit between the last accepted one and the one that is read.</summary>
    public bool EveryCommit { get; init; }
}
