using PgGitOps.Core.Desired;
using PgGitOps.Revisions;

namespace PgGitOps.Controller;

/// <summary>Asks Git once an interval for all clusters, on a thread of its own: neither a remote that stalls nor a judgement that takes long delays a pass.</summary>
/// <param name="interval">How often, by what is in force.</param>
internal sealed class RevisionWatch(RevisionInForce revision, Func<ValidFleet?, TimeSpan> interval, TimeProvider time)
{
    /// <summary>What throws is asked again less and less often, as far as this.</summary>
    private static readonly TimeSpan BackOffMax = TimeSpan.FromMinutes(5);

    /// <summary>A look that is broken off by the wish to stop has so long to come back; then the process ends without it.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(3);

    /// <summary>What is in force now; a value that does not change under whoever holds it.</summary>
    public RevisionState State => revision.State;

    /// <param name="looked">Called after each look; true when another revision is in force than before.</param>
    public async Task RunAsync(Action<RevisionState, bool> looked, CancellationToken stopping)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            // A thread for itself: reading Git and asking rules block.
            var look = Task.Factory.StartNew(
                () => Look(stopping),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
            bool moved;
            try
            {
                moved = await look.WaitAsync(stopping);
            }
            catch (OperationCanceledException)
            {
                await EndAsync(look);
                return;
            }
            failures = revision.State.Problem is RevisionProblem.Failed ? failures + 1 : 0;
            looked(revision.State, moved);
            await SleepAsync(PassSchedule.Delay(interval(revision.State.Fleet), failures, BackOffMax), stopping);
        }
    }

    private bool Look(CancellationToken stopping)
    {
        try
        {
            return revision.Refresh(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task EndAsync(Task look)
    {
        try
        {
            await look.WaitAsync(EndLimit, time);
        }
        catch (TimeoutException) { }
    }

    private async Task SleepAsync(TimeSpan delay, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(delay, time, stopping);
        }
        catch (OperationCanceledException) { }
    }
}
