using Npgsql;
using NpgsqlTypes;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>A row whose commit was acknowledged.</summary>
/// <param name="From">The row's commit record lies behind this position of its timeline.</param>
/// <param name="To">… and not behind this one.</param>
public readonly record struct AcknowledgedRow(long Id, ulong System, int Timeline, ulong From, ulong To);

/// <summary>A client that inserts numbered rows as fast as it can, at the first listed member that accepts writes, and remembers what was acknowledged by whom.</summary>
/// <remarks>A commit that ended with an error or came with a warning was promised to nobody, and counts as unknown.</remarks>
internal sealed class CampaignWriter : IAsyncDisposable
{
    // Between the insert and its own commit record other sessions may have written; the last row of a session is known no better.
    private const ulong LastCommitWithin = 1 << 16;

    private readonly CampaignFleet fleet;
    private readonly CancellationTokenSource stop = new();
    private readonly List<AcknowledgedRow> rows = [];
    private readonly Task writing;
    private long next;

    private CampaignWriter(CampaignFleet fleet)
    {
        this.fleet = fleet;
        writing = Task.Run(WriteAsync);
    }

    public int Count
    {
        get
        {
            lock (rows)
                return rows.Count;
        }
    }

    public static CampaignWriter Start(CampaignFleet fleet) => new(fleet);

    public IReadOnlyList<AcknowledgedRow> Acknowledged()
    {
        lock (rows)
            return [.. rows];
    }

    public async Task EndAsync()
    {
        await stop.CancelAsync();
        await writing;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        stop.Dispose();
    }

    private async Task WriteAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var member in fleet.Members)
            {
                try
                {
                    await WriteToAsync(member);
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
                    // Gone, hanging, read-only or shut: what was in flight was never acknowledged, and the next in the list is asked.
                }
                if (stop.IsCancellationRequested)
                    return;
            }
            await Task.Delay(50);
        }
    }

    private async Task WriteToAsync(CampaignMember member)
    {
        await using var connection = await fleet.OpenAsync(member, "app", token: stop.Token);
        var warned = false;
        connection.Notice += (_, _) => warned = true;
        ulong system;
        int timeline;
        await using (var who = new NpgsqlCommand(ServerQuestion.Text, connection))
        await using (var reader = await who.ExecuteReaderAsync(stop.Token))
        {
            await reader.ReadAsync(stop.Token);
            if (reader.GetBoolean(0))
                return;
            (system, timeline) = ((ulong)reader.GetInt64(1), reader.GetInt32(2));
        }
        await using var insert = new NpgsqlCommand(
            "insert into ledger (id) values ($1) returning (pg_current_wal_insert_lsn() - '0/0')::bigint",
            connection
        );
        var id = new NpgsqlParameter<long> { NpgsqlDbType = NpgsqlDbType.Bigint };
        insert.Parameters.Add(id);
        await insert.PrepareAsync(stop.Token);
        AcknowledgedRow? last = null;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                id.TypedValue = ++next;
                warned = false;
                var at = (ulong)(long)(await insert.ExecuteScalarAsync(stop.Token))!;
                if (last is { } before)
                    Note(before with { To = at });
                last = warned ? null : new(id.TypedValue, system, timeline, at, at + LastCommitWithin);
            }
        }
        finally
        {
            if (last is { } before)
                Note(before);
        }
    }

    private void Note(AcknowledgedRow row)
    {
        lock (rows)
            rows.Add(row);
    }
}

internal static class ServerQuestion
{
    /// <summary>In recovery, system identifier, timeline (of a primary; 0 of a standby).</summary>
    public const string Text = """
        select r, (select system_identifier from pg_control_system()),
               case when r then 0 else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int end
        from pg_is_in_recovery() r
        """;
}
