using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting;

/// <summary>Lines of the files that findings speak of.</summary>
internal sealed class SourceExcerpts(SourceTree tree)
{
    private readonly Dictionary<string, string[]> linesByPath = new(StringComparer.Ordinal);

    /// <summary>The line as written, without its end, or null where there is none or where it may hold a secret.</summary>
    public string? LineOf(Diagnostic finding)
    {
        // A password written in clear text is a finding; it must not travel into a log with it.
        if (finding.Span.Line < 1 || finding.Field?.Contains("assword", StringComparison.Ordinal) == true)
            return null;
        if (!linesByPath.TryGetValue(finding.Span.Path, out var lines))
        {
            var file = tree.Files.FirstOrDefault(f => f.Path == finding.Span.Path);
            linesByPath[finding.Span.Path] = lines = file is null ? [] : SourceDecoding.Lenient(file.Content.Span).Split('\n');
        }
        return finding.Span.Line <= lines.Length ? lines[finding.Span.Line - 1].TrimEnd('\r') : null;
    }
}
