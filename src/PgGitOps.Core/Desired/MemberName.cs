namespace PgGitOps.Core.Desired;

/// <summary>The form of a member's name, as the schema demands it.</summary>
public static class MemberName
{
    public static bool Fits(string name) =>
        name.Length is > 0 and <= 63
        && char.IsAsciiLetterLower(name[0])
        && name[^1] != '-'
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
