using System.Globalization;

namespace PgGitOps.Core.Approving;

/// <summary>Why a step does not run now, in words.</summary>
public static class VerdictText
{
    /// <returns>Null for a step that runs.</returns>
    public static string? WhyNot(StepVerdict verdict) =>
        verdict.Match(
            _ => null,
            waits =>
                waits.Opens is { } opens
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"waits for window {waits.Window}, which opens {opens.UtcDateTime:yyyy-MM-dd HH:mm}Z"
                    )
                    : $"waits for window {waits.Window}, which does not open within a year",
            needs => $"needs approval: {needs.Reason}",
            behind => (string?)$"waits for {behind.StepId}"
        );
}
