using System.Globalization;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Settings;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Planning;

/// <summary>Canonical forms of values that have several spellings. Desired and live pass through the same ones.</summary>
internal static class CanonicalForm
{
    internal static readonly FacetValue Exists = FacetValue.Shown("true", "present");

    internal static readonly FacetValue True = FacetValue.Of("true");

    internal static readonly FacetValue False = FacetValue.Of("false");

    /// <summary>The stored verifier was made from the declared password.</summary>
    internal static readonly FacetValue PasswordSet = FacetValue.Shown("matches", "(set)");

    internal static FacetValue Bool(bool value) => value ? True : False;

    internal static FacetValue Number(int value) => FacetValue.Of(value.ToString(CultureInfo.InvariantCulture));

    internal static FacetValue Moment(DateTimeOffset? moment) =>
        moment is { } m
            ? FacetValue.Of(m.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture))
            : FacetValue.Of("infinity");

    /// <summary>Operating systems spell one codeset UTF-8, utf8 or UTF8.</summary>
    internal static FacetValue Locale(string locale)
    {
        var canonical = locale;
        if (locale.Equals("POSIX", StringComparison.OrdinalIgnoreCase))
            canonical = "C";
        else if (locale.IndexOf('.') is >= 0 and var dot)
            canonical = locale[..dot] + "." + locale[(dot + 1)..].Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        return new FacetValue(canonical, locale, locale);
    }

    internal static FacetValue Locale(string collate, string ctype) =>
        Locale(collate) is var left && left.Equals(Locale(ctype))
            ? left
            : FacetValue.Shown($"{left.Canonical} / {Locale(ctype).Canonical}", $"{collate} / {ctype}");

    internal static FacetValue Encoding(string encoding) => new(EncodingName.Canonical(encoding), encoding, encoding);

    /// <summary>Stands behind a privilege that comes with grant option, as in PostgreSQL's own lists.</summary>
    internal const string GrantOption = "*";

    /// <summary>Declared, and seen, to hold nothing at all.</summary>
    internal static readonly FacetValue NoPrivileges = FacetValue.Shown("", "nothing");

    internal static string Privilege(string name) => name.ToUpperInvariant() is "TEMP" ? "TEMPORARY" : name.ToUpperInvariant();

    /// <summary>Null for no privilege at all, as the facet is then absent.</summary>
    internal static FacetValue? Privileges(IEnumerable<string> names)
    {
        var all = names.Select(Privilege).ToHashSet(StringComparer.Ordinal);
        // Whoever has it with grant option has it without.
        all.RemoveWhere(n => all.Contains(n + GrantOption));
        var text = string.Join(", ", all.Order(StringComparer.Ordinal));
        return text.Length == 0 ? null
            : text.Contains(GrantOption, StringComparison.Ordinal)
                ? FacetValue.Shown(text, text.Replace(GrantOption, " with grant option", StringComparison.Ordinal))
            : FacetValue.Of(text);
    }

    /// <summary>With a star behind those that come with grant option.</summary>
    internal static string[] PrivilegeNames(FacetValue? value) => PrivilegeNames(value?.Canonical);

    internal static string[] PrivilegeNames(string? canonical) => canonical is null or "" ? [] : canonical.Split(", ");

    /// <summary>The name bears its star.</summary>
    internal static bool HasGrantOption(string name) => name.EndsWith(GrantOption, StringComparison.Ordinal);

    /// <summary>Without its star.</summary>
    internal static string BarePrivilege(string name) => name.TrimEnd('*');

    internal static FacetValue Setting(SettingMeaning? meaning, string text)
    {
        var canonical = SettingValue.ReadLive(meaning, text);
        return new FacetValue(canonical, text, SettingDisplay.Of(meaning, canonical, text));
    }
}
