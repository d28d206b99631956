using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;

namespace PgGitOps.LiveTests.Writing;

/// <summary>A lease on a cluster, its record, and PostgreSQL's runner begun under it, as the executor puts them together.</summary>
public sealed class LeasedWriter(LeaseOutcome.Taken taken, IStepRun run) : IAsyncDisposable
{
    public long FencingToken => taken.Lease.FencingToken;

    public ValueTask<LeaseStanding> StandingAsync(CancellationToken cancel) => taken.Lease.StandingAsync(cancel);

    public ValueTask<StepOutcome> RunAsync(Step step, CancellationToken cancel) => run.RunAsync(step, cancel);

    public ValueTask<StepOutcome> RecordAsync(IReadOnlyCollection<Step> done, string commit, CancellationToken cancel) =>
        taken.Record.RecordAsync(done, commit, cancel);

    public async ValueTask DisposeAsync()
    {
        await run.DisposeAsync();
        await taken.Lease.DisposeAsync();
    }
}
