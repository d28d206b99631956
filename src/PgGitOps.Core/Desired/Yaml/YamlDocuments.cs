using System.Globalization;
using PgGitOps.Core.Sources;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PgGitOps.Core.Desired.Yaml;

/// <summary>One file of YAML → the root of each document in it, in one pass over the parser's events.</summary>
/// <remarks>Stops at the first finding of a file: what follows a syntax error is guesswork. Documents before it are kept.</remarks>
internal static class YamlDocuments
{
    public static List<LocatedNode> Read(string path, string text, List<Diagnostic> findings) => PlainYaml.Read(text) ?? ReadAny(path, text, findings);

    /// <summary>Any YAML, by the library.</summary>
    internal static List<LocatedNode> ReadAny(string path, string text, List<Diagnostic> findings)
    {
        var roots = new List<LocatedNode>();
        var table = new NodeTable(text.Length / YamlLimits.CharactersOfValue);
        var builder = new TreeBuilder(path, new CodePointColumns(text), table);
        try
        {
            var parser = new Parser(new StringReader(text));
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
            findings.Add(SyntaxFinding.Unclosed(path, builder.OpenFlow ?? SyntaxFinding.LastOpen(path, text)) ?? DocumentRules.Syntax.At(SourceSpan.WholeFile(path), "the file is not well-formed YAML: " + e.Message));
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
        if ((TabLine(text, line) ?? (e.Message.Contains("tab", StringComparison.Ordinal) ? TabLine(text, null) : null)) is { } tab)
            return DocumentRules.Tab.At(new SourceSpan(path, tab.Line, tab.Column, tab.Column + 1), "a tab stands in the indentation", "indent with spaces");
        var atEnd = e.Start.Index >= text.AsSpan().TrimEnd().Length;
        if (atEnd && Unclosed(path, openFlow) is { } unclosed)
            return unclosed;
        var column = columns.Of(line, Math.Max(1, (int)e.Start.Column));
        return DocumentRules.Syntax.At(new SourceSpan(path, line, column, column), "the YAML is malformed: " + Sentence(e));
    }

    public static Diagnostic? Unclosed(string path, SourceSpan? openFlow) => openFlow is { } open
        ? DocumentRules.UnclosedFlow.At(open with { Path = path, EndColumn = open.Column + 1 }, "the bracket is never closed", "close it, or quote the text if the bracket belongs to it")
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
        for (var number = Math.Max(1, (lineAbout ?? 1) - 1); number <= Math.Min(lines.Length, (lineAbout ?? lines.Length) + 1); number++)
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
        return SourceDecoding.CodePoints(text.AsSpan(0, Math.Min(column - 1, text.Length))) + 1;
    }
}
