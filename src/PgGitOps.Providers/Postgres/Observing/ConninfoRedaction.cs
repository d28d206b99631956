using System.Text.RegularExpressions;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Takes secrets out of settings of servers: out of connection strings, and commands as a whole, for nobody knows where in them a key stands.</summary>
internal static partial class ConninfoRedaction
{
    private const string Redacted = "(redacted)";

    /// <summary>None of them can be declared, so nothing is compared with what they hold.</summary>
    private static readonly HashSet<string> Commands = new(StringComparer.OrdinalIgnoreCase)
    {
        "archive_command",
        "restore_command",
    };

    public static string? Apply(string settingName, string? value) =>
        value switch
        {
            null or "" => value,
            _ when settingName.EndsWith("conninfo", StringComparison.OrdinalIgnoreCase) => Redact(value),
            _ when Commands.Contains(settingName) => Redacted,
            _ => value,
        };

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
