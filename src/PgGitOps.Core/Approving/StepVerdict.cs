namespace PgGitOps.Core.Approving;

/// <summary>Whether a step may run now. Closed: <see cref="Go"/>, <see cref="Waits"/>, <see cref="NeedsApproval"/>, <see cref="Behind"/>.</summary>
public abstract record StepVerdict
{
    private StepVerdict() { }

    /// <param name="By">Whose consent covers it, for the journal.</param>
    public sealed record Go(string By) : StepVerdict;

    /// <param name="Window">The window that opens next, or that would have to be declared.</param>
    /// <param name="Opens">Null when none opens within a year.</param>
    public sealed record Waits(string Window, DateTimeOffset? Opens) : StepVerdict;

    /// <param name="Reason">What it would do that nobody has agreed to yet.</param>
    public sealed record NeedsApproval(string Reason) : StepVerdict;

    /// <param name="StepId">A step it depends on, which does not run now.</param>
    public sealed record Behind(string StepId) : StepVerdict;

    public T Match<T>(Func<Go, T> go, Func<Waits, T> waits, Func<NeedsApproval, T> needsApproval, Func<Behind, T> behind) =>
        this switch
        {
            Go v => go(v),
            Waits v => waits(v),
            NeedsApproval v => needsApproval(v),
            Behind v => behind(v),
            _ => throw new InvalidOperationException("StepVerdict is closed"),
        };
}
