namespace PgGitOps.Controller.Http;

/// <summary>What is asked of one page; bodies and most headers concern nobody.</summary>
/// <param name="Path">Without query, as it was sent.</param>
/// <param name="Host">As the caller calls us, without port; null where it does not say.</param>
internal sealed record HttpRequest(string Method, string Path, string? Host)
{
    /// <param name="head">Request line and headers, without the empty line that ends them.</param>
    /// <returns>The request, or the status that refuses it.</returns>
    public static (HttpRequest? Request, int Refused) Parse(string head)
    {
        var lines = head.Split('\n').Select(l => l.EndsWith('\r') ? l[..^1] : l).ToArray();
        if (lines.Any(l => l.Any(c => char.IsControl(c) && c != '\t')))
            return (null, 400);
        if (
            lines[0].Split(' ') is not [{ Length: > 0 } method, { Length: > 0 } target, var version]
            || !method.All(IsTokenCharacter)
        )
            return (null, 400);
        if (version is not ['H', 'T', 'T', 'P', '/', >= '0' and <= '9' and var major, '.', >= '0' and <= '9'])
            return (null, 400);
        if (major != '1')
            return (null, 505);
        if (PathOf(target) is not { } path)
            return (null, 400);
        var hosts = new List<string>();
        foreach (var line in lines.Skip(1))
        {
            // A name ends at its colon: with a space before it, or none at all, two readers would disagree on what was sent.
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || !line[..colon].All(IsTokenCharacter))
                return (null, 400);
            if (line[..colon].Equals("Host", StringComparison.OrdinalIgnoreCase))
                hosts.Add(line[(colon + 1)..].Trim());
        }
        if (hosts.Count > 1 || (hosts.Count == 0 && version != "HTTP/1.0"))
            return (null, 400);
        return (new(method, path, hosts is [{ Length: > 0 } host] ? WithoutPort(host) : null), 0);
    }

    private static string? PathOf(string target)
    {
        // The form that is sent to proxies; a server has to understand it too.
        if (target.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            var slash = target.IndexOf('/', "http://".Length);
            target = slash < 0 ? "/" : target[slash..];
        }
        return target == "*" || target[0] == '/' ? target.Split('?')[0] : null;
    }

    private static string WithoutPort(string host)
    {
        var colon = host.LastIndexOf(':');
        return colon > host.LastIndexOf(']') ? host[..colon] : host;
    }

    private static bool IsTokenCharacter(char c) =>
        char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
