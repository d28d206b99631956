using System.Buffers;

namespace PgGitOps.Core.Desired.Yaml;

/// <summary>The line in hand of a text that <see cref="PlainYaml"/> reads, and how far it is read.</summary>
internal sealed class PlainLines(string text)
{
    // Below the library's limit for a key that is not marked as one.
    private const int LengthMax = 1000;

    private static readonly SearchValues<char> NoPlainStart = SearchValues.Create("?:,[]{}#&*!|>'\"%@`");

    // The colon, and what is legal in a key and nobody's habit.
    private static readonly SearchValues<char> EndOfKey = SearchValues.Create(":#\"'[]{},&*!|>%@`");

    private int start;
    private int end = -1;

    /// <summary>Place in the text of what comes next.</summary>
    public int At { get; set; }

    /// <summary>Number of the line, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Past the last line.</summary>
    public bool IsEnd { get; private set; }

    /// <summary>The line is <c>---</c>.</summary>
    public bool IsMarker { get; private set; }

    /// <summary>No document goes on here.</summary>
    public bool IsBreak => IsEnd || IsMarker;

    /// <summary>Nothing is left of the line, not even a comment.</summary>
    public bool IsDone => At >= end;

    public char Char => text[At];

    /// <summary>What is left of the line.</summary>
    public ReadOnlySpan<char> Rest => text.AsSpan(At, end - At);

    /// <summary>Characters before <see cref="At"/>: the indentation of a line's content, and of a mapping that starts behind a dash.</summary>
    public int Indent => At - start;

    /// <summary>An item of a list starts here.</summary>
    public bool IsEntry => text[At] == '-' && (At + 1 == end || text[At + 1] == ' ');

    /// <summary>A text without quotes may start here; one that starts with a dash is no item of a list.</summary>
    public bool IsPlainStart => text[At] == '-' ? At + 1 < end && text[At + 1] != ' ' : !NoPlainStart.Contains(text[At]);

    /// <summary>Column of a place of the line, from 1.</summary>
    public int ColumnOf(int place) => place - start + 1;

    /// <summary>Goes to the next line that says something.</summary>
    /// <returns>False for a line that is not plain.</returns>
    public bool Next()
    {
        IsMarker = false;
        while (true)
        {
            start = end + 1;
            if (start >= text.Length)
            {
                IsEnd = true;
                At = start;
                return true;
            }
            var length = text.AsSpan(start).IndexOf('\n');
            end = length < 0 ? text.Length : start + length;
            if (end - start > LengthMax)
                return false;
            Number++;
            At = start;
            SkipSpaces();
            if (!IsDone && text[At] != '#')
                break;
        }
        if (At > start)
            return true;
        IsMarker = Rest is "---";
        return text[At] != '%' && (IsMarker || Rest is not (['-', '-', '-', ..] or ['.', '.', '.', ..]));
    }

    public void SkipSpaces()
    {
        while (At < end && text[At] == ' ')
            At++;
    }

    /// <summary>Nothing but a comment is left of the line.</summary>
    public bool IsRestEmpty()
    {
        SkipSpaces();
        return At == end || (text[At] == '#' && text[At - 1] == ' ');
    }

    /// <summary>Place of the colon that ends a key here, or -1.</summary>
    public int KeyEnd()
    {
        if (!IsPlainStart)
            return -1;
        for (var from = At; ; )
        {
            var length = text.AsSpan(from, end - from).IndexOfAny(EndOfKey);
            if (length < 0 || text[from + length] != ':')
                return -1;
            var colon = from + length;
            if (colon + 1 == end || text[colon + 1] == ' ')
                return text[colon - 1] == ' ' ? -1 : colon;
            from = colon + 1;
        }
    }
}
