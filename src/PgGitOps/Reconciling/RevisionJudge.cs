using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Sources;

namespace PgGitOps.Reconciling;

/// <summary>Whether the documents of a revision hold: first each for itself and with each other, then what they promise, then its own rules.</summary>
/// <remarks>The one judge of every command and of the loop. Remembers readings, proofs and runs of rules, so that the next revision costs what it changes.</remarks>
/// <param name="rules">Null where rules do not judge: a revision that was accepted before, or a command that only looks.</param>
internal sealed class RevisionJudge(FleetReader reader, RuleRoute? rules = null, TimeProvider? time = null)
{
    private readonly ProofMemory memory = new();
    private readonly TimeProvider time = time ?? TimeProvider.System;

    /// <param name="found">What the source already found.</param>
    /// <param name="byRules">False when the revision's rules have judged it before.</param>
    /// <returns>Valid or invalid.</returns>
    public RevisionOutcome Judge(SourceTree tree, IEnumerable<Diagnostic> found, bool byRules = true) => Weigh(tree, found, byRules).Outcome(time.GetUtcNow());

    /// <inheritdoc cref="Judge"/>
    /// <returns>All that there is to say, each part by itself.</returns>
    public RevisionJudgement Weigh(SourceTree tree, IEnumerable<Diagnostic> found, bool byRules = true)
    {
        var documents = new RevisionJudgement(tree, found.ToEquatableArray(), reader.Read(tree), null, null);
        // Promises and rules speak of documents that hold: on a mistyped value they would only repeat what the schema said.
        return documents.Fleet is not { } fleet ? documents : documents with
        {
            Claims = ClaimRules.Judge(fleet, memory: memory),
            Rules = byRules ? rules?.Judge(tree, documents.Reading, time.GetUtcNow()) : null,
        };
    }
}

/// <summary>All that was found of a revision, part by part.</summary>
/// <param name="Found">By the source.</param>
/// <param name="Claims">Null where the documents do not hold.</param>
/// <param name="Rules">Null where the documents do not hold, or no rules judge.</param>
internal sealed record RevisionJudgement(SourceTree Tree, EquatableArray<Diagnostic> Found, FleetReading Reading, ClaimJudgement? Claims, RuleReport? Rules)
{
    /// <summary>Null where the documents do not hold.</summary>
    public ValidFleet? Fleet => Found.Concat(Reading.Diagnostics).Any(d => d.Severity == Severity.Error) ? null : Reading.Fleet;

    /// <summary>The documents hold, and what they promise cannot be kept, or a rule says no.</summary>
    public bool Rejected => Claims is { Rejected: true } || Rules is { Rejected: true };

    /// <summary>Of all parts, ordered by place.</summary>
    public EquatableArray<Diagnostic> Diagnostics =>
        Found.Concat(Reading.Diagnostics).Concat(Claims?.Diagnostics ?? []).Concat(Rules?.Diagnostics ?? [])
            .OrderBy(d => d.Span).ThenBy(d => d.RuleId, StringComparer.Ordinal).ToEquatableArray();

    public RevisionOutcome Outcome(DateTimeOffset now)
    {
        var all = Diagnostics;
        if (Fleet is { } fleet && !Rejected && all.All(d => d.Severity != Severity.Error))
            return new RevisionOutcome.Valid(fleet, Tree, all) { JudgeAgainAt = Rules is null ? null : FirstExpiry(fleet, now) };
        return new RevisionOutcome.Invalid(Tree, all)
        {
            Refuted = Claims is { Rejected: true },
            RuledOut = Rules is { Rejected: true },
            Unjudged = Rules is not null && (Rules.Count(Core.Policies.Outcome.Error) > 0 || Rules.Diagnostics.Any(d => d.RuleId == RuleFindings.NoJail.Id)),
        };
    }

    private static DateTimeOffset? FirstExpiry(ValidFleet fleet, DateTimeOffset now) =>
        fleet.Waivers.Where(w => w.Expires > now).Select(w => (DateTimeOffset?)w.Expires).Min();
}
