using System.ComponentModel;
using PgGitOps.Core.Policies.Machinery;

namespace PgGitOps.Core.Policies.Language;

/// <summary>What a rule calls where it writes a method of <see cref="string"/>: the same, paid for by the length of the texts.</summary>
/// <remarks>
/// The compiler of rules changes the names, so that a step is a bounded time whatever a text holds. By ordinal comparison also where
/// <see cref="string"/> would ask a culture: there is none in a rule.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Texts
{
    /// <summary>Methods of <see cref="string"/> that are changed to one here, by name.</summary>
    internal static IReadOnlyCollection<string> Names { get; } =
    [
        "Contains",
        "StartsWith",
        "EndsWith",
        "IndexOf",
        "LastIndexOf",
        "Substring",
        "Trim",
        "TrimStart",
        "TrimEnd",
        "ToLowerInvariant",
        "ToUpperInvariant",
        "Split",
        "Equals",
    ];

    /// <summary>What stands before a changed name.</summary>
    internal const string Prefix = "Paid";

    public static bool PaidContains(this string text, string part) => Sought(text, part).Contains(part, StringComparison.Ordinal);

    public static bool PaidContains(this string text, string part, StringComparison how) =>
        Sought(text, part, how).Contains(part, how);

    public static bool PaidContains(this string text, char part) => Walked(text).Contains(part, StringComparison.Ordinal);

    public static bool PaidContains(this string text, char part, StringComparison how) => Walked(text).Contains(part, how);

    public static bool PaidStartsWith(this string text, string part) =>
        Compared(text, part).StartsWith(part, StringComparison.Ordinal);

    public static bool PaidStartsWith(this string text, string part, StringComparison how) =>
        Compared(text, part).StartsWith(part, how);

    public static bool PaidStartsWith(this string text, char part) => text.StartsWith(part);

    public static bool PaidEndsWith(this string text, string part) =>
        Compared(text, part).EndsWith(part, StringComparison.Ordinal);

    public static bool PaidEndsWith(this string text, string part, StringComparison how) =>
        Compared(text, part).EndsWith(part, how);

    public static bool PaidEndsWith(this string text, char part) => text.EndsWith(part);

    public static int PaidIndexOf(this string text, char part) => Walked(text).IndexOf(part, StringComparison.Ordinal);

    public static int PaidIndexOf(this string text, char part, int from) => Walked(text).IndexOf(part, from);

    public static int PaidIndexOf(this string text, char part, int from, int count) => Walked(text).IndexOf(part, from, count);

    public static int PaidIndexOf(this string text, char part, StringComparison how) => Walked(text).IndexOf(part, how);

    public static int PaidIndexOf(this string text, string part) => Sought(text, part).IndexOf(part, StringComparison.Ordinal);

    public static int PaidIndexOf(this string text, string part, int from) =>
        Sought(text, part).IndexOf(part, from, StringComparison.Ordinal);

    public static int PaidIndexOf(this string text, string part, int from, int count) =>
        Sought(text, part).IndexOf(part, from, count, StringComparison.Ordinal);

    public static int PaidIndexOf(this string text, string part, StringComparison how) =>
        Sought(text, part, how).IndexOf(part, how);

    public static int PaidIndexOf(this string text, string part, int from, StringComparison how) =>
        Sought(text, part, how).IndexOf(part, from, how);

    public static int PaidIndexOf(this string text, string part, int from, int count, StringComparison how) =>
        Sought(text, part, how).IndexOf(part, from, count, how);

    public static int PaidLastIndexOf(this string text, char part) => Walked(text).LastIndexOf(part);

    public static int PaidLastIndexOf(this string text, char part, int from) => Walked(text).LastIndexOf(part, from);

    public static int PaidLastIndexOf(this string text, char part, int from, int count) =>
        Walked(text).LastIndexOf(part, from, count);

    public static int PaidLastIndexOf(this string text, string part) =>
        Sought(text, part, StringComparison.OrdinalIgnoreCase).LastIndexOf(part, StringComparison.Ordinal);

    public static int PaidLastIndexOf(this string text, string part, int from) =>
        Sought(text, part, StringComparison.OrdinalIgnoreCase).LastIndexOf(part, from, StringComparison.Ordinal);

    public static int PaidLastIndexOf(this string text, string part, int from, int count) =>
        Sought(text, part, StringComparison.OrdinalIgnoreCase).LastIndexOf(part, from, count, StringComparison.Ordinal);

    public static int PaidLastIndexOf(this string text, string part, StringComparison how) =>
        Sought(text, part, StringComparison.OrdinalIgnoreCase).LastIndexOf(part, how);

    public static int PaidLastIndexOf(this string text, string part, int from, StringComparison how) =>
        Sought(text, part, StringComparison.OrdinalIgnoreCase).LastIndexOf(part, from, how);

    public static int PaidLastIndexOf(this string text, string part, int from, int count, StringComparison how) =>
        Sought(text, part, StringComparison.OrdinalIgnoreCase).LastIndexOf(part, from, count, how);

    public static string PaidSubstring(this string text, int from) => Walked(text)[from..];

    public static string PaidSubstring(this string text, int from, int count) => Walked(text).Substring(from, count);

    public static string PaidTrim(this string text) => Walked(text).Trim();

    public static string PaidTrim(this string text, char of) => Walked(text).Trim(of);

    public static string PaidTrim(this string text, params char[] of) => Walked(text, of.Length).Trim(of);

    public static string PaidTrimStart(this string text) => Walked(text).TrimStart();

    public static string PaidTrimStart(this string text, char of) => Walked(text).TrimStart(of);

    public static string PaidTrimStart(this string text, params char[] of) => Walked(text, of.Length).TrimStart(of);

    public static string PaidTrimEnd(this string text) => Walked(text).TrimEnd();

    public static string PaidTrimEnd(this string text, char of) => Walked(text).TrimEnd(of);

    public static string PaidTrimEnd(this string text, params char[] of) => Walked(text, of.Length).TrimEnd(of);

    public static string PaidToLowerInvariant(this string text) => Walked(text).ToLowerInvariant();

    public static string PaidToUpperInvariant(this string text) => Walked(text).ToUpperInvariant();

    public static string[] PaidSplit(this string text, params char[] at) => Pieces(Walked(text, at?.Length ?? 1).Split(at));

    public static string[] PaidSplit(this string text, char at, StringSplitOptions options = StringSplitOptions.None) =>
        Pieces(Walked(text).Split(at, options));

    public static string[] PaidSplit(
        this string text,
        char at,
        int count,
        StringSplitOptions options = StringSplitOptions.None
    ) => Pieces(Walked(text).Split(at, count, options));

    public static string[] PaidSplit(this string text, char[] at, int count) =>
        Pieces(Walked(text, at?.Length ?? 1).Split(at, count));

    public static string[] PaidSplit(this string text, char[] at, StringSplitOptions options) =>
        Pieces(Walked(text, at?.Length ?? 1).Split(at, options));

    public static string[] PaidSplit(this string text, char[] at, int count, StringSplitOptions options) =>
        Pieces(Walked(text, at?.Length ?? 1).Split(at, count, options));

    public static string[] PaidSplit(this string text, string at, StringSplitOptions options = StringSplitOptions.None) =>
        Pieces(Sought(text, at ?? "").Split(at, options));

    public static string[] PaidSplit(
        this string text,
        string at,
        int count,
        StringSplitOptions options = StringSplitOptions.None
    ) => Pieces(Sought(text, at ?? "").Split(at, count, options));

    public static string[] PaidSplit(this string text, string[] at, StringSplitOptions options) =>
        Pieces(SoughtAny(text, at).Split(at, options));

    public static string[] PaidSplit(this string text, string[] at, int count, StringSplitOptions options) =>
        Pieces(SoughtAny(text, at).Split(at, count, options));

    public static bool PaidEquals(this string text, string? other) =>
        Compared(text, other).Equals(other, StringComparison.Ordinal);

    public static bool PaidEquals(this string text, string? other, StringComparison how) =>
        Compared(text, other).Equals(other, how);

    private static string Walked(string text, int times = 1)
    {
        Fuel.Charge((long)text.Length * Math.Max(times, 1) >> 3);
        return text;
    }

    private static string Compared(string text, string? other)
    {
        Fuel.Charge(Math.Min(text.Length, other?.Length ?? 0) >> 3);
        return text;
    }

    // At worst every place of the text is compared with the whole part: sixteen characters at a time, and one by one where case is ignored.
    private static string Sought(string text, string part, StringComparison how = StringComparison.Ordinal)
    {
        Fuel.Charge((text.Length >> 3) + ((long)text.Length * part.Length >> (how == StringComparison.Ordinal ? 9 : 5)));
        return text;
    }

    private static string SoughtAny(string text, string[] parts)
    {
        foreach (var part in parts ?? [])
            Sought(text, part ?? "", StringComparison.OrdinalIgnoreCase);
        return Walked(text);
    }

    private static string[] Pieces(string[] pieces)
    {
        Fuel.Charge(pieces.Length);
        return pieces;
    }
}
