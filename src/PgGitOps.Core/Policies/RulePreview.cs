using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>What a change of the rules does to one fleet.</summary>
public sealed record RulePreview(EquatableArray<PreviewLine> NewlyFails, EquatableArray<PreviewLine> NewlyPasses)
{
    public bool IsEmpty => NewlyFails.Count == 0 && NewlyPasses.Count == 0;

    /// <summary>Compares by rule, document and field: a finding that only says it in other words has not changed.</summary>
    public static RulePreview Of(RuleReport before, RuleReport after)
    {
        var (old, now) = (Lines(before), Lines(after));
        return new RulePreview(Without(now, old), Without(old, now));
    }

    private static EquatableArray<PreviewLine> Without(List<PreviewLine> lines, List<PreviewLine> others)
    {
        var known = others.Select(l => (l.Rule, l.Subject, l.Field)).ToHashSet();
        return lines.Where(l => !known.Contains((l.Rule, l.Subject, l.Field))).ToEquatableArray();
    }

    private static List<PreviewLine> Lines(RuleReport report) =>
        [
            .. report
                .Outcomes.SelectMany(o =>
                    o.Outcome == Outcome.Error
                        ? [new PreviewLine(o.Rule.Id, o.Subject, "", o.Reason, o.Rule.At)]
                        : o
                            .Findings.Where(f => f.WaivedBy is null)
                            .Select(f => new PreviewLine(
                                o.Rule.Id,
                                f.Finding.Document,
                                f.Finding.Field,
                                f.Finding.Message,
                                f.Finding.At
                            ))
                )
                .OrderBy(l => l.At)
                .ThenBy(l => l.Rule, StringComparer.Ordinal),
        ];
}

public sealed record PreviewLine(string Rule, string Subject, string Field, string Message, SourceSpan At);
