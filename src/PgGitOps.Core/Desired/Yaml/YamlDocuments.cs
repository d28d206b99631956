using System.Globalization;
using PgGitOps.Core.Sources;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PgGitOps.Core.Desired.Yaml;

/// <summary>One file of YAML → the root of each document in it, in one pass over the parser's events.</summary>
/// <remarks>Stops at the first finding of a file: what follows a syntax error is guesswork. Documents before it are kept.</remarks>
internal static class YamlDocuments
{
    public static List<LocatedNode> Read(string path, string text, List<Diagnostic> findings) =>
        PlainYaml.Read(text) ?? ReadAny(path, text, findings);

    /// <summary>Any YAML, by the library.</summary>
    internal static List<LocatedNode> ReadAny(string path, string text, List<Diagnostic> findings)
    {
        var roots = new List<LocatedNode>();
        var table = new NodeTable(text.Length / YamlLimits.CharactersOfValue);
        var builder = new TreeBuilder(path, new CodePointColumns(text), table);
        var parser = new Parser(new StringReader(text));
        try
        {
            while (parser.MoveNext())
            {
                if (parser.Current is DocumentStart)
                    builder.StartDocument();
                else if (parser.Current is DocumentEnd)
                {
                    if (builder.Root is { Kind: not NodeKind.Null } root)
                        roots.Add(root);
                }
                else if (!builder.Accept(parser.Current!))
                {
                    findings.Add(builder.Finding!);
                    break;
                }
            }
        }
        catch (YamlException e)
        {
            findings.Add(SyntaxFinding.Of(path, text, e, builder.OpenFlow));
        }
        catch (InvalidOperationException e)
        {
            // The scanner's own queue runs dry when a flow collection is never closed.
            findings.Add(
                SyntaxFinding.Unclosed(path, builder.OpenFlow ?? SyntaxFinding.LastOpen(path, text))
                    ?? DocumentRules.Syntax.At(SourceSpan.WholeFile(path), "the file is not well-formed YAML: " + e.Message)
            );
        }
        catch (ArgumentException e)
        {
            // An escape that names no character, such as "\uDC00\uD800" or "\UFFFFFFFF", is turned into one without a check; a tag is no URI.
            findings.Add(
                SyntaxFinding.Escape(path, text, parser.Current?.End)
                    ?? DocumentRules.Syntax.At(
                        SyntaxFinding.Behind(path, parser.Current),
                        "the YAML is malformed: " + e.Message.ReplaceLineEndings(" ")
                    )
            );
        }
        catch (Exception e)
        {
            // The library throws what it likes; none of it may leave a file that a stranger wrote.
            findings.Add(DocumentRules.Failed(SyntaxFinding.Behind(path, parser.Current), e));
        }
        table.Seal();
        return roots;
    }
}

/// <summary>The parser's complaint as a finding of ours.</summary>
internal static class SyntaxFinding
{
    public static Diagnostic Of(string path, string text, YamlException e, SourceSpan? openFlow)
    {
        var line = Math.Max(1, (int)e.Start.Line);
        var columns = new CodePointColumns(text);
        if (
            (TabLine(text, line) ?? (e.Message.Contains("tab", StringComparison.Ordinal) ? TabLine(text, null) : null)) is { } tab
        )
            return DocumentRules.Tab.At(
                new SourceSpan(path, tab.Line, tab.Column, tab.Column + 1),
                "a tab stands in the indentation",
                "indent with spaces"
            );
        var atEnd = e.Start.Index >= text.AsSpan().TrimEnd().Length;
        if (atEnd && Unclosed(path, openFlow) is { } unclosed)
            return unclosed;
        var column = columns.Of(line, Math.Max(1, (int)e.Start.Column));
        return DocumentRules.Syntax.At(new SourceSpan(path, line, column, column), "the YAML is malformed: " + Sentence(e));
    }

    /// <summary>The first escape behind a place that is no character by itself and none with its neighbour.</summary>
    /// <param name="behind">End of what the parser gave last; it is a little ahead of that.</param>
    public static Diagnostic? Escape(string path, string text, Mark? behind)
    {
        var from = (int)Math.Clamp(behind?.Index ?? 0, 0, text.Length);
        var at = BrokenEscape(text, from);
        if (at < 0)
            at = BrokenEscape(text, 0);
        if (at < 0)
            return null;
        var start = at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;
        var column = SourceDecoding.CodePoints(text.AsSpan(start, at - start)) + 1;
        var written = text[at..Math.Min(text.Length, at + (text[at + 1] == 'U' ? 10 : 6))];
        return DocumentRules.Syntax.At(
            new SourceSpan(path, text.AsSpan(0, at).Count('\n') + 1, column, column + written.Length),
            $"the escape {written} names no Unicode character",
            EscapeHint
        );
    }

    /// <summary>Where the parser had come to.</summary>
    public static SourceSpan Behind(string path, ParsingEvent? last) =>
        last is null
            ? SourceSpan.WholeFile(path)
            : new SourceSpan(
                path,
                Math.Max(1, (int)last.End.Line),
                Math.Max(1, (int)last.End.Column),
                Math.Max(1, (int)last.End.Column)
            );

    internal const string EscapeHint =
        "a character beyond U+FFFF is written \\U and eight digits; the halves \\uD800 to \\uDFFF stand in pairs only, and \\U0010FFFF is the last";

    private static int BrokenEscape(string text, int from)
    {
        for (var at = from; at + 1 < text.Length; at++)
        {
            if (text[at] != '\\')
                continue;
            var digits = text[at + 1] switch
            {
                'u' => 4,
                'U' => 8,
                _ => 0,
            };
            if (
                digits > 0
                && at + 2 + digits <= text.Length
                && uint.TryParse(
                    text.AsSpan(at + 2, digits),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out var value
                )
            )
            {
                if (value > 0x10FFFF || value is >= 0xDC00 and <= 0xDFFF)
                    return at;
                if (value is >= 0xD800 and <= 0xDBFF && !IsLowHalf(text, at + 2 + digits))
                    return at;
                // The second half of a pair is told.
                if (value is >= 0xD800 and <= 0xDBFF)
                    at += 6;
            }
            at++;
        }
        return -1;
    }

    private static bool IsLowHalf(string text, int at) =>
        at + 6 <= text.Length
        && text[at] == '\\'
        && text[at + 1] == 'u'
        && uint.TryParse(text.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
        && value is >= 0xDC00 and <= 0xDFFF;

    public static Diagnostic? Unclosed(string path, SourceSpan? openFlow) =>
        openFlow is { } open
            ? DocumentRules.UnclosedFlow.At(
                open with
                {
                    Path = path,
                    EndColumn = open.Column + 1,
                },
                "the bracket is never closed",
                "close it, or quote the text if the bracket belongs to it"
            )
            : null;

    // The parser's sentence starts with what it was doing; its second half says what it met.
    private static string Sentence(YamlException e)
    {
        var message = (e.InnerException?.Message ?? e.Message).TrimEnd('.');
        var mark = message.LastIndexOf("): ", StringComparison.Ordinal);
        if (message.StartsWith('(') && mark > 0)
            message = message[(mark + 3)..];
        return message.Length == 0 ? "unexpected text" : char.ToLowerInvariant(message[0]) + message[1..];
    }

    /// <summary>The bracket that is open at the end of a text, for the parser that says nothing of it: brackets in quotes and comments apart.</summary>
    public static SourceSpan? LastOpen(string path, string text)
    {
        var open = new Stack<(int Line, int Column)>();
        var lines = text.Split('\n');
        for (var number = 1; number <= lines.Length; number++)
        {
            var line = lines[number - 1];
            var quote = '\0';
            for (var i = 0; i < line.Length && !(quote == '\0' && line[i] == '#' && (i == 0 || line[i - 1] == ' ')); i++)
            {
                if (quote != '\0')
                    quote = line[i] == quote ? '\0' : quote;
                else if (line[i] is '"' or '\'')
                    quote = line[i];
                else if (line[i] is '[' or '{')
                    open.Push((number, SourceDecoding.CodePoints(line.AsSpan(0, i)) + 1));
                else if (line[i] is ']' or '}')
                    open.TryPop(out _);
            }
        }
        return open.TryPeek(out var last) ? new SourceSpan(path, last.Line, last.Column, last.Column + 1) : null;
    }

    /// <param name="lineAbout">Where it is looked for, or null for anywhere: the parser does not always know.</param>
    private static (int Line, int Column)? TabLine(string text, int? lineAbout)
    {
        var lines = text.Split('\n');
        for (
            var number = Math.Max(1, (lineAbout ?? 1) - 1);
            number <= Math.Min(lines.Length, (lineAbout ?? lines.Length) + 1);
            number++
        )
        {
            var line = lines[number - 1];
            var indentation = line.Length - line.TrimStart(' ', '\t').Length;
            var tab = line.AsSpan(0, indentation).IndexOf('\t');
            if (tab >= 0 && indentation < line.TrimEnd('\r').Length)
                return (number, tab + 1);
        }
        return null;
    }
}

/// <summary>UTF-16 columns of the parser → code points, as editors count.</summary>
internal sealed class CodePointColumns
{
    // Null where no character lies outside the basic plane, which is nearly always.
    private readonly string[]? lines;

    // The place asked for last: places come mostly in order, and a file may be one long line.
    private int atLine,
        atColumn = 1,
        atCodePoint = 1;

    public CodePointColumns(string text)
    {
        if (text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            lines = text.Split('\n');
    }

    public int Of(int line, int column)
    {
        if (lines is null || line > lines.Length)
            return column;
        var text = lines[line - 1];
        column = Math.Min(column, text.Length + 1);
        if (line != atLine || column < atColumn)
            (atLine, atColumn, atCodePoint) = (line, 1, 1);
        atCodePoint += SourceDecoding.CodePoints(text.AsSpan(atColumn - 1, column - atColumn));
        atColumn = column;
        return atCodePoint;
    }
}
