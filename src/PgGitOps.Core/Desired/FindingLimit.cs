using System.Globalization;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

/// <summary>How many findings are kept: a file of 1 MiB can be wrong in a hundred thousand places, and nobody reads them.</summary>
internal static class FindingLimit
{
    public const int OfFile = 1_000,
        OfRevision = 10_000;

    /// <summary>The first findings of a list, and one that says how many follow; it is an error where one of those is.</summary>
    public static void Apply(List<Diagnostic> findings, int most)
    {
        if (findings.Count <= most)
            return;
        var more = findings.Count - most;
        var worst = findings.Skip(most).Max(f => f.Severity);
        var at = SourceSpan.WholeFile(findings[most].Span.Path);
        findings.RemoveRange(most, more);
        findings.Add(
            DocumentRules.MoreFindings.At(
                at,
                string.Create(CultureInfo.InvariantCulture, $"{more:N0} findings or more beyond these are not shown")
            ) with
            {
                Severity = worst,
            }
        );
    }
}
