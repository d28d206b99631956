namespace PgGitOps.Core.Sources;

/// <summary>Findings about entries of a repository that are not read, wherever it lies.</summary>
public static class UnreadEntry
{
    public static Diagnostic Link(string path) =>
        new(Severity.Error, "PGG001", "A symbolic link is not followed.", SourceSpan.WholeFile(path))
        {
            Hint = "Commit the file itself.",
        };

    /// <summary>A folder that a reviewer, or a checkout where case does not count, takes for one that is read.</summary>
    /// <param name="meant">As it would be read.</param>
    public static Diagnostic Spelling(string path, string meant) =>
        new(
            Severity.Error,
            "PGG008",
            $"This folder is not read: {meant} is written in small letters.",
            SourceSpan.WholeFile(path)
        )
        {
            Hint = $"Rename it: git mv {path} {meant}.",
        };

    /// <summary>A name that a terminal or a reviewer would see as another one.</summary>
    public static Diagnostic Name(string path) =>
        new(
            Severity.Error,
            "PGG003",
            "A name that is not UTF-8 or contains control characters is not read.",
            SourceSpan.WholeFile(HiddenText.Shown(path))
        )
        {
            Hint = "Rename it: git mv.",
        };

    /// <summary>False for a name that is not UTF-8 (its bytes were replaced on the way here) or has control characters.</summary>
    public static bool IsPlain(string name) => !name.Any(IsHidden);

    private static bool IsHidden(char c) =>
        char.IsControl(c)
        || c is '\uFFFD' or '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
