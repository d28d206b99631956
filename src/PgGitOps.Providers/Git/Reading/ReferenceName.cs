using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Git.Reading;

/// <summary>Checks the text that names a revision before anything is asked about it.</summary>
internal static class ReferenceName
{
    public const int AbbreviationLengthMin = 4;

    /// <exception cref="RefusedException">ReferenceInvalid.</exception>
    public static void Check(string reference)
    {
        var reason = reference switch
        {
            "" => "it is empty",
            ['-', ..] => "it begins with '-'",
            { Length: > 255 } => "it is longer than 255 characters",
            _ when reference.Any(c => char.IsControl(c) || " ~^:?*[\\".Contains(c, StringComparison.Ordinal)) =>
                "it contains a character that no name has",
            _ when reference.Contains("..", StringComparison.Ordinal) || reference.Contains("@{", StringComparison.Ordinal) =>
                "it is an expression",
            _ when reference.StartsWith('/')
                    || reference.EndsWith('/')
                    || reference.EndsWith('.')
                    || reference.EndsWith(".lock", StringComparison.Ordinal) => "it is no name that Git allows",
            _ => null,
        };
        if (reason is not null)
            throw new RefusedException(
                SourceRefusalKind.ReferenceInvalid,
                $"'{HiddenText.Shown(reference)}' names no revision: {reason}.",
                "Give a branch, a tag, a commit id or HEAD."
            );
    }

    public static bool IsFullId(string text) => text.Length == 40 && IsHex(text);

    public static bool IsAbbreviatedId(string text) => text.Length is >= AbbreviationLengthMin and < 40 && IsHex(text);

    private static bool IsHex(string text) => text.All(char.IsAsciiHexDigit);
}
