using System.Globalization;
using System.Text;

namespace PgGitOps.Core.Desired;

/// <summary>SASLprep (RFC 4013) as PostgreSQL applies it to passwords: where it refuses a text, the raw bytes are the password.</summary>
/// <remarks>
/// SASLprep needs Unicode's normalisation form KC, which .NET does not have where the product runs without ICU. So only
/// characters are taken that this form leaves alone, which are those of most keyboards; any other one is a
/// <see cref="Problem"/>: better a clear refusal than a verifier that no client's login matches.
/// </remarks>
public static class ScramPassword
{
    // Blocks whose characters have no decomposition that the form would apply, and neither combine nor run right to left.
    private static readonly (int First, int Last)[] Unchanged =
    [
        (0x00A1, 0x00A7),
        (0x00A9, 0x00A9),
        (0x00AB, 0x00AC),
        (0x00AE, 0x00AE),
        (0x00B0, 0x00B1),
        (0x00B6, 0x00B7),
        (0x00BB, 0x00BB),
        (0x00BF, 0x0131),
        (0x0134, 0x013E),
        (0x0141, 0x0148),
        (0x014A, 0x017E),
        (0x0391, 0x03A1),
        (0x03A3, 0x03CE),
        (0x0400, 0x0482),
        (0x20AC, 0x20AC),
        (0x3041, 0x3094),
        (0x30A1, 0x30FA),
        (0x4E00, 0x9FA5),
        (0xAC00, 0xD7A3),
    ];

    /// <summary>Why a verifier of this password cannot be made, or null. Names no more of the password than one character's code.</summary>
    public static string? Problem(string password)
    {
        if (password.Length == 0)
            return "it is empty";
        if (password.Contains('\0'))
            return "it holds a NUL character";
        foreach (var rune in password.EnumerateRunes())
        {
            if (
                !rune.IsAscii
                && !IsMapped(rune.Value)
                && !IsProhibited(rune.Value)
                && !Unchanged.Any(r => rune.Value >= r.First && rune.Value <= r.Last)
            )
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"it holds the character U+{rune.Value:X4}, whose normalised form is not known here"
                );
        }
        return null;
    }

    /// <exception cref="ArgumentException">The password has a <see cref="Problem"/>, which the caller must have asked for before.</exception>
    public static byte[] Prepare(string password)
    {
        if (Problem(password) is { } problem)
            throw new ArgumentException($"Not a password to make a verifier of: {problem}.", nameof(password));
        return Encoding.UTF8.GetBytes(Ascii.IsValid(password) ? password : Prepared(password) ?? password);
    }

    private static string? Prepared(string password)
    {
        var mapped = new StringBuilder(password.Length);
        foreach (var rune in password.EnumerateRunes())
        {
            if (rune.Value < 0x20 || rune.Value == 0x7F || IsProhibited(rune.Value))
                return null;
            if (rune.Value == NoBreakSpace)
                mapped.Append(' ');
            else if (rune.Value != SoftHyphen)
                mapped.Append(rune);
        }
        return mapped.Length == 0 ? null : mapped.ToString();
    }

    private const int NoBreakSpace = 0x00A0;
    private const int SoftHyphen = 0x00AD;

    private static bool IsMapped(int c) => c is NoBreakSpace or SoftHyphen;

    // The other control characters (RFC 3454, C.2.2).
    private static bool IsProhibited(int c) => c is >= 0x80 and <= 0x9F;
}
