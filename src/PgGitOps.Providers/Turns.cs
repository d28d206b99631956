namespace PgGitOps.Providers;

/// <summary>A waiting line before something that many want to do and few should do at a time.</summary>
/// <remarks>
/// It bounds what is begun, not what is waited for: who holds a turn and only waits gives it back after a while and goes on. So many that never
/// answer cost those behind them a bounded time each, divided by the number of turns, and a deadline begins with the turn and not with the wait for it.
/// </remarks>
public sealed class Turns(int atOnce, TimeProvider time)
{
    private readonly TimeProvider time = time;
    private readonly Lock gate = new();
    private readonly PriorityQueue<TaskCompletionSource<Turn>, long> waiting = new();
    private int free = atOnce;
    private long place;

    /// <summary>By what the machine can do at the same time; most of a turn is spent waiting for somebody else.</summary>
    public static int PerProcessor(int turns) => turns * Math.Max(2, Environment.ProcessorCount);

    /// <param name="behind">So many that come later may go first, and no more: nobody waits forever.</param>
    public async ValueTask<Turn> TakeAsync(int behind, CancellationToken cancel)
    {
        TaskCompletionSource<Turn> waiter;
        lock (gate)
        {
            // Nobody waits while a turn is free.
            if (free > 0)
            {
                free--;
                return new Turn(this);
            }
            waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(waiter, place++ + behind);
        }
        await using var leaving = cancel.Register(() => waiter.TrySetCanceled(cancel));
        return await waiter.Task;
    }

    private void GiveBack()
    {
        lock (gate)
        {
            while (waiting.TryDequeue(out var next, out _))
            {
                // Those that left the line are passed over.
                if (next.TrySetResult(new Turn(this)))
                    return;
            }
            free++;
        }
    }

    /// <summary>Held until it is disposed of, or for as long as <see cref="GiveBackAfter"/> says.</summary>
    public sealed class Turn : IDisposable
    {
        private readonly Turns turns;
        private readonly ITimer patience;
        private int isOver;

        internal Turn(Turns turns)
        {
            this.turns = turns;
            patience = turns.time.CreateTimer(
                static turn => ((Turn)turn!).End(),
                this,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan
            );
        }

        /// <summary>From now on; replaces what was said before.</summary>
        public void GiveBackAfter(TimeSpan limit) => patience.Change(limit, Timeout.InfiniteTimeSpan);

        public void Dispose()
        {
            patience.Dispose();
            End();
        }

        private void End()
        {
            if (Interlocked.Exchange(ref isOver, 1) == 0)
                turns.GiveBack();
        }
    }
}
