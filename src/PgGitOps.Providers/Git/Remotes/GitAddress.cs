using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git.Remotes;

/// <summary>Where a repository is. Credentials are taken out of the text at once and never printed.</summary>
internal abstract record GitAddress
{
    private GitAddress(string display) => Display = display;

    /// <summary>The address as it may be shown and logged.</summary>
    public string Display { get; }

    public sealed record Local(string Path) : GitAddress(Path);

    public sealed record Remote : GitAddress
    {
        internal Remote(string url, string display, string? user, string? password)
            : base(display)
        {
            Url = url;
            User = user;
            Password = password;
        }

        /// <summary>The address without credentials, fit for a process argument.</summary>
        public string Url { get; }

        public string? User { get; }

        public string? Password { get; }

        /// <summary>What must not be shown, as it stands and as an address writes it; the longest first, since one may hold another.</summary>
        public IReadOnlyList<string> Secrets
        {
            get
            {
                // Without a password the user's place holds a token, and a query can hold one.
                var query = Url.IndexOfAny(['?', '#']);
                return
                [
                    .. new[] { string.IsNullOrEmpty(Password) ? User : Password, query < 0 ? null : Url[(query + 1)..] }
                        .Where(secret => !string.IsNullOrEmpty(secret))
                        .SelectMany(secret => new[] { secret!, Uri.EscapeDataString(secret!) })
                        .Distinct(StringComparer.Ordinal)
                        .OrderByDescending(secret => secret.Length),
                ];
            }
        }

        public override string ToString() => Display;
    }

    /// <exception cref="RefusedException">AddressUnsupported.</exception>
    public static GitAddress Parse(string text)
    {
        if (text.Length == 0 || text[0] == '-' || text.Any(char.IsControl))
            throw Unsupported("The repository address is empty, begins with '-' or contains a control character.");
        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd > 0 && text.AsSpan(0, schemeEnd).IndexOfAnyExcept(SchemeCharacters) < 0)
            return ParseUrl(text[..schemeEnd].ToLowerInvariant(), text[(schemeEnd + 3)..]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (colon <= 0 || (slash >= 0 && slash < colon))
            return new Local(Path.GetFullPath(text));
        if (text.AsSpan(colon).StartsWith("::"))
            throw Unsupported("Remote helpers such as ext:: run commands and are not read.");
        return ParseScpLike(text, colon);
    }

    private static readonly System.Buffers.SearchValues<char> SchemeCharacters = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-"
    );

    private static GitAddress ParseUrl(string scheme, string rest)
    {
        var pathStart = rest.IndexOf('/', StringComparison.Ordinal);
        var authority = pathStart < 0 ? rest : rest[..pathStart];
        var path = pathStart < 0 ? "" : rest[pathStart..];
        if (scheme == "file")
        {
            if (authority is not ("" or "localhost") || path.Length == 0)
                throw Unsupported("A file:// address names a path of this machine, such as file:///srv/policies.git.");
            return new Local(Path.GetFullPath(Uri.UnescapeDataString(path)));
        }
        if (scheme is not ("http" or "https" or "ssh"))
            throw Unsupported($"The scheme {scheme}:// is not read.");
        var at = authority.LastIndexOf('@');
        var host = authority[(at + 1)..];
        CheckHost(host);
        if (path.Trim('/').Length == 0)
            throw Unsupported($"The address {scheme}://{host} names no repository.");
        var userInfo = at < 0 ? null : authority[..at];
        var separator = userInfo?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        var user = userInfo is null ? null : Uri.UnescapeDataString(separator < 0 ? userInfo : userInfo[..separator]);
        var password = separator < 0 ? null : Uri.UnescapeDataString(userInfo![(separator + 1)..]);
        if ((user?.Any(char.IsControl) ?? false) || (password?.Any(char.IsControl) ?? false))
            throw Unsupported("The credentials in the address contain a control character.");
        if (scheme == "ssh")
        {
            // ssh takes no password from an address; the user name is no secret and part of the place.
            var place = user is null ? $"ssh://{host}{path}" : $"ssh://{Uri.EscapeDataString(user)}@{host}{path}";
            return new Remote(place, place, null, null);
        }
        // A token can stand in the user's place, and in a query: neither is shown.
        var query = path.IndexOfAny(['?', '#']);
        var shownPath = query < 0 ? path : path[..query] + "?***";
        return new Remote(
            $"{scheme}://{host}{path}",
            $"{scheme}://{(userInfo is null ? "" : "***@")}{host}{shownPath}",
            user,
            password
        );
    }

    private static Remote ParseScpLike(string text, int colon)
    {
        var place = text[..colon];
        CheckHost(place[(place.LastIndexOf('@') + 1)..]);
        if (text.Length == colon + 1)
            throw Unsupported($"The address {place}: names no repository.");
        return new Remote(text, text, null, null);
    }

    private static void CheckHost(string host)
    {
        // A host that begins with '-' would be an option of ssh.
        if (host.Length == 0 || host[0] == '-' || host.Any(char.IsWhiteSpace))
            throw Unsupported("The repository address has no usable host name.");
    }

    private static RefusedException Unsupported(string message) =>
        new(SourceRefusalKind.AddressUnsupported, message, "Use a path, file://, https://, http://, ssh:// or user@host:path.");
}
