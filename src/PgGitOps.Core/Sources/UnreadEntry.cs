namespace PgGitOps.Core.Sources;

/// <summary>Findings about entries of a repository that are not read, wherever it lies.</summary>
public static class UnreadEntry
{
    public static Diagnostic Link(string path) => new(Severity.Error, "PGG001", "A symbolic link is not followed.", SourceSpan.WholeFile(path))
    {
        Hint = "Commit the file itself.",
    };
}
