using System.Text;
using PgGitOps.Core.Planning.Settings;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Planning.Sql;

/// <summary>ALTER SYSTEM statements of plans, written and read back: before one is run, its value is tried on the server's host.</summary>
public static class AlterSystem
{
    private const string Set = "ALTER SYSTEM SET ";
    private const string Reset = "ALTER SYSTEM RESET ";

    /// <param name="value">As a person writes it; null, and an empty list, take the setting out of postgresql.auto.conf.</param>
    public static string Write(string name, string? value)
    {
        var right = value is null ? null : SettingSql.RightHandSide(name, value);
        return right is null ? Reset + SqlIdentifier.Parameter(name) : $"{Set}{SqlIdentifier.Parameter(name)} = {right}";
    }

    /// <summary>What one of these statements leaves in postgresql.auto.conf; null for any other statement.</summary>
    /// <returns>Name, and the value as the file holds it, before the file's own quotes; null for none.</returns>
    public static (string Name, string? Value)? Read(string statement)
    {
        if (statement.StartsWith(Reset, StringComparison.Ordinal))
            return (statement[Reset.Length..].Replace("\"", "", StringComparison.Ordinal), null);
        if (
            !statement.StartsWith(Set, StringComparison.Ordinal)
            || statement.IndexOf(" = ", StringComparison.Ordinal) is not (> 0 and var middle)
        )
            return null;
        var name = statement[Set.Length..middle].Replace("\"", "", StringComparison.Ordinal);
        var items = Literals(statement[(middle + 3)..]);
        return (
            name,
            SettingSql.IsQuotedList(name) ? NameList.Join(items)
            : items.Count == 1 ? items[0]
            : string.Join(", ", items)
        );
    }

    /// <summary>String constants as <see cref="SqlLiteral.Quote"/> writes them, separated by commas.</summary>
    private static List<string> Literals(string text)
    {
        List<string> items = [];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\'')
                continue;
            var escapes = i > 0 && text[i - 1] == 'E';
            var item = new StringBuilder();
            for (i++; i < text.Length; i++)
            {
                if (text[i] == '\'' && (i + 1 >= text.Length || text[i + 1] != '\''))
                    break;
                if (text[i] == '\'' || (escapes && text[i] == '\\'))
                    i++;
                item.Append(text[i]);
            }
            items.Add(item.ToString());
        }
        return items;
    }
}
