using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.Revisions;

/// <summary>What a revision came to. Closed: <see cref="Valid"/>, <see cref="Invalid"/>, <see cref="Unchanged"/>, <see cref="Refused"/>.</summary>
internal abstract record RevisionOutcome
{
    private RevisionOutcome() { }

    /// <param name="Diagnostics">Notes and warnings.</param>
    public sealed record Valid(ValidFleet Fleet, SourceTree Tree, EquatableArray<Diagnostic> Diagnostics) : RevisionOutcome
    {
        /// <summary>When a waiver that it may need runs out; null when the verdict stands for good.</summary>
        public DateTimeOffset? JudgeAgainAt { get; init; }
    }

    /// <summary>It was read, and its documents do not hold.</summary>
    public sealed record Invalid(SourceTree Tree, EquatableArray<Diagnostic> Diagnostics) : RevisionOutcome
    {
        /// <summary>The documents are well-formed and agree with each other, but promise what their topology cannot keep.</summary>
        public bool Refuted { get; init; }

        /// <summary>Its documents hold, and a rule that is not waived says no, or could not be asked.</summary>
        public bool RuledOut { get; init; }

        /// <summary>Asked again, the rules may say something else of the same commit: one gave no verdict for want of a jail or of time on this machine, or one that says no read the time. What is the rules' own doing stays as it is.</summary>
        public bool MayChange { get; init; }

        /// <summary>PgGitOps failed at a part of it.</summary>
        public bool Failed { get; init; }

        /// <summary>Nothing but the commit, the build and its settings led to it: whichever process judges it comes to the same.</summary>
        /// <remarks>Narrower than not to be <see cref="MayChange"/>: of a running process the clock that a waiver expired by is trusted, and a rule without a verdict beside wrong documents is no matter.</remarks>
        public bool Lasts { get; init; }
    }

    public sealed record Unchanged(string CommitId) : RevisionOutcome;

    /// <summary>It could not be read.</summary>
    public sealed record Refused(SourceRefusal Refusal) : RevisionOutcome;

    public T Match<T>(Func<Valid, T> valid, Func<Invalid, T> invalid, Func<Unchanged, T> unchanged, Func<Refused, T> refused) =>
        this switch
        {
            Valid o => valid(o),
            Invalid o => invalid(o),
            Unchanged o => unchanged(o),
            Refused o => refused(o),
            _ => throw new InvalidOperationException("RevisionOutcome is closed"),
        };
}

/// <summary>From a reference to the fleet it declares.</summary>
internal sealed class RevisionReader(ISource source, FleetReader reader, RuleRoute? rules = null, TimeProvider? time = null)
{
    private readonly RevisionJudge judge = new(reader, rules, time);

    public string Address => source.Address;

    /// <param name="byRules">False for a revision that was accepted before: its rules have had their say.</param>
    public RevisionOutcome Read(SourceRequest request, CancellationToken cancel, bool byRules = true) =>
        source
            .Read(request, cancel)
            .Match<RevisionOutcome>(
                read => judge.Judge(read.Tree, read.Diagnostics, byRules, cancel),
                unchanged => new RevisionOutcome.Unchanged(unchanged.CommitId),
                refused => new RevisionOutcome.Refused(refused.Refusal)
            );

    public RevisionOutcome Judge(SourceTree tree, IEnumerable<Diagnostic> found) => judge.Judge(tree, found);
}
