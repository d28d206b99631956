using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Planning.Settings;

/// <summary>Values of parameters as SQL writes them.</summary>
public static class SettingSql
{
    /// <summary>The server quotes each name of the list by itself. No version changed that of a parameter, and extensions may not define such lists.</summary>
    public static bool IsQuotedList(string name) => ListOf(name) is not null;

    /// <summary>The right-hand side of <c>SET name =</c>, or null for what SET cannot say: an empty list of files.</summary>
    /// <remarks>
    /// The server quotes each constant that stands behind SET as one name, so a list that it quotes has to be taken apart before. An empty constant is a name
    /// too, the empty one: for a list of schemas or tablespaces that means none; for one of files, a file without a name.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The text stands for a value that was hidden when it was read.</exception>
    public static string? RightHandSide(string name, string written)
    {
        if (SecretSettings.IsRedacted(written))
            throw new InvalidOperationException($"The digest of a value of {name} must not become its value.");
        if (ListOf(name) is not { } syntax)
            return SqlLiteral.Quote(written);
        // What cannot be taken apart has been refused; of a server's own line only the server itself can judge.
        return NameList.Split(written, syntax) switch
        {
            null => SqlLiteral.Quote(written),
            [] => syntax == NameSyntax.Files ? null : "''",
            var names => string.Join(", ", names.Select(SqlLiteral.Quote)),
        };
    }

    private static NameSyntax? ListOf(string name) =>
        SettingTable.Of(SettingTable.LastMajor).Find(name) is { List: SettingList.Quoted } meaning
            ? SettingValue.SyntaxOf(meaning)
            : null;
}
