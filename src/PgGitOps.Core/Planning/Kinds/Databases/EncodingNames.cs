namespace PgGitOps.Core.Planning.Kinds.Databases;

/// <summary>The names that PostgreSQL takes for one encoding (pg_encname_tbl of src/common/encnames.c), compared without case and without what is no letter or digit.</summary>
internal static class EncodingNames
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

    /// <summary>One spelling for all names of one encoding.</summary>
    internal static string Canonical(string name)
    {
        var bare = string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return Aliases.GetValueOrDefault(bare, bare);
    }
}
