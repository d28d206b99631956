using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Revisions;

namespace PgGitOps.Controller;

/// <summary>What a look at Git changed, as events: a problem is told when it begins and when it has ended, not at every look.</summary>
internal sealed class RevisionNews(IPassListener listener)
{
    private Standing? told;

    /// <param name="moved">Another revision is in force than before.</param>
    /// <param name="clusters">That are cared for.</param>
    public void Tell(RevisionState state, bool moved, IReadOnlyCollection<string> clusters)
    {
        var inForce = state.Fleet?.Revision.CommitId;
        if (moved && state.Fleet is { Revision: var info })
        {
            listener.Hear(
                new PassEvent.RevisionAccepted(
                    info.CommitId,
                    info.Author,
                    info.Subject,
                    clusters.Order(StringComparer.Ordinal).ToEquatableArray()
                )
            );
            foreach (var gone in state.NoLongerDeclared)
                listener.Hear(new PassEvent.ClusterUndeclared(gone));
        }
        var now = state.Problem is { } problem ? Of(problem) : null;
        if (now == told)
            return;
        told = now;
        listener.Hear(state.Problem is { } stands ? EventOf(stands, inForce) : new PassEvent.RevisionCurrent(inForce));
    }

    private static PassEvent EventOf(RevisionProblem problem, string? inForce) =>
        problem switch
        {
            RevisionProblem.Invalid i => new PassEvent.RevisionRejected(
                i.Tree.Revision.CommitId,
                inForce,
                FaultOf(i),
                i.Describe(),
                i.Errors.ToEquatableArray()
            ),
            RevisionProblem.Emptied e => new PassEvent.RevisionRejected(
                e.CommitId,
                inForce,
                RevisionFault.Emptied,
                e.Describe(),
                []
            ),
            RevisionProblem.Failed f => new PassEvent.RevisionRejected(
                null,
                inForce,
                RevisionFault.JudgementFailed,
                f.Describe(),
                []
            ),
            RevisionProblem.Unreadable u => new PassEvent.RevisionNotFetched(
                u.Refusal.Kind,
                inForce,
                u.Refusal.Message,
                u.Refusal.Hint
            ),
            _ => throw new InvalidOperationException("RevisionProblem is closed"),
        };

    private static RevisionFault FaultOf(RevisionProblem.Invalid invalid) =>
        invalid.Refuted ? RevisionFault.Refuted
        : invalid.RuledOut ? RevisionFault.RuledOut
        : RevisionFault.Invalid;

    private static Standing Of(RevisionProblem problem) =>
        problem switch
        {
            // Its words may tell the time: judged again, the same commit with the same findings is the same problem.
            RevisionProblem.Invalid i => new(
                FaultOf(i).ToString(),
                i.Tree.Revision.CommitId,
                i.Errors.Select(e => (e.RuleId, e.Span)).ToEquatableArray()
            ),
            RevisionProblem.Emptied e => new(nameof(RevisionFault.Emptied), e.CommitId, []),
            RevisionProblem.Failed f => new(nameof(RevisionFault.JudgementFailed), f.Exception, []),
            RevisionProblem.Unreadable u => new(u.Refusal.Kind.ToString(), "", []),
            _ => throw new InvalidOperationException("RevisionProblem is closed"),
        };

    private sealed record Standing(string Kind, string Of, EquatableArray<(string Rule, SourceSpan Place)> Errors);
}
