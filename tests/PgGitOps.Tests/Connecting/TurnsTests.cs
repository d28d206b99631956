using PgGitOps.Providers;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Connecting;

/// <summary>A waiting line bounds what is begun at a time; nobody in it waits forever, and nobody who only waits holds it up.</summary>
public class TurnsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly ManualTime time = new();

    [Fact]
    public async Task Take_WhenAllAreHeld_WaitsUntilOneIsGivenBack()
    {
        var turns = new Turns(2, time);
        var first = await Take(turns);
        var second = await Take(turns);
        var third = Take(turns);

        Assert.False(third.IsCompleted);
        first.Dispose();
        first.Dispose();

        (await third).Dispose();
        second.Dispose();
        Assert.Equal(2, await FreeAsync(turns));
    }

    [Fact]
    public async Task GiveBackAfter_LetsTheNextBegin_ThoughTheFirstIsNotDone()
    {
        var turns = new Turns(1, time);
        using var silent = await Take(turns);
        silent.GiveBackAfter(Patience);
        var next = Take(turns);

        time.Advance(Patience / 2);
        Assert.False(next.IsCompleted);
        // What it said before does not count any more.
        silent.GiveBackAfter(Patience);
        time.Advance(Patience * 0.75);
        Assert.False(next.IsCompleted);
        time.Advance(Patience / 2);

        (await next).Dispose();
        silent.Dispose();
        Assert.Equal(1, await FreeAsync(turns));
    }

    [Fact]
    public async Task Take_Behind_LetsSoManyGoFirstAndNoMore()
    {
        var turns = new Turns(1, time);
        var held = await Take(turns);
        List<string> order = [];
        var last = BeginAsync(turns, "behind", 3, order);
        var others = Enumerable.Range(0, 5).Select(i => BeginAsync(turns, $"{i}", 0, order)).ToArray();
        held.Dispose();
        await Task.WhenAll([last, .. others]);

        Assert.InRange(order.IndexOf("behind"), 2, 3);
    }

    [Fact]
    public async Task Take_Cancelled_LeavesTheLine()
    {
        var turns = new Turns(1, time);
        var held = await Take(turns);
        using var cancel = new CancellationTokenSource();
        var gone = turns.TakeAsync(0, cancel.Token).AsTask();
        var next = Take(turns);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        held.Dispose();

        (await next).Dispose();
        Assert.Equal(1, await FreeAsync(turns));
    }

    private static async Task BeginAsync(Turns turns, string name, int behind, List<string> order)
    {
        using var turn = await turns.TakeAsync(behind, CancellationToken.None);
        lock (order)
            order.Add(name);
    }

    private static Task<Turns.Turn> Take(Turns turns) => turns.TakeAsync(0, CancellationToken.None).AsTask();

    private static async Task<int> FreeAsync(Turns turns)
    {
        List<Task<Turns.Turn>> taken = [];
        while (taken.TrueForAll(t => t.IsCompleted))
            taken.Add(Take(turns));
        foreach (var turn in taken)
            (await turn).Dispose();
        return taken.Count - 1;
    }
}
