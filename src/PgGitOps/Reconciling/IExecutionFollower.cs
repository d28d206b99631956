using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;

namespace PgGitOps.Reconciling;

/// <summary>Told of every step as it happens: progress for a person, lines for a log. Called from clusters in parallel.</summary>
internal interface IExecutionFollower
{
    void Starting(Step step);

    void Ended(Step step, StepOutcome outcome);
}
