using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;

namespace PgGitOps.Executing;

/// <summary>The steps of one cluster under one lease, each given to the runner that runs its action. A runner begins when its first step does.</summary>
internal sealed class LeasedSteps(IReadOnlyList<IStepRunner> runners, LeasedCluster cluster) : IAsyncDisposable
{
    private readonly Dictionary<IStepRunner, IStepRun> begun = [];

    public ValueTask<StepOutcome> RunAsync(Step step, CancellationToken cancel)
    {
        var runner =
            runners.FirstOrDefault(r => r.Runs(step.Action))
            ?? throw new InvalidOperationException($"{step.Id} has no runner and was not refused before");
        if (!begun.TryGetValue(runner, out var run))
            begun.Add(runner, run = runner.Begin(cluster));
        return run.RunAsync(step, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var run in begun.Values)
            await run.DisposeAsync();
    }
}
