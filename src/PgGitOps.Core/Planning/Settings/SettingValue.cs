using System.Globalization;
using System.Text;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Settings;

/// <summary>Reads a parameter's value as PostgreSQL would, so that values compare by meaning.</summary>
public static class SettingValue
{
    // guc.c: GUC_LIST_QUOTE. One literal for the whole list would become one quoted name.
    private static readonly HashSet<string> QuotedLists = new(StringComparer.OrdinalIgnoreCase)
    {
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    };

    private static readonly HashSet<string> PlainLists = new(StringComparer.OrdinalIgnoreCase)
    {
        "createrole_self_grant",
        "datestyle",
        "debug_io_direct",
        "listen_addresses",
        "log_destination",
        "wal_consistency_checking",
    };

    private static readonly HashSet<string> FoldedLists = new(StringComparer.OrdinalIgnoreCase)
    {
        "createrole_self_grant",
        "datestyle",
        "log_destination",
        "search_path",
        "temp_tablespaces",
        "wal_consistency_checking",
    };

    private static readonly HashSet<string> CaseInsensitiveTexts = new(StringComparer.OrdinalIgnoreCase)
    {
        "timezone",
        "log_timezone",
        "client_encoding",
    };

    /// <param name="canonical">Equal texts mean equal values.</param>
    /// <param name="problem">What was expected, when the result is false.</param>
    public static bool TryRead(SettingMeaning meaning, string text, out string canonical, out string problem)
    {
        problem = "";
        canonical = "";
        if (SqlLiteral.Problem(text) is { } flaw)
        {
            problem = flaw;
            return false;
        }
        switch (meaning.VarType)
        {
            case "bool":
                if (ReadBool(text) is not { } truth)
                {
                    problem = "expected on or off";
                    return false;
                }
                canonical = truth ? "on" : "off";
                return true;
            case "integer":
                return SettingNumber.TryReadInteger(text, meaning.Unit, out canonical, out problem);
            case "real":
                return SettingNumber.TryReadReal(text, meaning.Unit, out canonical, out problem);
            case "enum":
                return TryReadEnum(meaning, text.Trim(), out canonical, out problem);
            default:
                canonical = ReadText(meaning.Name, text);
                return true;
        }
    }

    /// <summary>As <see cref="TryRead"/> for what a live server itself says: a text that cannot be understood stands for itself.</summary>
    public static string ReadLive(SettingMeaning? meaning, string text) =>
        meaning is not null && TryRead(meaning, text, out var canonical, out _) ? canonical : text;

    /// <summary>Items of a list as they are written, without their quotes.</summary>
    public static IReadOnlyList<string> SplitItems(string text) => SplitList(text, fold: false);

    public static bool IsQuotedList(string name) => QuotedLists.Contains(name);

    /// <summary>The right-hand side of <c>SET name =</c>, or null where only RESET expresses it.</summary>
    public static string? ToSql(string name, string text)
    {
        if (!IsQuotedList(name))
            return SqlLiteral.Quote(text);
        var items = SplitList(text, fold: false);
        return items.Count == 0 ? null : string.Join(", ", items.Select(SqlLiteral.Quote));
    }

    private static bool? ReadBool(string text)
    {
        // guc.c accepts every unambiguous beginning; a single o could be on or off.
        var word = text.Trim().ToLowerInvariant();
        if (word.Length == 0)
            return null;
        if (
            "true".StartsWith(word, StringComparison.Ordinal)
            || "yes".StartsWith(word, StringComparison.Ordinal)
            || word is "on" or "1"
        )
            return true;
        if (
            "false".StartsWith(word, StringComparison.Ordinal)
            || "no".StartsWith(word, StringComparison.Ordinal)
            || word is "off" or "of" or "0"
        )
            return false;
        return null;
    }

    private static bool TryReadEnum(SettingMeaning meaning, string text, out string canonical, out string problem)
    {
        problem = "";
        foreach (var value in meaning.EnumValues)
        {
            if (string.Equals(value, text, StringComparison.OrdinalIgnoreCase))
            {
                canonical = value.ToLowerInvariant();
                return true;
            }
        }
        canonical = HiddenEnumValue(meaning, text.ToLowerInvariant()) ?? text;
        if (meaning.EnumValues.Contains(canonical))
            return true;
        problem = $"expected one of {string.Join(", ", meaning.EnumValues)}";
        return false;
    }

    /// <summary>Spellings that guc_tables.c accepts and pg_settings does not list.</summary>
    private static string? HiddenEnumValue(SettingMeaning meaning, string text) =>
        (meaning.Name.ToLowerInvariant(), text) switch
        {
            ("wal_level", "archive" or "hot_standby") => "replica",
            ("password_encryption", "on" or "true" or "yes" or "1") => "md5",
            ("client_min_messages" or "log_min_messages" or "log_min_error_statement", "debug") => "debug2",
            _ => ReadBool(text) switch
            {
                true => "on",
                false => "off",
                null => null,
            },
        };

    private static string ReadText(string name, string text)
    {
        if (name.Equals("synchronous_standby_names", StringComparison.OrdinalIgnoreCase))
            return StandbyRule.Canonical(text);
        if (QuotedLists.Contains(name) || PlainLists.Contains(name))
            return string.Join(", ", SplitList(text, FoldedLists.Contains(name)));
        return CaseInsensitiveTexts.Contains(name) ? text.ToLowerInvariant() : text;
    }

    /// <summary>Items of a comma-separated list; double quotes keep commas, spaces and case.</summary>
    internal static List<string> SplitList(string text, bool fold)
    {
        List<string> items = [];
        var item = new StringBuilder();
        var (inQuotes, wasQuoted) = (false, false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (inQuotes && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                item.Append('"');
                i++;
            }
            else if (c == '"')
            {
                inQuotes = !inQuotes;
                wasQuoted = true;
            }
            else if (c == ',' && !inQuotes)
            {
                Take();
            }
            else
            {
                item.Append(c);
            }
        }
        Take();
        return items;

        void Take()
        {
            var value = item.ToString().Trim();
            if (value.Length > 0)
                items.Add(fold && !wasQuoted ? value.ToLowerInvariant() : value);
            item.Clear();
            wasQuoted = false;
        }
    }

    internal static string Invariant(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
