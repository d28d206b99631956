using System.Globalization;

namespace PgGitOps.Core.Desired.Reading;

/// <summary>Address ranges of a server's access list. One wrong line there keeps the server from starting.</summary>
internal static class AddressRange
{
    private const int Version6Groups = 8;

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
        return int.Parse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture) > bits
            ? string.Create(CultureInfo.InvariantCulture, $"the prefix of '{text}' is too long: an {name} address has {bits} bits")
            : null;
    }

    // Short and octal forms mean something else than they look like: servers read 10/8 as 0.0.0.10/8 and 010.0.0.0/8 as 8.0.0.0/8.
    private static bool IsVersion4(string address) => address.Split('.') is { Length: 4 } parts && parts.All(p =>
        byte.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && p == value.ToString(CultureInfo.InvariantCulture));

    /// <remarks>Written out, for the core has no network types.</remarks>
    private static bool IsVersion6(string address)
    {
        if (address.Split("::") is not { Length: <= 2 } halves)
            return false;
        var groups = 0;
        for (var i = 0; i < halves.Length; i++)
        {
            if (halves[i].Length == 0)
                continue;
            var parts = halves[i].Split(':');
            // An IPv4 address may stand at the very end, for two groups.
            var endsInVersion4 = i == halves.Length - 1 && IsVersion4(parts[^1]);
            if (!(endsInVersion4 ? parts[..^1] : parts).All(p => p.Length is >= 1 and <= 4 && p.All(char.IsAsciiHexDigit)))
                return false;
            groups += parts.Length + (endsInVersion4 ? 1 : 0);
        }
        return halves.Length == 2 ? groups < Version6Groups : groups == Version6Groups;
    }
}
