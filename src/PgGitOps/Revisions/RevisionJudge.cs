using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Revisions;

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
    /// <param name="cancel">Ends the rules at once, with their process.</param>
    public RevisionOutcome Judge(
        SourceTree tree,
        IEnumerable<Diagnostic> found,
        bool byRules = true,
        CancellationToken cancel = default
    ) => Weigh(tree, found, byRules, cancel).Outcome(time.GetUtcNow());

    /// <inheritdoc cref="Judge"/>
    /// <returns>All that there is to say, each part by itself.</returns>
    public RevisionJudgement Weigh(
        SourceTree tree,
        IEnumerable<Diagnostic> found,
        bool byRules = true,
        CancellationToken cancel = default
    )
    {
        // Whatever a commit makes us throw is a finding about the commit: the loop goes on with the one before it.
        var failures = new List<Diagnostic>();
        var asked = byRules ? rules : null;
        var read = Contained(
            "reading its documents",
            failures,
            () =>
            {
                asked?.Prepare(tree.Files);
                return reader.Read(tree, asked is null ? null : asked.Offer);
            }
        );
        var judged = new RevisionJudgement(
            tree,
            found.ToEquatableArray(),
            read ?? new FleetReading(null, [], [], 0, 0),
            null,
            null
        );
        if (judged.Fleet is { } whole)
            judged = judged with
            {
                Found =
                [
                    .. judged.Found,
                    .. Contained("reading its exceptions", failures, () => ExceptionFields.Check(whole.Clusters).ToArray()) ?? [],
                ],
            };
        // Promises speak of a fleet that holds. Rules are given the documents that do, so that one look finds everything.
        if (judged.Fleet is { } fleet)
            judged = judged with
            {
                Claims = Contained("proving its recovery objectives", failures, () => ClaimRules.Judge(fleet, memory: memory)),
            };
        if (asked is not null && failures.Count == 0)
            judged = judged with
            {
                Rules = Contained(
                    "judging it by its rules",
                    failures,
                    () => asked.Judge(tree, judged.AsRead, time.GetUtcNow(), judged.Knowledge, cancel)
                ),
            };
        return failures.Count == 0 ? judged : judged with { Found = [.. judged.Found, .. failures], Failed = true };
    }

    private static T? Contained<T>(string what, List<Diagnostic> failures, Func<T> judge)
        where T : class
    {
        try
        {
            return judge();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            failures.Add(DocumentRules.FailedAt(what, e));
            return null;
        }
    }
}

/// <summary>All that was found of a revision, part by part.</summary>
/// <param name="Found">By the source.</param>
/// <param name="Claims">Null where the documents do not hold.</param>
/// <param name="Rules">Null where no rules judge; where some documents do not hold, what is certain without them.</param>
internal sealed record RevisionJudgement(
    SourceTree Tree,
    EquatableArray<Diagnostic> Found,
    FleetReading Reading,
    ClaimJudgement? Claims,
    RuleReport? Rules
)
{
    /// <summary>PgGitOps failed at a part of it, which is told among <see cref="Found"/>.</summary>
    public bool Failed { get; init; }

    /// <summary>Null where the documents do not hold.</summary>
    public ValidFleet? Fleet => Found.Concat(Reading.Diagnostics).Any(d => d.Severity == Severity.Error) ? null : Reading.Fleet;

    /// <summary>The reading with what the source found.</summary>
    public FleetReading AsRead => Reading with { Diagnostics = [.. Found, .. Reading.Diagnostics] };

    /// <summary>What rules may know besides the documents; null where nothing is proven.</summary>
    public RuleKnowledge? Knowledge => Claims is null ? null : RuleKnowledge.Static(Claims.Proof);

    /// <summary>The documents hold, and what they promise cannot be kept, or a rule says no.</summary>
    public bool Rejected => Fleet is not null && (Claims is { Rejected: true } || Rules is { Rejected: true });

    /// <summary>What is set for the rules does not fit them: documents that do not hold, rather than a rule that says no.</summary>
    public bool SettingsAreWrong => Rules is { } rules && rules.Diagnostics.Any(SettingsInForce.IsOfSetting);

    /// <summary>Of all parts, ordered by place.</summary>
    public EquatableArray<Diagnostic> Diagnostics =>
        Found
            .Concat(Reading.Diagnostics)
            .Concat(Claims?.Diagnostics ?? [])
            .Concat(Rules?.Diagnostics ?? [])
            .OrderBy(d => d.Span)
            .ThenBy(d => d.RuleId, StringComparer.Ordinal)
            .ToEquatableArray();

    public RevisionOutcome Outcome(DateTimeOffset now)
    {
        var all = Diagnostics;
        if (Fleet is { } fleet && !Rejected && all.All(d => d.Severity != Severity.Error))
            return new RevisionOutcome.Valid(fleet, Tree, all) { JudgeAgainAt = Rules is null ? null : FirstExpiry(fleet, now) };
        return new RevisionOutcome.Invalid(Tree, all)
        {
            Refuted = Claims is { Rejected: true },
            RuledOut = Fleet is not null && !SettingsAreWrong && Rules is { Rejected: true },
            MayChange =
                Failed || (Fleet is not null && Rules is not null && (Rules.RejectedByTheClock || Rules.RejectedByTheMachine)),
            Failed = Failed,
            Lasts =
                !Failed
                && Rules is null or { RejectedByTheClock: false, RejectedByTheMachine: false }
                && all.All(d => d.RuleId != RuleFindings.WaiverExpired.Id),
        };
    }

    private static DateTimeOffset? FirstExpiry(ValidFleet fleet, DateTimeOffset now) =>
        fleet.Waivers.Where(w => w.Expires > now).Select(w => (DateTimeOffset?)w.Expires).Min();
}
