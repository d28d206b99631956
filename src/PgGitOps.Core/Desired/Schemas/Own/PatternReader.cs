using System.Globalization;
using System.Text;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>A part of a pattern. Closed.</summary>
internal abstract record PatternNode
{
    public sealed record Character(CodePointSet Set) : PatternNode;

    public sealed record Assertion(PatternAssertion Kind) : PatternNode;

    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    public sealed record Choice(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <param name="Most">Null where there is no bound.</param>
    public sealed record Repeat(PatternNode Part, int Least, int? Most) : PatternNode;
}

internal enum PatternAssertion
{
    Start,
    End,
    WordBoundary,
    NoWordBoundary,
}

/// <summary>A regular expression as JSON Schema means it (ECMAScript, by code points), without look-around and back references.</summary>
internal sealed class PatternReader
{
    private const int DepthMax = 50;

    private readonly string pattern;
    private int at,
        depth;

    private PatternReader(string pattern) => this.pattern = pattern;

    /// <returns>Null where it is none, or asks for what is not matched here.</returns>
    public static PatternNode? Read(string pattern)
    {
        var reader = new PatternReader(pattern);
        return reader.Choice() is { } node && reader.at == pattern.Length ? node : null;
    }

    private bool Is(char c) => at < pattern.Length && pattern[at] == c;

    private PatternNode? Choice()
    {
        if (++depth > DepthMax)
            return null;
        var parts = new List<PatternNode>();
        do
        {
            if (Sequence() is not { } part)
                return null;
            parts.Add(part);
        } while (Is('|') && ++at > 0);
        depth--;
        return parts is [var only] ? only : new PatternNode.Choice(parts);
    }

    private PatternNode.Sequence? Sequence()
    {
        var parts = new List<PatternNode>();
        while (at < pattern.Length && pattern[at] is not ('|' or ')'))
        {
            if (Atom() is not { } atom || Repeated(atom) is not { } part)
                return null;
            parts.Add(part);
        }
        return new PatternNode.Sequence(parts);
    }

    private PatternNode? Repeated(PatternNode atom)
    {
        if (at == pattern.Length || Times() is not var (least, most))
            return atom;
        // Reluctance changes what is matched, not whether.
        if (Is('?'))
            at++;
        var twice = at < pattern.Length && (pattern[at] is '*' or '+' or '?' || (pattern[at] == '{' && Times() is not null));
        return twice || most < least ? null : new PatternNode.Repeat(atom, least, most);
    }

    /// <returns>Null, and nothing is taken, where no repetition stands here.</returns>
    private (int Least, int? Most)? Times()
    {
        switch (pattern[at])
        {
            case '*':
                at++;
                return (0, null);
            case '+':
                at++;
                return (1, null);
            case '?':
                at++;
                return (0, 1);
            case '{':
                var next = at + 1;
                if (Number(ref next) is not { } least)
                    return null;
                int? most = least;
                if (next < pattern.Length && pattern[next] == ',')
                {
                    next++;
                    most = next < pattern.Length && pattern[next] == '}' ? null : Number(ref next) ?? -1;
                }
                if (next >= pattern.Length || pattern[next] != '}' || most == -1)
                    return null;
                at = next + 1;
                return (least, most);
            default:
                return null;
        }
    }

    private int? Number(ref int next)
    {
        var from = next;
        while (next < pattern.Length && char.IsAsciiDigit(pattern[next]))
            next++;
        // Larger than anything that is matched here, and too large for a number.
        return next == from ? null
            : int.TryParse(pattern.AsSpan(from, next - from), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
            : int.MaxValue;
    }

    private PatternNode? Atom()
    {
        var c = pattern[at];
        switch (c)
        {
            case '^':
                at++;
                return new PatternNode.Assertion(PatternAssertion.Start);
            case '$':
                at++;
                return new PatternNode.Assertion(PatternAssertion.End);
            case '.':
                at++;
                return new PatternNode.Character(CodePointSet.NoLineEnd);
            case '*' or '+' or '?':
                return null;
            case '(':
                return Group();
            case '[':
                return Class();
            case '\\' when at + 1 < pattern.Length && pattern[at + 1] is 'b' or 'B':
                at += 2;
                return new PatternNode.Assertion(
                    pattern[at - 1] == 'b' ? PatternAssertion.WordBoundary : PatternAssertion.NoWordBoundary
                );
            case '\\':
                return Escape(inClass: false) is { } escape
                    ? new PatternNode.Character(new CodePointSet([.. escape.Ranges], [.. escape.Properties], Negated: false))
                    : null;
            default:
                return CodePoint() is { } codePoint ? new PatternNode.Character(CodePointSet.One(codePoint)) : null;
        }
    }

    private PatternNode? Group()
    {
        at++;
        if (Is('?'))
        {
            if (at + 1 >= pattern.Length || pattern[at + 1] != ':')
                return null;
            at += 2;
        }
        if (Choice() is not { } inner || !Is(')'))
            return null;
        at++;
        return inner;
    }

    private PatternNode.Character? Class()
    {
        at++;
        var negated = Is('^');
        if (negated)
            at++;
        var ranges = new List<(int, int)>();
        var properties = new List<Func<Rune, bool>>();
        while (at < pattern.Length && pattern[at] != ']')
        {
            if (Member() is not { } first)
                return null;
            properties.AddRange(first.Properties);
            if (
                first is not { Ranges: [var (from, to)], Properties: [] }
                || from != to
                || !Is('-')
                || at + 1 >= pattern.Length
                || pattern[at + 1] == ']'
            )
            {
                ranges.AddRange(first.Ranges);
                continue;
            }
            at++;
            if (Member() is not { Ranges: [var (last, same)], Properties: [] } || last != same || last < from)
                return null;
            ranges.Add((from, last));
        }
        // [] matches nothing and [^] anything: nobody means either.
        if (!Is(']') || ranges.Count + properties.Count == 0)
            return null;
        at++;
        return new PatternNode.Character(new CodePointSet([.. ranges], [.. properties], negated));
    }

    private (List<(int First, int Last)> Ranges, List<Func<Rune, bool>> Properties)? Member()
    {
        if (at >= pattern.Length)
            return null;
        if (pattern[at] == '\\')
            return Escape(inClass: true);
        return CodePoint() is { } codePoint ? ([(codePoint, codePoint)], []) : null;
    }

    private int? CodePoint()
    {
        if (!Rune.TryGetRuneAt(pattern, at, out var rune))
            return null;
        at += rune.Utf16SequenceLength;
        return rune.Value;
    }

    private (List<(int First, int Last)> Ranges, List<Func<Rune, bool>> Properties)? Escape(bool inClass)
    {
        if (++at >= pattern.Length)
            return null;
        var c = pattern[at++];
        switch (c)
        {
            case 'd':
                return ([.. CodePointSet.Digits], []);
            case 'D':
                return ([.. CodePointSet.Complement(CodePointSet.Digits)], []);
            case 'w':
                return ([.. CodePointSet.Word], []);
            case 'W':
                return ([.. CodePointSet.Complement(CodePointSet.Word)], []);
            case 's':
                return ([.. CodePointSet.Space], []);
            case 'S':
                return ([.. CodePointSet.Complement(CodePointSet.Space)], []);
            case 'n':
                return One('\n');
            case 'r':
                return One('\r');
            case 't':
                return One('\t');
            case 'f':
                return One('\f');
            case 'v':
                return One('\v');
            case 'b' when inClass:
                return One('\b');
            case '0' when at >= pattern.Length || !char.IsAsciiDigit(pattern[at]):
                return One('\0');
            case 'x' when Hex(2) is { } two:
                return One(two);
            // Halves of a character stand for nothing in a text that is read by characters.
            case 'u' when Hex(4) is { } four && four is < 0xD800 or > 0xDFFF:
                return One(four);
            case 'p' or 'P' when Is('{') && pattern.IndexOf('}', at) is var end && end > 0:
                var property = CodePointSet.Property(pattern[(at + 1)..end]);
                at = end + 1;
                return property is null ? null : ([], [c == 'p' ? property : rune => !property(rune)]);
            default:
                return char.IsAsciiLetterOrDigit(c) || char.IsSurrogate(c) ? null : One(c);
        }
    }

    private static (List<(int, int)>, List<Func<Rune, bool>>) One(int codePoint) => ([(codePoint, codePoint)], []);

    private int? Hex(int length)
    {
        if (
            at + length > pattern.Length
            || !int.TryParse(
                pattern.AsSpan(at, length),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var value
            )
        )
            return null;
        at += length;
        return value;
    }
}
