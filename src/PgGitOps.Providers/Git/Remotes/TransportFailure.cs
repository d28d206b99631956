using System.Globalization;
using System.Text.RegularExpressions;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git.Repositories;

namespace PgGitOps.Providers.Git.Remotes;

/// <summary>Tells from git's messages (in the C locale) why a transfer failed.</summary>
internal static partial class TransportFailure
{
    private const int ShownCharactersMax = 300;

    // First match wins: the particular before the general. ssh's own words come before git's "Could not read from remote".
    private static readonly (string Text, SourceRefusalKind Kind)[] Signs =
    [
        ("Host key verification failed", SourceRefusalKind.HostKeyUnknown),
        ("REMOTE HOST IDENTIFICATION HAS CHANGED", SourceRefusalKind.HostKeyUnknown),
        ("No space left on device", SourceRefusalKind.CacheUnusable),
        ("Disk quota exceeded", SourceRefusalKind.CacheUnusable),
        ("Read-only file system", SourceRefusalKind.CacheUnusable),
        ("Authentication failed", SourceRefusalKind.AuthenticationFailed),
        ("Permission denied (", SourceRefusalKind.AuthenticationFailed),
        ("Too many authentication failures", SourceRefusalKind.AuthenticationFailed),
        ("could not read Username", SourceRefusalKind.AuthenticationFailed),
        ("could not read Password", SourceRefusalKind.AuthenticationFailed),
        ("terminal prompts disabled", SourceRefusalKind.AuthenticationFailed),
        ("returned error: 401", SourceRefusalKind.AuthenticationFailed),
        ("returned error: 403", SourceRefusalKind.AuthenticationFailed),
        ("returned error: 407", SourceRefusalKind.AuthenticationFailed),
        ("mismatched algorithms", SourceRefusalKind.Sha256Unsupported),
        ("shallow update not allowed", SourceRefusalKind.IncompleteObjects),
        ("source repository is shallow", SourceRefusalKind.IncompleteObjects),
        ("Could not resolve host", SourceRefusalKind.RemoteUnreachable),
        ("Failed to connect", SourceRefusalKind.RemoteUnreachable),
        ("Couldn't connect", SourceRefusalKind.RemoteUnreachable),
        ("Connection refused", SourceRefusalKind.RemoteUnreachable),
        ("Connection timed out", SourceRefusalKind.RemoteUnreachable),
        ("No route to host", SourceRefusalKind.RemoteUnreachable),
        ("Network is unreachable", SourceRefusalKind.RemoteUnreachable),
        ("Empty reply from server", SourceRefusalKind.RemoteUnreachable),
        ("SSL certificate problem", SourceRefusalKind.RemoteUnreachable),
        // Before index-pack's own words, which follow it.
        ("fsck error", SourceRefusalKind.MalformedObjects),
        ("early EOF", SourceRefusalKind.FetchInterrupted),
        ("invalid index-pack output", SourceRefusalKind.FetchInterrupted),
        ("index-pack failed", SourceRefusalKind.FetchInterrupted),
        ("unpack-objects", SourceRefusalKind.FetchInterrupted),
        ("RPC failed", SourceRefusalKind.FetchInterrupted),
        ("transfer closed", SourceRefusalKind.FetchInterrupted),
        ("unexpected disconnect", SourceRefusalKind.FetchInterrupted),
        ("still expected", SourceRefusalKind.FetchInterrupted),
        ("did not send all necessary objects", SourceRefusalKind.FetchInterrupted),
        ("hung up unexpectedly", SourceRefusalKind.FetchInterrupted),
        ("does not appear to be a git repository", SourceRefusalKind.RepositoryMissing),
        ("not a git repository", SourceRefusalKind.RepositoryMissing),
        ("Repository not found", SourceRefusalKind.RepositoryMissing),
        ("' not found", SourceRefusalKind.RepositoryMissing),
        ("returned error: 404", SourceRefusalKind.RepositoryMissing),
        ("returned error: 410", SourceRefusalKind.RepositoryMissing),
        ("does not exist", SourceRefusalKind.RepositoryMissing),
        ("dubious ownership", SourceRefusalKind.RepositoryForeign),
    ];

    /// <summary>The kind that the messages show, or null when they show none.</summary>
    public static SourceRefusalKind? KindOf(string messages)
    {
        foreach (var (text, kind) in Signs)
        {
            if (messages.Contains(text, StringComparison.OrdinalIgnoreCase))
                return kind;
        }
        return null;
    }

    public static SourceRefusal Describe(GitAddress.Remote remote, GitRun run, TimeSpan deadline)
    {
        if (run.TimedOut)
            return new SourceRefusal(
                SourceRefusalKind.RemoteTimeout,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{remote.Display} did not finish within {deadline.TotalSeconds:0.#} s; the transfer was ended."
                ),
                "Check the server and the network, or allow more time."
            );
        var kind = KindOf(run.Error) ?? SourceRefusalKind.RemoteUnreachable;
        var words = Shown(run.Error, remote);
        return new SourceRefusal(
            kind,
            words.Length == 0
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{remote.Display} cannot be read: git ended with exit code {run.ExitCode}."
                )
                : $"{remote.Display} cannot be read: {words}",
            HintFor(kind)
        );
    }

    /// <summary>The line that says most, without credentials and without what a server might use to fool a terminal.</summary>
    public static string Shown(string messages, GitAddress.Remote? remote)
    {
        // Secrets go first: every later change (cut lines, escapes, hidden user names) would alter one so that it is no longer found.
        foreach (var secret in remote?.Secrets ?? [])
            messages = messages.Replace(secret, "***", StringComparison.Ordinal);
        var lines = messages.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var telling =
            lines.FirstOrDefault(line => FsckFinding().IsMatch(line))
            ?? lines.FirstOrDefault(line => KindOf(line) is not null)
            ?? lines.FirstOrDefault(line => line.StartsWith("fatal:", StringComparison.Ordinal))
            ?? lines.LastOrDefault()
            ?? "";
        var text = UserInfo().Replace(HiddenText.Shown(telling), "://***@");
        return text.Length <= ShownCharactersMax ? text : text[..ShownCharactersMax] + "…";
    }

    private static string? HintFor(SourceRefusalKind kind) =>
        kind switch
        {
            SourceRefusalKind.HostKeyUnknown => "Compare the server's key with one you trust, then add it to known_hosts.",
            SourceRefusalKind.AuthenticationFailed => "Give a key, a token or a credential helper that may read the repository.",
            SourceRefusalKind.RemoteUnreachable => "Check the name, the network, proxies and certificates.",
            SourceRefusalKind.FetchInterrupted => "Nothing of the broken transfer is used; the next read fetches again.",
            SourceRefusalKind.MalformedObjects => "Inspect the named object on the remote (git fsck), and make its commit anew.",
            SourceRefusalKind.RepositoryMissing => "Check the address; some servers also answer this when access is denied.",
            SourceRefusalKind.CacheUnusable => "Make room in the cache directory or name another one.",
            SourceRefusalKind.Sha256Unsupported => "Use a repository with SHA-1 object names.",
            SourceRefusalKind.IncompleteObjects => "Make the remote complete: git fetch --unshallow.",
            SourceRefusalKind.RepositoryForeign => "On the server: git config --global --add safe.directory <path>",
            _ => null,
        };

    [GeneratedRegex("^(remote: )?error: object [0-9a-f]{40}: ")]
    private static partial Regex FsckFinding();

    [GeneratedRegex("://[^/@\\s]+@")]
    private static partial Regex UserInfo();
}
