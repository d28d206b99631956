using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>What the rules of a revision that speak of live clusters say with what was seen of them.</summary>
/// <param name="Asked">The rules that were to be asked, ordered by id.</param>
/// <param name="Standing">What no waiver covers, and why a rule could not be asked; ordered by place.</param>
/// <param name="Waived">Findings that a waiver covers, as notes; ordered by place.</param>
public sealed record LiveRuleReport(
    EquatableArray<DiagnosticRule> Asked,
    EquatableArray<Diagnostic> Standing,
    EquatableArray<Diagnostic> Waived
)
{
    // Waivers, and rules that found nothing to run on, are spoken of where the documents are judged.
    private static readonly HashSet<string> OfDocuments = new(
        [
            RuleFindings.NothingChecked.Id,
            RuleFindings.WaiverHard.Id,
            RuleFindings.WaiverSelf.Id,
            RuleFindings.WaiverExpired.Id,
            RuleFindings.WaiverUnused.Id,
            RuleFindings.WaiverExpiring.Id,
            RuleFindings.WaiverVoid.Id,
        ],
        StringComparer.Ordinal
    );

    /// <param name="report">Of the asked rules, settled with what was seen.</param>
    /// <param name="concerns">Whether a document, as <c>Kind/name</c>, is among those that were asked about.</param>
    public static LiveRuleReport Of(IEnumerable<RuleHeader> asked, RuleReport report, Func<string, bool> concerns)
    {
        var findings = report
            .Outcomes.SelectMany(o => o.Findings.Select(f => (o.Rule.Id, f.Finding.At, f.Finding.Message, f.WaivedBy)))
            .ToList();
        var rules = findings.Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        var unwaived = findings.Where(f => f.WaivedBy is null).Select(f => (f.Id, f.At, f.Message)).ToHashSet();
        var said = report
            .Diagnostics.Where(d =>
                !OfDocuments.Contains(d.RuleId)
                && (d.RuleId != RuleFindings.UnknownRule.Id || SettingsInForce.IsOfSetting(d))
                && (d.Document is null || concerns(d.Document))
            )
            .ToLookup(d => rules.Contains(d.RuleId) && !unwaived.Contains((d.RuleId, d.Span, d.Message)));
        return new(
            [.. asked.Select(r => new DiagnosticRule(r.Id, r.Title, r.Help, r.Severity))],
            [.. said[false]],
            [.. said[true]]
        );
    }

    /// <summary>A soft or hard rule says no, or a rule could not be asked.</summary>
    public bool Rejected => Standing.Any(d => d.Severity == Severity.Error);

    /// <summary>What is set for a rule that was to be asked does not fit it: a document that does not hold.</summary>
    public bool SettingsAreWrong => Standing.Any(SettingsInForce.IsOfSetting);

    /// <summary>What stands and what is waived, ordered by place.</summary>
    public IEnumerable<Diagnostic> Findings =>
        Standing
            .Concat(Waived)
            .OrderBy(d => d.Span)
            .ThenBy(d => d.RuleId, StringComparer.Ordinal)
            .ThenBy(d => d.Message, StringComparer.Ordinal);
}
