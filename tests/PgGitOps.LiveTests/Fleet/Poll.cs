using System.Diagnostics;

namespace PgGitOps.LiveTests.Fleet;

/// <summary>Waiting for something to become true, with a deadline.</summary>
public static class Poll
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    public static async Task UntilAsync(string what, Func<Task<bool>> isTrue, TimeSpan? deadline = null)
    {
        var limit = deadline ?? TimeSpan.FromSeconds(90);
        var since = Stopwatch.StartNew();
        while (!await isTrue())
        {
            if (since.Elapsed > limit)
                throw new TimeoutException($"not true after {limit.TotalSeconds:0} s: {what}");
            await Task.Delay(Pace);
        }
    }

    public static Task UntilAsync(string what, Func<bool> isTrue, TimeSpan? deadline = null) =>
        UntilAsync(what, () => Task.FromResult(isTrue()), deadline);
}
