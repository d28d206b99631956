using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Sources;

namespace PgGitOps.Reconciling;

/// <summary>Whether the documents of a revision hold: first each for itself and with each other, then what they promise, then its own rules.</summary>
/// <remarks>Remembers readings, proofs and runs of rules, so that the next revision costs what it changes.</remarks>
/// <param name="rules">Null where rules do not judge: a revision that was accepted before, or a command that only looks.</param>
internal sealed class RevisionJudge(FleetReader reader, RuleRoute? rules = null, TimeProvider? time = null)
{
    private readonly ProofMemory memory = new();
    private readonly TimeProvider time = time ?? TimeProvider.System;

    /// <param name="found">What the source already found.</param>
    /// <param name="byRules">False when the revision's rules have judged it before.</param>
    /// <returns>Valid or invalid.</returns>
    public RevisionOutcome Judge(SourceTree tree, IEnumerable<Diagnostic> found, bool byRules = true)
    {
        var reading = reader.Read(tree);
        var claims = reading.Fleet is { } read ? ClaimRules.Judge(read, memory: memory) : null;
        var documentsHold = found.Concat(reading.Diagnostics).All(d => d.Severity != Severity.Error);
        var now = time.GetUtcNow();
        // As in validate: rules speak of documents that hold.
        var report = byRules && documentsHold && reading.Fleet is not null ? rules?.Judge(tree, reading, now) : null;
        EquatableArray<Diagnostic> all =
        [
            .. found.Concat(reading.Diagnostics).Concat(claims?.Diagnostics ?? []).Concat(report?.Diagnostics ?? [])
                .OrderBy(d => d.Span).ThenBy(d => d.RuleId, StringComparer.Ordinal),
        ];
        if (reading.Fleet is { } fleet && all.All(d => d.Severity != Severity.Error) && report is not { Rejected: true })
            return new RevisionOutcome.Valid(fleet, tree, all) { JudgeAgainAt = report is null ? null : FirstExpiry(fleet, now) };
        return new RevisionOutcome.Invalid(tree, all)
        {
            Refuted = claims is { Rejected: true } && documentsHold,
            RuledOut = report is { Rejected: true },
            Unjudged = report is not null && (report.Count(Outcome.Error) > 0 || report.Diagnostics.Any(d => d.RuleId == RuleFindings.NoJail.Id)),
        };
    }

    private static DateTimeOffset? FirstExpiry(ValidFleet fleet, DateTimeOffset now) =>
        fleet.Waivers.Where(w => w.Expires > now).Select(w => (DateTimeOffset?)w.Expires).Min();
}
