using System.Globalization;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>A <c>format</c> that is enforced.</summary>
/// <param name="Expected">What the text is, in words.</param>
internal sealed record SchemaFormat(string Name, string Expected, Func<string, bool> Fits)
{
    private static readonly SchemaFormat[] Known =
    [
        new(
            "date",
            "a date such as 2030-01-31",
            t => DateOnly.TryParseExact(t, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
        ),
        new("time", "a time such as 12:00:00Z", t => IsMoment("2030-01-31T" + t)),
        new("date-time", "a moment such as 2030-01-31T12:00:00Z", IsMoment),
        new(
            "ipv4",
            "an IPv4 address",
            t =>
                t.Split('.') is { Length: 4 } parts
                && Array.TrueForAll(
                    parts,
                    p =>
                        p.Length is > 0 and <= 3
                        && p.All(char.IsAsciiDigit)
                        && (p.Length == 1 || p[0] != '0')
                        && int.Parse(p, CultureInfo.InvariantCulture) <= 255
                )
        ),
        new(
            "ipv6",
            "an IPv6 address",
            t => t.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.') && Uri.CheckHostName(t) == UriHostNameType.IPv6
        ),
        new("hostname", "a host name", IsHost),
        new("email", "an e-mail address", IsMailbox),
        new(
            "uri",
            "a URI with its scheme",
            t =>
                t.All(char.IsAscii)
                && !t.Contains(' ', StringComparison.Ordinal)
                && t.IndexOf(':', StringComparison.Ordinal) > 0
                && Uri.TryCreate(t, UriKind.Absolute, out _)
        ),
        new("uuid", "a UUID", t => Guid.TryParseExact(t, "D", out _)),
        new("regex", "a regular expression without look-around and back references", t => PatternReader.Read(t) is not null),
    ];

    /// <summary>Steps of a <see cref="SchemaBudget"/> that checking a text takes; an expression has to be read, and its classes made.</summary>
    public long Work(string text) => Name == "regex" ? text.Length : text.Length >> 4;

    public static SchemaFormat? Find(string name) => Array.Find(Known, f => f.Name == name);

    public static string Names => string.Join(", ", Known.Select(f => f.Name).Order(StringComparer.Ordinal));

    // RFC 3339: seconds are written, and so is the offset.
    private static bool IsMoment(string text)
    {
        var at = text.IndexOfAny(['Z', 'z', '+'], Math.Min(11, text.Length));
        if (at < 0)
            at = text.LastIndexOf('-') > 10 ? text.LastIndexOf('-') : -1;
        if (
            at < 19
            || text[10] is not ('T' or 't')
            || (at > 19 && (text[19] != '.' || at == 20 || text.AsSpan(20, at - 20).IndexOfAnyExceptInRange('0', '9') >= 0))
        )
            return false;
        var offset = text[at..];
        var leap = text[..19].Replace(":60", ":59", StringComparison.Ordinal);
        return DateTime.TryParseExact(
                leap.ToUpperInvariant(),
                "yyyy-MM-dd'T'HH:mm:ss",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out _
            )
            && (
                offset is "Z" or "z"
                || (
                    offset.Length == 6
                    && TimeOnly.TryParseExact(offset[1..], "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
                )
            );
    }

    private static bool IsHost(string text) =>
        text.Length is > 0 and <= 253
        && Array.TrueForAll(
            text.Split('.'),
            l => l.Length is > 0 and <= 63 && l.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && l[0] != '-' && l[^1] != '-'
        );

    private static bool IsMailbox(string text) =>
        text.Split('@') is [{ Length: > 0 and <= 64 } local, var host]
        && IsHost(host)
        && Array.TrueForAll(
            local.Split('.'),
            atom =>
                atom.Length > 0
                && atom.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal))
        );
}
