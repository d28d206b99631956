using System.Globalization;
using System.Text;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>One file after its safe edits.</summary>
/// <param name="Diff">What changed, line by line.</param>
public sealed record FixedFile(string Path, string Text, string Diff);

/// <summary>Carries out the edits that rules call safe. Everything else of a file stays as it is, comments and spaces included.</summary>
public static class SafeFixes
{
    /// <summary>The safe edits of findings that no waiver covers, in the order of their places; where two differ about one place, neither.</summary>
    public static IReadOnlyList<RuleEdit> Of(RuleReport report) =>
        [
            .. report
                .Outcomes.SelectMany(o => o.Findings)
                .Where(f => f.WaivedBy is null)
                .SelectMany(f => f.Finding.Edits)
                .Where(e => e.Safe)
                .Distinct()
                .GroupBy(e => (e.At, e.Key))
                .Where(g => g.Count() == 1)
                .Select(g => g.Single())
                .OrderBy(e => e.At)
                .ThenBy(e => e.Key, StringComparer.Ordinal),
        ];

    /// <returns>The file, or null where the edits cannot be carried out and change nothing else.</returns>
    public static FixedFile? Apply(SourceFile file, IReadOnlyList<RuleEdit> edits)
    {
        var text = Encoding.UTF8.GetString(file.Content.Span);
        var lines = text.Split('\n');
        var touched = new SortedDictionary<int, string>();
        foreach (
            var edit in edits
                .OrderByDescending(e => e.At.Line)
                .ThenByDescending(e => e.At.Column)
                .ThenByDescending(e => e.Key, StringComparer.Ordinal)
        )
        {
            if (edit.At.Line < 1 || edit.At.Line > lines.Length || Edited(lines[edit.At.Line - 1], edit) is not { } line)
                return null;
            touched.TryAdd(edit.At.Line, lines[edit.At.Line - 1]);
            lines[edit.At.Line - 1] = line;
        }
        var now = string.Join('\n', lines);
        // The reader has the last word: the documents differ by these values and by nothing else.
        return SaysTheSameBut(file.Path, text, now, edits)
            ? new FixedFile(file.Path, now, Diff(file.Path, touched, lines))
            : null;
    }

    private static string? Edited(string line, RuleEdit edit)
    {
        var from = IndexOf(line, edit.At.Column);
        if (from < 0)
            return null;
        if (edit.Key.Length > 0)
        {
            var before = line[..from];
            var pair = $"{Scalar(edit.Key)}: {Scalar(edit.Text)}";
            var end = line.EndsWith('\r') ? "\r\n" : "\n";
            return before.All(c => c is ' ' or '-') ? $"{before}{pair}{end}{new string(' ', before.Length)}{line[from..]}"
                : before.TrimEnd().EndsWith('{') ? $"{before}{pair}, {line[from..]}"
                : null;
        }
        var to = IndexOf(line, edit.At.EndColumn);
        if (to <= from)
            return null;
        var quote = line[from];
        var written =
            quote == '\'' && !edit.Text.Contains('\'', StringComparison.Ordinal) ? $"'{edit.Text}'"
            : quote is '"' or '\'' ? Quoted(edit.Text)
            : Scalar(edit.Text);
        return line[..from] + written + line[to..];
    }

    // Columns count code points; a byte-order mark belongs to no column.
    private static int IndexOf(string line, int column)
    {
        var index = line.StartsWith('\uFEFF') ? 1 : 0;
        for (var c = 1; c < column; c++)
        {
            if (index >= line.Length)
                return -1;
            index += char.IsHighSurrogate(line[index]) ? 2 : 1;
        }
        return index <= line.Length ? index : -1;
    }

    private static string Scalar(string text) =>
        text.Length > 0
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || "._%/+-".Contains(c, StringComparison.Ordinal))
            ? text
            : Quoted(text);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (char.IsControl(c))
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else
                quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }

    private static bool SaysTheSameBut(string path, string before, string now, IReadOnlyList<RuleEdit> edits)
    {
        var findings = new List<Diagnostic>();
        var (old, next) = (
            YamlDocuments.Read(path, before.TrimStart('\uFEFF'), findings),
            YamlDocuments.Read(path, now.TrimStart('\uFEFF'), findings)
        );
        if (findings.Exists(f => f.Severity == Severity.Error) || old.Count != next.Count)
            return false;
        var replaced = edits.Where(e => e.Key.Length == 0).ToDictionary(e => (e.At.Line, e.At.Column), e => e.Text);
        var added = edits.Where(e => e.Key.Length > 0).ToLookup(e => (e.At.Line, e.At.Column));
        var met = new HashSet<(int, int, string)>();
        return old.Zip(next).All(pair => Same(pair.First, pair.Second)) && met.Count == edits.Count;

        bool Same(LocatedNode one, LocatedNode other)
        {
            if (one.IsScalar)
            {
                var wanted = replaced.TryGetValue((one.Line, one.Column), out var text);
                if (wanted)
                    met.Add((one.Line, one.Column, ""));
                return other.IsScalar && other.Text == (wanted ? text : one.Text);
            }
            var skip = 0;
            if (one.Keys is [var first, ..])
            {
                foreach (var edit in added[(first.Line, first.Column)].OrderBy(e => e.Key, StringComparer.Ordinal))
                {
                    if (
                        skip >= other.Keys.Count
                        || other.Keys[skip].Text != edit.Key
                        || other.Items[skip] is not { IsScalar: true } value
                        || value.Text != edit.Text
                        || one[edit.Key] is not null
                    )
                        return false;
                    met.Add((first.Line, first.Column, edit.Key));
                    skip++;
                }
            }
            return one.Kind == other.Kind
                && other.Items.Count == one.Items.Count + skip
                && Enumerable
                    .Range(0, one.Items.Count)
                    .All(i =>
                        (one.Kind != NodeKind.Mapping || one.Keys[i].Text == other.Keys[i + skip].Text)
                        && Same(one.Items[i], other.Items[i + skip])
                    );
        }
    }

    private static string Diff(string path, SortedDictionary<int, string> touched, string[] lines)
    {
        var diff = new StringBuilder($"--- {path}\n+++ {path}\n");
        var shift = 0;
        foreach (var (line, old) in touched)
        {
            var next = lines[line - 1].Split('\n');
            diff.Append(CultureInfo.InvariantCulture, $"@@ -{line} +{line + shift},{next.Length} @@\n-{old.TrimEnd('\r')}\n");
            foreach (var one in next)
                diff.Append('+').Append(one.TrimEnd('\r')).Append('\n');
            shift += next.Length - 1;
        }
        return diff.ToString();
    }
}
