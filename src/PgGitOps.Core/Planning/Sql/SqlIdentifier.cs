using System.Text;
using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Sql;

/// <summary>Writes names into SQL: the only place that quotes identifiers.</summary>
public static class SqlIdentifier
{
    /// <summary>NAMEDATALEN − 1: PostgreSQL silently cuts a longer name, and two names could become one.</summary>
    public const int BytesMax = 63;

    /// <summary>What is wrong with a name, or null when PostgreSQL can carry it exactly.</summary>
    public static string? Problem(string name)
    {
        if (name.Length == 0)
            return "an empty name";
        if (name.Contains('\0'))
            return "a name with a NUL character";
        if (!SqlLiteral.IsWellFormed(name))
            return "a name that is not valid Unicode";
        var bytes = Encoding.UTF8.GetByteCount(name);
        return bytes > BytesMax ? $"a name of {bytes} bytes; PostgreSQL cuts names at {BytesMax}" : null;
    }

    /// <summary>The name in double quotes, whatever it holds.</summary>
    /// <exception cref="ArgumentException">The name has a <see cref="Problem"/>, which the caller must have asked for before.</exception>
    public static string Quote(string name)
    {
        if (Problem(name) is { } problem)
            throw new ArgumentException($"Not a name for SQL: {problem}.", nameof(name));
        return string.Concat("\"", name.Replace("\"", "\"\"", StringComparison.Ordinal), "\"");
    }

    public static string Quote(string schema, string name) => $"{Quote(schema)}.{Quote(name)}";

    /// <summary>A grantee: everyone is the keyword <c>PUBLIC</c>, every other name is quoted.</summary>
    public static string Grantee(string name) => Everyone.Is(name) ? "PUBLIC" : Quote(name);

    /// <summary>A parameter name: two parts when it belongs to an extension (<c>auto_explain.log_min_duration</c>).</summary>
    public static string Parameter(string name) => string.Join('.', name.Split('.').Select(Quote));
}
