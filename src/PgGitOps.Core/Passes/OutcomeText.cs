using PgGitOps.Core.Ports;

namespace PgGitOps.Core.Passes;

/// <summary>Outcomes as words, for the journal, the log and the report.</summary>
public static class OutcomeText
{
    public static string Word(StepOutcome outcome) =>
        outcome.Match(_ => "done", _ => "alreadyTrue", _ => "skipped", _ => "refused", _ => "failed", _ => "uncertain");

    public static string? Reason(StepOutcome outcome) =>
        outcome.Match(
            _ => null,
            _ => null,
            o => o.Why,
            o => o.Precondition,
            o => o.Hint is null ? o.Reason : $"{o.Reason} ({o.Hint})",
            o => (string?)o.Reason
        );

    public static bool Holds(StepOutcome outcome) => outcome is StepOutcome.Done or StepOutcome.AlreadyTrue;
}
