using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Diagnostics;

/// <summary>Findings about documents, ready to be written in any format. Every format shows the same findings in the same order.</summary>
public sealed class DiagnosticsReport
{
    public DiagnosticsReport(SourceTree tree, IEnumerable<Diagnostic> findings, IEnumerable<DiagnosticRule>? rules = null)
    {
        Revision = tree.Revision;
        Findings = findings
            .OrderBy(f => f.Span)
            .ThenBy(f => f.RuleId, StringComparer.Ordinal)
            .ThenBy(f => f.Message, StringComparer.Ordinal)
            .ToEquatableArray();
        Rules = DocumentRules
            .All.Concat(ReferenceRules.All)
            .Concat(rules ?? [])
            .OrderBy(r => r.Id, StringComparer.Ordinal)
            .DistinctBy(r => r.Id)
            .ToEquatableArray();
        Excerpts = new SourceExcerpts(tree);
    }

    public RevisionInfo Revision { get; }
    public EquatableArray<Diagnostic> Findings { get; }

    /// <summary>Rules that may appear, ordered by id.</summary>
    public EquatableArray<DiagnosticRule> Rules { get; }

    internal SourceExcerpts Excerpts { get; }

    public int Count(Severity severity) => Findings.Count(f => f.Severity == severity);

    /// <summary>Such as <c>2 errors, 1 warning in 2 files</c>, or <c>no findings</c>.</summary>
    public string Summary()
    {
        if (Findings.Count == 0)
            return "no findings";
        var parts = new[] { Severity.Error, Severity.Warning, Severity.Note }
            .Select(s => (Word: Word(s), Count: Count(s)))
            .Where(p => p.Count > 0)
            .Select(p => Plural(p.Count, p.Word));
        return $"{string.Join(", ", parts)} in {Plural(Findings.Select(f => f.Span.Path).Distinct().Count(), "file")}";
    }

    internal static string Word(Severity severity) =>
        severity switch
        {
            Severity.Note => "note",
            Severity.Warning => "warning",
            Severity.Error => "error",
        };

    private static string Plural(int count, string word) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {word}{(count == 1 ? "" : "s")}");
}
