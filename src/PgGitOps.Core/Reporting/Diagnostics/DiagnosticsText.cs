using System.Globalization;
using System.Text;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Diagnostics;

/// <summary>Findings for people: <c>path:line:col: severity RULE: message</c>, the line with the place underlined, a hint.</summary>
public static class DiagnosticsText
{
    // Wide enough for hand-written YAML; a longer line is shown around its place.
    private const int ExcerptWidthMax = 140;

    public static string Write(DiagnosticsReport report, bool color = false)
    {
        var text = new StringBuilder();
        foreach (var finding in report.Findings)
        {
            var paint = new Paint(color, finding.Severity);
            text.Append(paint.Bold($"{VisibleText.Of(finding.Span.ToString())}:"))
                .Append(' ')
                .Append(paint.Strong($"{DiagnosticsReport.Word(finding.Severity)} {finding.RuleId}:"))
                .Append(' ')
                .Append(VisibleText.Of(finding.Message))
                .Append('\n');
            if (report.Excerpts.Of(finding, ExcerptWidthMax) is { } excerpt)
                AppendExcerpt(text, finding.Span, excerpt, paint);
            if (finding.Hint is { } hint)
                text.Append("  ").Append(paint.Faint("hint:")).Append(' ').Append(VisibleText.Of(hint)).Append('\n');
        }
        if (report.Findings.Count > 0)
            text.Append('\n');
        return text.Append(report.Summary()).Append('\n').ToString();
    }

    private static void AppendExcerpt(StringBuilder text, SourceSpan span, SourceExcerpts.Excerpt excerpt, Paint paint)
    {
        var runes = VisibleText.Cells(excerpt.Text.Replace('\t', ' ')).EnumerateRunes().ToArray();
        var start = Math.Clamp(span.Column - 1 - excerpt.From, 0, runes.Length);
        var end = Math.Clamp(span.EndColumn - 1 - excerpt.From, Math.Min(start + 1, runes.Length), runes.Length);

        var number = span.Line.ToString(CultureInfo.InvariantCulture);
        var ahead = excerpt.From > 0 ? "…" : "";
        text.Append("  ").Append(paint.Faint($"{number} | ")).Append(ahead);
        foreach (var rune in runes)
            text.Append(rune.ToString());
        text.Append(excerpt.IsEnd ? "" : "…").Append('\n');

        var indent = ahead.Length + runes[..start].Sum(VisibleText.Width);
        var width = Math.Max(1, runes[start..end].Sum(VisibleText.Width));
        text.Append("  ")
            .Append(paint.Faint(new string(' ', number.Length) + " | "))
            .Append(' ', indent)
            .Append(paint.Strong(new string('^', width)))
            .Append('\n');
    }

    private readonly struct Paint(bool color, Severity severity)
    {
        public string Bold(string text) => color ? $"\e[1m{text}\e[0m" : text;

        public string Faint(string text) => color ? $"\e[2m{text}\e[0m" : text;

        public string Strong(string text) =>
            !color
                ? text
                : severity switch
                {
                    Severity.Note => $"\e[1;36m{text}\e[0m",
                    Severity.Warning => $"\e[1;33m{text}\e[0m",
                    Severity.Error => $"\e[1;31m{text}\e[0m",
                };
    }
}
