namespace PgGitOps.Providers.Hosts;

/// <summary>The one place that quotes for a POSIX shell.</summary>
internal static class ShellText
{
    /// <summary>A word that any POSIX shell reads back as exactly this text.</summary>
    public static string Quote(string word) =>
        word.Contains('\0')
            ? throw new ArgumentException("an argument cannot hold a NUL character", nameof(word))
            : $"'{word.Replace("'", """'"'"'""", StringComparison.Ordinal)}'";

    public static string Quote(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));
}
