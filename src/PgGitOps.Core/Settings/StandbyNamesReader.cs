using System.Globalization;
using System.Text;

namespace PgGitOps.Core.Settings;

/// <summary>Takes a text of <c>synchronous_standby_names</c> apart as PostgreSQL does (syncrep_scanner.l, syncrep_gram.y).</summary>
/// <param name="canonical">The text is one of <see cref="SynchronousRule.Canonical"/>, where every word between the marks is a name.</param>
internal sealed class StandbyNamesReader(string text, bool canonical)
{
    private enum Token
    {
        Name,
        Number,
        Any,
        First,
        Comma,
        Open,
        Close,
        End,

        /// <summary>Nothing that the grammar knows.</summary>
        Junk,
    }

    private readonly StringBuilder word = new();
    private int at;
    private Token token;

    /// <returns>Null where the server refuses the text.</returns>
    public SynchronousRule? Read()
    {
        Next();
        var method = token == Token.Any ? SynchronousMethod.Any : SynchronousMethod.First;
        var named = token is Token.Any or Token.First;
        if (named)
            Next();
        var first = word.ToString();
        if (token == Token.Number)
        {
            Next();
            if (token == Token.Open)
            {
                Next();
                // Zero, and what does not fit into an int, the server refuses or cuts to another number.
                return
                    int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                    && count > 0
                    && ReadList() is { } listed
                    && Take(Token.Close)
                    && token == Token.End
                    ? new SynchronousRule(method, count, [.. listed])
                    : null;
            }
            // A number may be a name too.
            return !named && ReadRest([first]) is { } numbered && token == Token.End ? OfList(numbered) : null;
        }
        return !named && ReadList() is { } names && token == Token.End ? OfList(names) : null;
    }

    /// <summary>Does the canonical form leave this name without quotes?</summary>
    internal static bool IsWord(string name) => name.Length > 0 && name.All(IsOfWord);

    private static SynchronousRule OfList(List<string> names) => new(SynchronousMethod.First, 1, [.. names]);

    private List<string>? ReadList()
    {
        if (!IsName())
            return null;
        List<string> names = [word.ToString()];
        Next();
        return ReadRest(names);
    }

    private List<string>? ReadRest(List<string> names)
    {
        while (Take(Token.Comma))
        {
            if (!IsName())
                return null;
            names.Add(word.ToString());
            Next();
        }
        return names;
    }

    private bool IsName() => token is Token.Name or Token.Number || canonical && token is Token.Any or Token.First;

    private bool Take(Token wanted)
    {
        if (token != wanted)
            return false;
        Next();
        return true;
    }

    private void Next()
    {
        while (at < text.Length && IsBlank(text[at]))
            at++;
        word.Clear();
        token = at == text.Length ? Token.End : Scan(text[at]);
    }

    private Token Scan(char c)
    {
        if (c == '"')
            return ScanQuoted();
        if (canonical && IsOfWord(c))
            return ScanWord(IsOfWord);
        if (char.IsAsciiDigit(c))
            return ScanWord(char.IsAsciiDigit);
        if (IsIdentifierStart(c))
            return ScanWord(c => IsIdentifierStart(c) || char.IsAsciiDigit(c) || c == '$');
        at++;
        switch (c)
        {
            case '*':
                word.Append(c);
                return Token.Name;
            case ',':
                return Token.Comma;
            case '(':
                return Token.Open;
            case ')':
                return Token.Close;
            default:
                return Token.Junk;
        }
    }

    private Token ScanWord(Func<char, bool> belongs)
    {
        while (at < text.Length && belongs(text[at]))
            word.Append(text[at++]);
        var found = word.ToString();
        if (found.All(char.IsAsciiDigit))
            return Token.Number;
        if (found.Equals("any", StringComparison.OrdinalIgnoreCase))
            return Token.Any;
        return found.Equals("first", StringComparison.OrdinalIgnoreCase) ? Token.First : Token.Name;
    }

    private Token ScanQuoted()
    {
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"' && (at + 1 == text.Length || text[at + 1] != '"'))
            {
                at++;
                return Token.Name;
            }
            if (text[at] == '"')
                at++;
            word.Append(text[at]);
        }
        return Token.Junk;
    }

    // Of the scanner's blanks, \v is one from PostgreSQL 16 on; no older server holds a text with it.
    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f' or '\v';

    // Every byte of a letter beyond ASCII counts as a letter.
    private static bool IsIdentifierStart(char c) => char.IsAsciiLetter(c) || c == '_' || c > '\u007f';

    private static bool IsOfWord(char c) => c is not ('"' or ',' or '(' or ')') && !IsBlank(c);
}
