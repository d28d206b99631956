using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <inheritdoc/>
internal sealed class PostgresRun(StepContext context) : IStepRun
{
    private readonly WorkSessions sessions = new(context);

    /// <param name="InCluster">The member that has to be up for it; null for a step that may come before that.</param>
    internal sealed record Part(
        string? InCluster,
        Func<StepContext, WorkSessions, Step, CancellationToken, Task<StepOutcome>> RunAsync
    );

    /// <summary>How an action is carried out; null for one of another owner.</summary>
    internal static Part? PartOf(StepAction action) =>
        action switch
        {
            StepAction.InitialisePrimary a => new(null, (c, _, s, e) => new InitialisePrimaryStep(c).RunAsync(s, a, e)),
            StepAction.CloneStandby a => new(null, (c, w, s, e) => new CloneStandbyStep(c, w).RunAsync(s, a, e)),
            StepAction.StartServer a => new(null, (c, _, s, e) => new StartServerStep(c).RunAsync(s, a, e)),
            StepAction.RestartServer a => new(null, (c, w, s, e) => new RestartServerStep(c, w).RunAsync(s, a, e)),
            StepAction.ExecuteSql a => new(a.Member, (c, w, s, e) => new ExecuteSqlStep(c, w).RunAsync(s, a, e)),
            StepAction.SetPassword a => new(a.Member, (c, w, s, e) => new SetPasswordStep(c, w).RunAsync(s, a, e)),
            StepAction.WritePasswordFile a => new(null, (c, _, s, e) => new WritePasswordFileStep(c).RunAsync(s, a, e)),
            StepAction.WriteAccessList a => new(a.Member, (c, w, s, e) => new WriteAccessListStep(c, w).RunAsync(s, a, e)),
            _ => null,
        };

    public async ValueTask<StepOutcome> RunAsync(Step step, CancellationToken cancel)
    {
        var part =
            PartOf(step.Action)
            ?? throw new InvalidOperationException(
                $"{step.Id} was given to a runner that does not run {step.Action.GetType().Name}"
            );
        var lease = context.At.Lease;
        try
        {
            if (await lease.WhyLostAsync(cancel) is { } lost)
                return new StepOutcome.Refused(lost);
            // A bootstrap reaches its first SQL step when the primary is up: from here on the lock is the cluster's own.
            if (part.InCluster is { } member && await lease.MoveIntoClusterAsync(member, cancel) is { } reason)
                return new StepOutcome.Refused(reason);
            return await part.RunAsync(context, sessions, step, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return new StepOutcome.Uncertain("interrupted");
        }
    }

    public ValueTask DisposeAsync() => sessions.DisposeAsync();
}
