using System.Collections.Concurrent;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>One thread that never ends, to start processes from.</summary>
/// <remarks>The kernel ends a worker with its parent, and by parent it means the thread that started it: one of the pool comes and goes.</remarks>
internal static class LastingThread
{
    private static readonly BlockingCollection<Action> waiting = [];
    private static readonly Lazy<Thread> thread = new(() =>
    {
        var begun = new Thread(() =>
        {
            foreach (var act in waiting.GetConsumingEnumerable())
                act();
        })
        {
            IsBackground = true,
            Name = "worker starter",
        };
        begun.Start();
        return begun;
    });

    public static T Run<T>(Func<T> make)
    {
        _ = thread.Value;
        var made = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Add(() =>
        {
            try
            {
                made.SetResult(make());
            }
            catch (Exception e)
            {
                made.SetException(e);
            }
        });
        return made.Task.GetAwaiter().GetResult();
    }
}
