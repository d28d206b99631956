namespace PgGitOps.Core.Planning.Sql;

/// <summary>Writes strings into SQL statements that take no bound values (DDL): the only place that quotes literals.</summary>
public static class SqlLiteral
{
    /// <summary>The text as a string constant that reads the same whatever standard_conforming_strings says.</summary>
    /// <exception cref="ArgumentException">The text has a <see cref="Problem"/>, which the caller must have asked for before.</exception>
    public static string Quote(string text)
    {
        if (Problem(text) is { } problem)
            throw new ArgumentException($"Not a text for SQL: {problem}.", nameof(text));
        var quoted = text.Replace("'", "''", StringComparison.Ordinal);
        // A leading space keeps E'…' from joining a keyword that stands before it.
        return quoted.Contains('\\') ? $" E'{quoted.Replace("\\", @"\\", StringComparison.Ordinal)}'" : $"'{quoted}'";
    }

    /// <summary>What is wrong with a text, or null.</summary>
    public static string? Problem(string text)
    {
        if (text.Contains('\0'))
            return "it holds a NUL character";
        return IsWellFormed(text) ? null : "it is not valid Unicode";
    }

    internal static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }
        return true;
    }
}
