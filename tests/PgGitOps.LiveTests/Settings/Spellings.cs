using System.Globalization;
using PgGitOps.Core.Settings;

namespace PgGitOps.LiveTests.Settings;

/// <summary>Ways to write values of a parameter: those that servers take, and those that look as if they might.</summary>
internal static class Spellings
{
    private static readonly string[] Bools =
    [
        "on",
        "off",
        "ON",
        "Off",
        "true",
        "false",
        "TRUE",
        "t",
        "f",
        "tr",
        "fals",
        "yes",
        "no",
        "y",
        "n",
        "1",
        "0",
        "of",
        "o",
        "2",
        "",
        " on ",
        "onn",
        "maybe",
    ];

    private static readonly string[] Numbers =
    [
        "0",
        "1",
        "-1",
        "2",
        "10",
        "100",
        "1000",
        "100000",
        "+5",
        " 12 ",
        "1e2",
        "1.5e1",
        "10.4",
        "10.5",
        "11.5",
        "-0.4",
        "0.5",
        ".5",
        "5.",
        "0.123456789",
        "123456.789",
        "0x10",
        "0XfF",
        "-0x1",
        "0x",
        "010",
        "0777",
        "09",
        "1,5",
        "1_000",
        "",
        "-",
        "abc",
        "NaN",
        "inf",
        "99999999999",
        "1e400",
    ];

    private static readonly string[] MemoryUnits = ["B", "kB", "MB", "GB", "TB", "KB", "mb", "k"];
    private static readonly string[] TimeUnits = ["us", "ms", "s", "min", "h", "d", "m", "S", "sec"];

    private static readonly string[] Lists =
    [
        "",
        "a",
        "A",
        "a, b",
        "a,b",
        " a , B ",
        "\"a, b\"",
        "\"A\"",
        "\"a\"\"b\"",
        "\"\"",
        "a,,b",
        "a,",
        ",a",
        "a b",
        "\"a",
        "Å",
        "\"$user\", public",
        "select",
    ];

    private static readonly Dictionary<string, string[]> Texts = new(StringComparer.Ordinal)
    {
        ["DateStyle"] = ["ISO", "iso, dmy", "German", "SQL, MDY", "YMD", "Postgres, European", "US", "ISO, nonsense"],
        ["TimeZone"] = ["UTC", "utc", "Europe/Oslo", "europe/OSLO", "GMT+1", "Mars/Phobos", "CET-1CEST"],
        ["log_timezone"] = ["UTC", "utc", "Europe/Oslo", "europe/OSLO", "GMT+1", "Mars/Phobos"],
        ["client_encoding"] = ["UTF8", "utf-8", "Unicode", "LATIN1", "iso88591", "SQL_ASCII", "klingon"],
        ["log_destination"] = ["stderr", "stderr, csvlog", "STDERR,csvlog", "stderr,, csvlog", "nowhere", ""],
        ["application_name"] = ["plain", "with  blanks", ""],
        ["log_line_prefix"] = ["%m [%p] ", "", "100% 'quoted' \\ "],
        ["search_path"] = Lists,
        ["temp_tablespaces"] = ["", "\"\"", "pg_default", "PG_DEFAULT", "a,,b", "\"pg_default\", pg_default"],
        ["local_preload_libraries"] = ["", "\"\"", "auto_explain", "A, b", "a,,b"],
        ["session_preload_libraries"] = ["", "\"\"", "auto_explain", "A, b", "a,,b"],
        ["synchronous_standby_names"] =
        [
            "",
            "a",
            "A, b",
            "ANY 1 (a, b)",
            "first 2 (\"A\",b)",
            "2 (a,b)",
            "*",
            "ANY 0 (a)",
            "ANY (a)",
        ],
        ["wal_consistency_checking"] = ["", "all", "heap, BTREE", "nothing"],
        ["createrole_self_grant"] = ["", "set", "SET, inherit", "all"],
        ["restrict_nonsystem_relation_kind"] = ["", "view", "VIEW, foreign-table", "table"],
        ["log_connections"] = ["", "on", "off", "all", "Receipt, authentication", "1", "yes", "sometimes"],
        ["synchronized_standby_slots"] = ["", "a", "a, B", "a,,b"],
        ["default_text_search_config"] = ["pg_catalog.simple", "simple", "pg_catalog.english"],
        ["recovery_target_timeline"] = ["latest", "current", "3", "none"],
        ["log_directory"] = ["log", "log//x/", "/var/log/"],
    };

    public static IReadOnlyList<string> Of(SettingMeaning meaning) =>
        [
            .. meaning.VarType switch
            {
                "bool" => Bools,
                "enum" => Words(meaning),
                "integer" or "real" => Amounts(meaning),
                _ => Texts.GetValueOrDefault(meaning.Name, ["abc", ""]),
            },
        ];

    private static string[] Words(SettingMeaning meaning) =>
        [
            .. meaning.EnumValues,
            .. meaning.EnumValues.Select(v => v.ToUpperInvariant()),
            .. meaning.EnumValues.Where(v => v.Length > 2).Select(v => v[..^1]),
            .. Bools,
            .. meaning.Aliases.Select(a => a.Word),
            "debug",
            "hot_standby",
            "nonsense",
        ];

    private static string[] Amounts(SettingMeaning meaning)
    {
        var ends = new[] { meaning.Min, meaning.Max }.OfType<string>().ToArray();
        string[] beyond =
        [
            .. ends.Where(e => !e.Contains('e', StringComparison.Ordinal))
                .Select(e => decimal.Parse(e, CultureInfo.InvariantCulture))
                .SelectMany(e => (decimal[])[e - 1, e + 1])
                .Select(e => e.ToString(CultureInfo.InvariantCulture)),
        ];
        string[] units =
            meaning.Unit is null ? ["kB", "s"]
            : meaning.Unit.EndsWith('B') ? MemoryUnits
            : TimeUnits;
        return
        [
            .. Numbers,
            .. ends,
            .. beyond,
            .. units.SelectMany(u => (string[])[$"1{u}", $"64{u}", $"2048 {u}", $"1.5{u}", $"0.3{u}", $"-1{u}"]),
        ];
    }
}
