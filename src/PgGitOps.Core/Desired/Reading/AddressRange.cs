using System.Globalization;
using System.Net;

namespace PgGitOps.Core.Desired.Reading;

/// <summary>Address ranges of a server's access list. One wrong line there keeps the server from starting.</summary>
internal static class AddressRange
{
    /// <param name="text">Characters of addresses, a slash and digits: the schema has seen to that.</param>
    /// <returns>Null when a server reads it as what it says.</returns>
    public static string? Problem(string text)
    {
        var slash = text.LastIndexOf('/');
        var address = text[..slash];
        var isVersion6 = address.Contains(':', StringComparison.Ordinal);
        if (!(isVersion6 ? IsVersion6(address) : IsVersion4(address)))
            return $"'{text}' does not begin with an IPv4 or IPv6 address";
        var (name, bits) = isVersion6 ? ("IPv6", 128) : ("IPv4", 32);
        return
            !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
            || prefix > bits
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the prefix of '{text}' is too long: an {name} address has {bits} bits"
            )
            : null;
    }

    // Short and octal forms mean something else than they look like: servers read 10/8 as 0.0.0.10/8 and 010.0.0.0/8 as 8.0.0.0/8.
    private static bool IsVersion4(string address) =>
        address.Split('.') is { Length: 4 } parts
        && parts.All(p =>
            byte.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && p == value.ToString(CultureInfo.InvariantCulture)
        );

    private static bool IsVersion6(string address) => IPAddress.TryParse(address, out _);
}
