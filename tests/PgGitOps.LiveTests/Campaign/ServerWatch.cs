using System.Diagnostics;
using Npgsql;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>One server process, as long as it ran.</summary>
public sealed class SeenServer(string member, int pid, DateTimeOffset startedAt)
{
    public string Member => member;

    public int Pid => pid;

    public DateTimeOffset StartedAt => startedAt;

    /// <summary>When it was first and last seen to accept writes.</summary>
    public DateTimeOffset? FirstPrimaryAt { get; set; }

    public DateTimeOffset? LastPrimaryAt { get; set; }

    public ulong System { get; set; }

    public int Timeline { get; set; }
}

/// <summary>Two servers of one system identifier that accepted writes at the same time.</summary>
public sealed record TwoPrimaries(SeenServer One, SeenServer Other, DateTimeOffset At);

/// <summary>Asks every member every 150 ms who it is and whether it accepts writes.</summary>
internal sealed class ServerWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(400);

    private readonly CampaignFleet fleet;
    private readonly JournalWatch journals;
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] watching;
    private readonly List<SeenServer> servers = [];
    private readonly List<TwoPrimaries> pairs = [];
    private readonly Lock gate = new();

    private ServerWatch(CampaignFleet fleet, JournalWatch journals)
    {
        this.fleet = fleet;
        this.journals = journals;
        watching = [.. fleet.Members.Select(m => Task.Run(() => WatchAsync(m))), Task.Run(ReadJournalsAsync)];
    }

    public IReadOnlyList<SeenServer> Servers
    {
        get
        {
            lock (gate)
                return [.. servers];
        }
    }

    public IReadOnlyList<TwoPrimaries> Pairs
    {
        get
        {
            lock (gate)
                return [.. pairs];
        }
    }

    public static ServerWatch Start(CampaignFleet fleet, JournalWatch journals) => new(fleet, journals);

    public async Task EndAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(watching);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        stop.Dispose();
    }

    private async Task ReadJournalsAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            journals.Read();
            await PauseAsync();
        }
        journals.Read();
    }

    private async Task WatchAsync(CampaignMember member)
    {
        NpgsqlConnection? connection = null;
        var connectedTo = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (fleet.ServerPid(member.Name) is { } pid && Seen(member.Name, pid) is { } server)
                {
                    if (connection is null || connectedTo != pid)
                    {
                        if (connection is not null)
                            await connection.DisposeAsync();
                        connection = null;
                        connection = await fleet.OpenAsync(member, seconds: 1, token: stop.Token);
                        connectedTo = pid;
                    }
                    await using var command = new NpgsqlCommand(ServerQuestion.Text, connection);
                    await using var reader = await command.ExecuteReaderAsync(stop.Token);
                    await reader.ReadAsync(stop.Token);
                    Note(server, !reader.GetBoolean(0), (ulong)reader.GetInt64(1), reader.GetInt32(2));
                }
            }
            catch (Exception e)
                when (e
                        is NpgsqlException
                            or IOException
                            or TimeoutException
                            or OperationCanceledException
                            or InvalidOperationException
                )
            {
                if (connection is not null)
                    await connection.DisposeAsync();
                connection = null;
            }
            await PauseAsync();
        }
        if (connection is not null)
            await connection.DisposeAsync();
    }

    private SeenServer? Seen(string member, int pid)
    {
        lock (gate)
        {
            if (servers.Find(s => s.Member == member && s.Pid == pid) is { } known)
                return known;
        }
        try
        {
            using var process = Process.GetProcessById(pid);
            var server = new SeenServer(member, pid, process.StartTime.ToUniversalTime());
            lock (gate)
                servers.Add(server);
            return server;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private void Note(SeenServer server, bool primary, ulong system, int timeline)
    {
        var now = DateTimeOffset.UtcNow;
        lock (gate)
        {
            server.System = system;
            if (!primary)
                return;
            server.Timeline = timeline;
            server.FirstPrimaryAt ??= now;
            server.LastPrimaryAt = now;
            foreach (
                var other in servers.Where(s =>
                    s != server && s.Member != server.Member && s.System == system && s.LastPrimaryAt > now - Together
                )
            )
            {
                if (!pairs.Exists(p => (p.One == server && p.Other == other) || (p.One == other && p.Other == server)))
                    pairs.Add(new(other, server, now));
            }
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(Pace, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The schedule is over.
        }
    }
}
