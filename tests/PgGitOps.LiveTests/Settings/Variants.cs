using System.Globalization;
using PgGitOps.Core.Settings;

namespace PgGitOps.LiveTests.Settings;

/// <summary>Texts that a running server can have in its file for a parameter: its default in all spellings, and values beside it that do no harm.</summary>
internal static class Variants
{
    private static readonly Dictionary<string, string[]> Texts = new(StringComparer.Ordinal)
    {
        ["DateStyle"] = ["ISO", "iso, dmy", "German", "SQL, MDY", "YMD", "Postgres, European", "MDY, ISO"],
        ["TimeZone"] = ["UTC", "utc", "Europe/Oslo", "europe/OSLO", "GMT+1", "CET-1CEST", "-03:30"],
        ["application_name"] = ["plain", "with  blanks", "wörter", ""],
        ["backtrace_functions"] = ["", "errfinish", "a, b"],
        ["client_encoding"] = ["UTF8", "utf-8", "Unicode", "SQL_ASCII"],
        ["createrole_self_grant"] = ["", "set", "SET, inherit"],
        ["default_table_access_method"] = ["heap"],
        ["default_tablespace"] = ["", "pg_default"],
        ["default_text_search_config"] = ["pg_catalog.simple", "simple", "pg_catalog.english"],
        ["lc_messages"] = ["C", "POSIX"],
        ["local_preload_libraries"] = [""],
        ["log_connections"] = ["", "on", "off", "all", "Receipt, authentication", "yes"],
        ["log_destination"] = ["stderr", "STDERR", "stderr,csvlog", "csvlog , stderr"],
        ["log_directory"] = ["log", "../log", "log//x/"],
        ["log_line_prefix"] = ["%m [%p] ", "", "100%% 'quoted' \\ ", "wörter "],
        ["log_timezone"] = ["UTC", "utc", "Europe/Oslo", "europe/OSLO", "GMT+1"],
        ["restrict_nonsystem_relation_kind"] = ["", "view", "VIEW, foreign-table"],
        ["search_path"] =
        [
            "",
            "\"\"",
            "public",
            "MySchema, public",
            "\"MySchema\",  \"$user\"",
            "\"a, b\", \"c\"\"d\"",
            "select, \"Select\"",
            "pg_catalog,public",
        ],
        ["session_preload_libraries"] = [""],
        ["shared_preload_libraries"] = [""],
        ["syslog_ident"] = ["postgres", "Other Name"],
        ["temp_tablespaces"] = ["", "\"\"", "pg_default", "PG_DEFAULT", "\"pg_default\", pg_default"],
        ["wal_consistency_checking"] = ["", "heap", "HEAP , btree"],
    };

    /// <param name="boot">The server's own default.</param>
    internal static IEnumerable<string> Of(SettingMeaning meaning, string? boot) =>
        meaning.VarType switch
        {
            "bool" => boot == "on"
                ? ["on", "ON", "true", "t", "yes", "y", "1"]
                : ["off", "OFF", "false", "f", "no", "n", "0", "of"],
            "enum" => Words(meaning, boot!),
            "integer" or "real" => Amounts(meaning, boot!),
            _ => Texts.GetValueOrDefault(meaning.Name, boot is { Length: > 0 } ? [boot] : []),
        };

    private static IEnumerable<string> Words(SettingMeaning meaning, string boot)
    {
        yield return boot;
        yield return boot.ToUpperInvariant();
        foreach (var (alias, means) in meaning.Aliases)
        {
            if (means == boot || (meaning.Name == "wal_compression" && means == "pglz"))
                yield return alias;
        }
        if (meaning.Context is not ("user" or "superuser") || meaning.Name is "default_toast_compression" or "wal_compression")
            yield break;
        foreach (var value in meaning.EnumValues)
            yield return value;
    }

    private static IEnumerable<string> Amounts(SettingMeaning meaning, string boot)
    {
        var value = decimal.Parse(boot, NumberStyles.Float, CultureInfo.InvariantCulture);
        var text = value.ToString(CultureInfo.InvariantCulture);
        yield return text;
        yield return $" {text} ";
        if (value >= 0)
            yield return $"+{text}";
        yield return $"{text}{(text.Contains('.') ? "0" : ".0")}";
        if (meaning.VarType == "integer" && value >= 0)
        {
            yield return $"0x{(long)value:x}";
            yield return $"0{Convert.ToString((long)value, 8)}";
        }
        if (meaning.Unit is { } unit && !char.IsDigit(unit[0]))
        {
            yield return $"{text}{unit}";
            yield return $"{text} {unit} ";
        }
        if (meaning.NeedsRestart)
            yield break;
        // Numbers that no unit spells alone, and fractions longer than the server shows.
        if (meaning.VarType == "real")
            yield return (value + 0.123456789m).ToString(CultureInfo.InvariantCulture);
        else if (value >= 0)
            // A timeout of milliseconds that counts from the login on would let nobody in.
            yield return (meaning.Name == "transaction_timeout" ? 60_000 : value + 7).ToString(CultureInfo.InvariantCulture);
        if (meaning.Unit is "ms" or "s" or "min" && value >= 0)
            yield return "1.5h";
        else if (meaning.Unit is { } memory && memory.EndsWith('B') && value >= 0)
            yield return "1.5GB";
    }
}
