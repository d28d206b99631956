using System.Globalization;
using System.Text;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Diagnostics;

/// <summary>Findings as workflow commands, which GitHub shows beside the lines of a pull request.</summary>
/// <remarks>Text of the repository must not be able to start a command of its own: line ends and separators are escaped, control characters are replaced.</remarks>
public static class DiagnosticsGitHub
{
    public static string Write(DiagnosticsReport report)
    {
        var text = new StringBuilder();
        foreach (var finding in report.Findings)
        {
            var span = finding.Span;
            text.Append("::").Append(Command(finding.Severity)).Append(" file=").Append(Property(span.Path));
            if (span.Line > 0)
                text.Append(CultureInfo.InvariantCulture, $",line={span.Line},col={span.Column},endColumn={span.EndColumn}");
            text.Append(",title=").Append(Property(finding.RuleId)).Append("::").Append(Data(finding.Message));
            if (finding.Hint is { } hint)
                text.Append("%0Ahint: ").Append(Data(hint));
            text.Append('\n');
        }
        return text.ToString();
    }

    private static string Command(Severity severity) =>
        severity switch
        {
            Severity.Note => "notice",
            Severity.Warning => "warning",
            Severity.Error => "error",
        };

    private static string Data(string text) => VisibleText.Of(text).Replace("%", "%25", StringComparison.Ordinal);

    private static string Property(string text) =>
        Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
