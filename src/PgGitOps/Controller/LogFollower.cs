using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Reconciling;
using Serilog;

namespace PgGitOps.Controller;

/// <summary>Steps as structured log lines.</summary>
/// <param name="health">Told how long a step may take.</param>
internal sealed class LogFollower(ILogger log, HealthState health) : IExecutionFollower
{
    public void Starting(Step step)
    {
        health.StepBegun(step.Cluster, step.Timeout + ReconcileLoop.PassGrace);
        log.Debug("{Cluster}: {Title} begins ({Step})", step.Cluster, step.Title, step.Id);
    }

    public void Ended(Step step, StepOutcome outcome)
    {
        var word = OutcomeText.Word(outcome);
        if (OutcomeText.Reason(outcome) is { } reason)
            log.Warning("{Cluster}: {Title}: {Outcome}: {Reason} ({Step})", step.Cluster, step.Title, word, reason, step.Id);
        else
            log.Information("{Cluster}: {Title}: {Outcome} ({Step})", step.Cluster, step.Title, word, step.Id);
    }
}
