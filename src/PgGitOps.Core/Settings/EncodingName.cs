namespace PgGitOps.Core.Settings;

/// <summary>Names of character encodings, as the server compares them: letters and digits count, and some have a second name (encnames.c).</summary>
public static class EncodingName
{
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["ABC"] = "WIN1258",
        ["ALT"] = "WIN866",
        ["ISO88591"] = "LATIN1",
        ["ISO885910"] = "LATIN6",
        ["ISO885913"] = "LATIN7",
        ["ISO885914"] = "LATIN8",
        ["ISO885915"] = "LATIN9",
        ["ISO885916"] = "LATIN10",
        ["ISO88592"] = "LATIN2",
        ["ISO88593"] = "LATIN3",
        ["ISO88594"] = "LATIN4",
        ["ISO88599"] = "LATIN5",
        ["KOI8"] = "KOI8R",
        ["MSKANJI"] = "SJIS",
        ["SHIFTJIS"] = "SJIS",
        ["TCVN"] = "WIN1258",
        ["TCVN5712"] = "WIN1258",
        ["UNICODE"] = "UTF8",
        ["VSCII"] = "WIN1258",
        ["WIN"] = "WIN1251",
        ["WIN932"] = "SJIS",
        ["WIN936"] = "GBK",
        ["WIN949"] = "UHC",
        ["WIN950"] = "BIG5",
        ["WINDOWS1250"] = "WIN1250",
        ["WINDOWS1251"] = "WIN1251",
        ["WINDOWS1252"] = "WIN1252",
        ["WINDOWS1253"] = "WIN1253",
        ["WINDOWS1254"] = "WIN1254",
        ["WINDOWS1255"] = "WIN1255",
        ["WINDOWS1256"] = "WIN1256",
        ["WINDOWS1257"] = "WIN1257",
        ["WINDOWS1258"] = "WIN1258",
        ["WINDOWS866"] = "WIN866",
        ["WINDOWS874"] = "WIN874",
        ["WINDOWS932"] = "SJIS",
        ["WINDOWS936"] = "GBK",
        ["WINDOWS949"] = "UHC",
        ["WINDOWS950"] = "BIG5",
    };

    /// <summary>Upper case, without what the server ignores: <c>utf-8</c> and <c>Unicode</c> are <c>UTF8</c>.</summary>
    public static string Canonical(string name)
    {
        var bare = string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return Aliases.GetValueOrDefault(bare, bare);
    }
}
