using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

public enum Outcome
{
    Pass,
    Fail,
    Error,
    NotApplicable,
    Waived,
}

/// <summary>One rule on one document after waivers.</summary>
/// <param name="Subject">The document as <c>Kind/name</c>, or <c>Fleet</c>.</param>
public sealed record RuleOutcome(
    RuleHeader Rule,
    string Subject,
    Outcome Outcome,
    string Reason,
    EquatableArray<SettledFinding> Findings,
    long FuelSpent
);

/// <param name="WaivedBy">The waiver that covers it, or null.</param>
public sealed record SettledFinding(RawFinding Finding, Waiver? WaivedBy);

/// <summary>What the rules of a bundle say about a fleet.</summary>
/// <param name="Diagnostics">Every finding, waived ones as notes, and everything wrong with rules, settings and waivers; ordered by place.</param>
/// <param name="Rejected">True when a soft or hard rule fails without a waiver, or anything could not be judged.</param>
public sealed record RuleReport(EquatableArray<RuleOutcome> Outcomes, EquatableArray<Diagnostic> Diagnostics, bool Rejected)
{
    public static RuleReport Empty { get; } = new([], [], Rejected: false);

    /// <summary>A rule that rejects read the time: later it may not.</summary>
    public bool RejectedByTheClock { get; init; }

    /// <summary>Some rule was not judged, and the machine may be why: asked again, it may be.</summary>
    public bool RejectedByTheMachine { get; init; }

    /// <summary>Every rule the report may speak of, for formats that list them.</summary>
    public IEnumerable<DiagnosticRule> Describe() =>
        RuleFindings.All.Concat(
            Outcomes.Select(o => o.Rule).Distinct().Select(r => new DiagnosticRule(r.Id, r.Title, r.Help, r.Severity))
        );

    public int Count(Outcome outcome) => Outcomes.Count(o => o.Outcome == outcome);
}
