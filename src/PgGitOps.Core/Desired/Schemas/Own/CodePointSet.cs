using System.Text;
using System.Text.RegularExpressions;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>Characters that one place of a pattern may stand for.</summary>
/// <param name="Ranges">Both ends belong to it.</param>
/// <param name="Properties">Such as <c>p{Lu}</c>, which hold as well.</param>
internal sealed record CodePointSet((int First, int Last)[] Ranges, Func<Rune, bool>[] Properties, bool Negated)
{
    private const int Last = 0x10FFFF;

    public static readonly (int, int)[] Digits = [('0', '9')];
    public static readonly (int, int)[] Word = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

    // As ECMAScript has it.
    public static readonly (int, int)[] Space =
    [
        (9, 13),
        (32, 32),
        (0xA0, 0xA0),
        (0x1680, 0x1680),
        (0x2000, 0x200A),
        (0x2028, 0x2029),
        (0x202F, 0x202F),
        (0x205F, 0x205F),
        (0x3000, 0x3000),
        (0xFEFF, 0xFEFF),
    ];

    public static readonly CodePointSet NoLineEnd = new([('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)], [], Negated: true);

    public static CodePointSet One(int codePoint) => new([(codePoint, codePoint)], [], Negated: false);

    public bool Contains(Rune rune)
    {
        foreach (var (first, last) in Ranges)
        {
            if (rune.Value >= first && rune.Value <= last)
                return !Negated;
        }
        foreach (var holds in Properties)
        {
            if (holds(rune))
                return !Negated;
        }
        return Negated;
    }

    public static bool IsWord(Rune rune) => rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value == '_');

    /// <summary>What stands in no range of a list that is ordered.</summary>
    public static IEnumerable<(int, int)> Complement((int First, int Last)[] ordered)
    {
        var next = 0;
        foreach (var (first, last) in ordered)
        {
            if (first > next)
                yield return (next, first - 1);
            next = last + 1;
        }
        if (next <= Last)
            yield return (next, Last);
    }

    /// <summary>A property by the name that .NET gives it: a general category or a block.</summary>
    /// <returns>Null where there is none.</returns>
    public static Func<Rune, bool>? Property(string name)
    {
        if (name.Length <= 2 && Array.Find(Categories, c => c.Name == name) is { Name: not null } category)
            return rune => (category.Of & (1 << (int)Rune.GetUnicodeCategory(rune))) != 0;
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            return null;
        try
        {
            var block = new Regex($"^\\p{{{name}}}\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return rune => rune.IsBmp && block.IsMatch(rune.ToString());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static readonly (string Name, int Of)[] Categories = MakeCategories();

    private static (string, int)[] MakeCategories()
    {
        // In the order of UnicodeCategory; a major category is all whose name starts with its letter.
        string[] names =
        [
            "Lu",
            "Ll",
            "Lt",
            "Lm",
            "Lo",
            "Mn",
            "Mc",
            "Me",
            "Nd",
            "Nl",
            "No",
            "Zs",
            "Zl",
            "Zp",
            "Cc",
            "Cf",
            "Cs",
            "Co",
            "Pc",
            "Pd",
            "Ps",
            "Pe",
            "Pi",
            "Pf",
            "Po",
            "Sm",
            "Sc",
            "Sk",
            "So",
            "Cn",
        ];
        return
        [
            .. names.Select((name, i) => (name, 1 << i)),
            .. names
                .Select((name, i) => (Major: name[..1], Bit: 1 << i))
                .GroupBy(n => n.Major)
                .Select(g => (g.Key, g.Aggregate(0, (bits, n) => bits | n.Bit))),
        ];
    }
}
