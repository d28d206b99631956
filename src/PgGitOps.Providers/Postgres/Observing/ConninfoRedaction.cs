using System.Text.RegularExpressions;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Takes secrets out of connection strings that servers keep among their settings.</summary>
internal static partial class ConninfoRedaction
{
    private const string Redacted = "(redacted)";

    public static string? Apply(string settingName, string? value) =>
        value is null || !settingName.EndsWith("conninfo", StringComparison.OrdinalIgnoreCase) ? value : Redact(value);

    public static string Redact(string conninfo)
    {
        var pairs = SecretPair().Replace(conninfo, $"$1{Redacted}");
        return UriPassword().Replace(pairs, $"$1{Redacted}$2");
    }

    // libpq: keyword = value, where a quoted value may hold \' and \\; an unquoted one ends at white space, and in a URI's query at &.
    [GeneratedRegex(
        """((?:password|sslpassword)\s*=\s*)(?:'(?:[^'\\]|\\.)*'?|(?:[^\s&\\]|\\.)*)""",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant
    )]
    private static partial Regex SecretPair();

    // postgresql://user:password@host
    [GeneratedRegex(
        """(^\s*postgres(?:ql)?://[^:@/?\s]*:)[^@/\s]*(@)""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex UriPassword();
}
