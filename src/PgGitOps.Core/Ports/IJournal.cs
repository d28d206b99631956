using PgGitOps.Core.Planning;

namespace PgGitOps.Core.Ports;

/// <summary>What is written down about one apply, before and after each effect, so that a killed process leaves a true account.</summary>
/// <remarks>Each call returns only when the entry would survive a power cut. Safe to call from clusters in parallel.</remarks>
public interface IJournal
{
    /// <summary>Before the effect.</summary>
    void Intent(Step step, long fencingToken);

    /// <summary>After the effect, or instead of it.</summary>
    void Outcome(Step step, StepOutcome outcome);
}
