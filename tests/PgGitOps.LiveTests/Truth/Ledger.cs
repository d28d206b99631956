using System.Collections.Concurrent;
using Npgsql;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Truth;

/// <summary>Clients that write at full speed and remember what was acknowledged to them.</summary>
/// <remarks>A commit that ended with an error or came with a warning was not promised to anybody, and counts as unknown.</remarks>
internal sealed class Ledger : IAsyncDisposable
{
    private const int Clients = 6;

    private readonly ConcurrentDictionary<long, bool> acknowledged = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] writing;

    private Ledger(PostgresServer primary) =>
        writing = [.. Enumerable.Range(0, Clients).Select(client => Task.Run(() => WriteAsync(primary, client)))];

    /// <summary>Ids whose commit was acknowledged without a warning.</summary>
    public IReadOnlyCollection<long> Acknowledged => [.. acknowledged.Keys];

    public int Count => acknowledged.Count;

    public static async Task<Ledger> StartAsync(PostgresServer primary)
    {
        var ledger = new Ledger(primary);
        await Poll.UntilAsync("clients write", () => ledger.Count > 0);
        return ledger;
    }

    /// <summary>Waits until so many more commits were acknowledged, or the time is over because commits wait.</summary>
    public async Task WriteMoreAsync(int commits, TimeSpan atMost)
    {
        var wanted = Count + commits;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (Count < wanted && clock.Elapsed < atMost)
            await Task.Delay(20);
    }

    /// <summary>After the servers were killed: every client has got its error.</summary>
    public async Task EndAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(writing).WaitAsync(TimeSpan.FromSeconds(20));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        stop.Dispose();
    }

    private async Task WriteAsync(PostgresServer primary, int client)
    {
        var id = client * 1_000_000_000L;
        try
        {
            await using var connection = await primary.OpenAsync("tenancy", "writer");
            var warned = false;
            connection.Notice += (_, _) => warned = true;
            await using var command = new NpgsqlCommand(
                "insert into ledger (id, padding) values ($1, repeat('x', 400))",
                connection
            );
            var parameter = new NpgsqlParameter<long>();
            command.Parameters.Add(parameter);
            await command.PrepareAsync();
            while (!stop.IsCancellationRequested)
            {
                parameter.TypedValue = ++id;
                warned = false;
                await command.ExecuteNonQueryAsync();
                if (!warned)
                    acknowledged[id] = true;
            }
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or OperationCanceledException)
        {
            // The server is gone, or does not let the commit through: that one was never acknowledged.
        }
    }
}
