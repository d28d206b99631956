using System.Globalization;

namespace PgGitOps.Core.Settings;

/// <summary>Reads a parameter's value as PostgreSQL would, so that values compare by meaning.</summary>
public static class SettingValue
{
    /// <summary>Lists whose names keep their case; all others are lists of identifiers.</summary>
    private static readonly Dictionary<string, NameSyntax> Syntaxes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["debug_io_direct"] = NameSyntax.Words,
        ["listen_addresses"] = NameSyntax.Words,
        ["local_preload_libraries"] = NameSyntax.Files,
        ["oauth_validator_libraries"] = NameSyntax.Files,
        ["session_preload_libraries"] = NameSyntax.Files,
        ["shared_preload_libraries"] = NameSyntax.Files,
        ["unix_socket_directories"] = NameSyntax.Files,
    };

    private static readonly HashSet<string> CaseInsensitiveTexts = new(StringComparer.OrdinalIgnoreCase)
    {
        "timezone",
        "log_timezone",
    };

    /// <param name="canonical">Equal texts mean equal values.</param>
    /// <param name="problem">What was expected, when the result is false.</param>
    public static bool TryRead(SettingMeaning meaning, string text, out string canonical, out string problem)
    {
        problem = "";
        canonical = "";
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
                return SettingNumber.TryReadInteger(text, meaning.Unit, out canonical, out problem)
                    && IsInRange(meaning, canonical, out problem);
            case "real":
                return SettingNumber.TryReadReal(text, meaning.Unit, out canonical, out problem)
                    && IsInRange(meaning, canonical, out problem);
            case "enum":
                return TryReadEnum(meaning, text, out canonical, out problem);
            default:
                return TryReadText(meaning, text, out canonical, out problem);
        }
    }

    /// <summary>As <see cref="TryRead"/> for what a live server itself says: a text that cannot be understood stands for itself.</summary>
    public static string ReadLive(SettingMeaning? meaning, string text) =>
        meaning is not null && TryRead(meaning, text, out var canonical, out _) ? canonical : text;

    /// <summary>How the names of a list are written; null for a value that is no list.</summary>
    public static NameSyntax? SyntaxOf(SettingMeaning meaning) =>
        meaning.List == SettingList.None || IsStandbyRule(meaning) ? null : Syntaxes.GetValueOrDefault(meaning.Name);

    /// <summary>
    /// A list of names that each are a file to load: an empty name among them keeps the server, or each session, from starting.
    /// </summary>
    public static bool IsOfLibraries(SettingMeaning meaning) =>
        meaning.List == SettingList.Quoted && meaning.Name.EndsWith("_libraries", StringComparison.OrdinalIgnoreCase);

    private static bool IsStandbyRule(SettingMeaning meaning) =>
        meaning.Name.Equals("synchronous_standby_names", StringComparison.OrdinalIgnoreCase);

    /// <summary>Every spelling PostgreSQL accepts of on and off; null for all others.</summary>
    public static bool? ReadBool(string text)
    {
        // bool.c takes every unambiguous beginning; a single o could be on or off.
        var word = text.ToLowerInvariant();
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
        var word = text;
        foreach (var (alias, means) in meaning.Aliases)
        {
            if (alias.Equals(text, StringComparison.OrdinalIgnoreCase))
                word = means;
        }
        foreach (var value in meaning.EnumValues)
        {
            if (!value.Equals(word, StringComparison.OrdinalIgnoreCase))
                continue;
            (canonical, problem) = (value.ToLowerInvariant(), "");
            return true;
        }
        (canonical, problem) = (
            "",
            $"expected one of {string.Join(", ", meaning.EnumValues.Select(v => v.Length == 0 ? "''" : v))}"
        );
        return false;
    }

    private static bool IsInRange(SettingMeaning meaning, string canonical, out string problem)
    {
        problem = "";
        // What a server says of itself without the ends of its range, it accepted.
        if (meaning.Min is null || meaning.Max is null)
            return true;
        var value = double.Parse(canonical, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (
            value >= double.Parse(meaning.Min, NumberStyles.Float, CultureInfo.InvariantCulture)
            && value <= double.Parse(meaning.Max, NumberStyles.Float, CultureInfo.InvariantCulture)
        )
        {
            problem = Gap(meaning.Name, value);
            return problem.Length == 0;
        }
        var unit = meaning.Unit is null ? "" : $", counted in {meaning.Unit}";
        problem = meaning.Max.Contains("e+", StringComparison.Ordinal)
            ? $"expected {meaning.Min} or more{unit}"
            : $"expected {meaning.Min} to {meaning.Max}{unit}";
        return false;
    }

    /// <summary>What a parameter's own check refuses within its range (guc hooks); an empty text for nothing.</summary>
    private static string Gap(string name, double value) =>
        name switch
        {
            "vacuum_buffer_usage_limit" when value is > 0 and < 128 => "expected 0, or 128 and more, counted in kB",
            "io_max_concurrency" when value == 0 => "expected -1, or 1 and more",
            "commit_timestamp_buffers"
            or "multixact_member_buffers"
            or "multixact_offset_buffers"
            or "notify_buffers"
            or "serializable_buffers"
            or "subtransaction_buffers"
            or "transaction_buffers" when value % 16 != 0 => "expected a multiple of 16",
            _ => "",
        };

    private static bool TryReadText(SettingMeaning meaning, string text, out string canonical, out string problem)
    {
        (canonical, problem) = (text, "");
        if (IsStandbyRule(meaning))
            canonical = SynchronousRule.CanonicalOf(text);
        else if (SyntaxOf(meaning) is { } syntax)
            return TryReadList(meaning, syntax, text, out canonical, out problem);
        else if (CaseInsensitiveTexts.Contains(meaning.Name))
            canonical = text.ToLowerInvariant();
        else if (meaning.Name.Equals("client_encoding", StringComparison.OrdinalIgnoreCase))
            canonical = EncodingName.Canonical(text);
        return true;
    }

    private static bool TryReadList(
        SettingMeaning meaning,
        NameSyntax syntax,
        string text,
        out string canonical,
        out string problem
    )
    {
        (canonical, problem) = ("", "");
        if (NameList.Split(text, syntax) is not { } names)
        {
            problem = "expected names behind commas, each bare or in double quotes";
            return false;
        }
        if (names.Contains("") && IsOfLibraries(meaning))
        {
            problem = "an empty name is no library, and nothing would start with it";
            return false;
        }
        // No name and an empty name are one and the same: no schema, the database's own tablespace.
        canonical = names is [""] && syntax == NameSyntax.Identifiers ? "" : NameList.Join(names);
        return true;
    }

    internal static string Invariant(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
