namespace PgGitOps.Core.Ports;

/// <summary>How a step ended. Closed.</summary>
public abstract record StepOutcome
{
    private StepOutcome() { }

    public sealed record Done(TimeSpan Took) : StepOutcome;

    public sealed record AlreadyTrue : StepOutcome;

    public sealed record Skipped(string Why) : StepOutcome;

    /// <summary>A precondition no longer holds; nothing was done.</summary>
    public sealed record Refused(string Precondition) : StepOutcome;

    /// <summary>It did not happen.</summary>
    public sealed record Failed(string Reason, string? Hint) : StepOutcome;

    /// <summary>It may have happened: look again, do not retry blindly.</summary>
    public sealed record Uncertain(string Reason) : StepOutcome;

    public T Match<T>(
        Func<Done, T> done,
        Func<AlreadyTrue, T> alreadyTrue,
        Func<Skipped, T> skipped,
        Func<Refused, T> refused,
        Func<Failed, T> failed,
        Func<Uncertain, T> uncertain
    ) =>
        this switch
        {
            Done o => done(o),
            AlreadyTrue o => alreadyTrue(o),
            Skipped o => skipped(o),
            Refused o => refused(o),
            Failed o => failed(o),
            Uncertain o => uncertain(o),
            _ => throw new InvalidOperationException("StepOutcome is closed"),
        };
}
