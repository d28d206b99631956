using System.Globalization;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>A promotion that the schedule made, not the engine.</summary>
/// <param name="ForkAt">End of what the new timeline has of the old one.</param>
/// <param name="Excused">False where every acknowledged commit had to be on the promoted standby: a synchronous rule, the best of all standbys, no disk lost before.</param>
public sealed record HandPromotion(
    string Member,
    int Pid,
    DateTimeOffset At,
    ulong System,
    int FromTimeline,
    ulong ForkAt,
    int ToTimeline,
    bool Excused
);

/// <summary>A data directory that the schedule took away.</summary>
/// <param name="AlsoAt">How far another member was known to hold the same timeline; 0 where none was.</param>
public sealed record HandLoss(string Member, ulong System, int Timeline, ulong AlsoAt);

/// <summary>What people and misfortune do to the servers, with a record of it: what the engine is not to answer for.</summary>
internal sealed class Hand(CampaignFleet fleet)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    public List<HandPromotion> Promotions { get; } = [];

    public List<HandLoss> Losses { get; } = [];

    /// <summary>Process ids of servers that were started by hand.</summary>
    public HashSet<int> Starts { get; } = [];

    private readonly HashSet<string> frozen = [];

    public IReadOnlyCollection<string> Frozen => frozen;

    public async Task StopAsync(string member, bool fast)
    {
        if (fleet.ServerPid(member) is not { } pid)
            return;
        Thaw(member);
        ProcessSignals.Send(pid, fast ? Signal.Interrupt : Signal.Quit);
        await GoneAsync(member, pid);
    }

    public async Task KillAsync(string member)
    {
        if (fleet.ServerPid(member) is not { } pid)
            return;
        foreach (var process in ProcessSignals.Tree(pid))
            ProcessSignals.Send(process, Signal.Kill);
        frozen.Remove(member);
        await GoneAsync(member, pid);
    }

    public bool Freeze(string member)
    {
        if (fleet.ServerPid(member) is not { } pid)
            return false;
        // Twice: a backend forked between reading /proc and stopping the postmaster is found in the second pass.
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var process in ProcessSignals.Tree(pid))
                ProcessSignals.Send(process, Signal.Stop);
        }
        frozen.Add(member);
        return true;
    }

    public void Thaw(string member)
    {
        if (!frozen.Remove(member) || fleet.ServerPid(member) is not { } pid)
            return;
        foreach (var process in ProcessSignals.Tree(pid))
            ProcessSignals.Send(process, Signal.Continue);
    }

    /// <returns>False where it did not come up: it lacks something, or somebody else has started it.</returns>
    public async Task<bool> StartAsync(string member)
    {
        if (!fleet.HasData(member) || fleet.ServerPid(member) is not null)
            return false;
        try
        {
            await ServerPrograms.RunAsync(
                "pg_ctl",
                [
                    "start",
                    "-W",
                    "-s",
                    "-D",
                    fleet.DataDirectory(member),
                    "-l",
                    Path.Combine(Path.GetDirectoryName(fleet.DataDirectory(member))!, "log", "by-hand.log"),
                ],
                Patience
            );
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        var log = Path.Combine(Path.GetDirectoryName(fleet.DataDirectory(member))!, "log", "by-hand.log");
        for (var tries = 0; tries < 400; tries++)
        {
            if (fleet.ServerPid(member) is { } pid)
            {
                // The engine may have been quicker; then the server is its own, and the one of ours has given up.
                if (
                    !File.ReadAllText(log)
                        .Contains(
                            $"another postmaster (PID {pid.ToString(CultureInfo.InvariantCulture)})",
                            StringComparison.Ordinal
                        )
                )
                    Starts.Add(pid);
                if (await fleet.AskAsync(member, "select 1", seconds: 1) is not null)
                    return true;
            }
            else if (tries > 100)
            {
                return false;
            }
            await Task.Delay(50);
        }
        return false;
    }

    /// <summary>The running standby with the most WAL, or with the least.</summary>
    /// <returns><c>All</c> is true where every standby that has data could be asked.</returns>
    public async Task<(string? Member, bool All)> StandbyAsync(bool least, string? except)
    {
        List<(string Member, ulong At)> asked = [];
        var all = true;
        foreach (var member in fleet.Members.Where(m => m.Name != except && fleet.HasData(m.Name)))
        {
            var row = frozen.Contains(member.Name)
                ? null
                : await fleet.AskAsync(
                    member.Name,
                    "select pg_is_in_recovery(), (coalesce(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0') - '0/0')::bigint"
                );
            if (row is [true, long at])
                asked.Add((member.Name, (ulong)at));
            else
                all = false;
        }
        var chosen = (least ? asked.OrderBy(a => a.At) : asked.OrderByDescending(a => a.At))
            .ThenBy(a => a.Member, StringComparer.Ordinal)
            .Select(a => a.Member)
            .FirstOrDefault();
        return (chosen, all);
    }

    public async Task<bool> PromoteAsync(string member, bool excused)
    {
        if (
            fleet.ServerPid(member) is not { } pid
            || await fleet.AskAsync(member, "select pg_is_in_recovery(), (select system_identifier from pg_control_system())")
                is not [true, long system]
        )
            return false;
        var before = NewestHistory(member);
        try
        {
            await ServerPrograms.RunAsync("pg_ctl", ["promote", "-w", "-s", "-D", fleet.DataDirectory(member)], Patience);
        }
        catch (InvalidOperationException)
        {
            // It may have died over it, or be late: what counts is whether there is a new timeline on its disk.
        }
        for (var tries = 0; tries < 100 && fleet.HasData(member); tries++)
        {
            if (NewestHistory(member) is var timeline && timeline > before && Forks(member, timeline) is { Count: > 0 } forks)
            {
                Promotions.Add(
                    new(
                        member,
                        pid,
                        DateTimeOffset.UtcNow,
                        (ulong)system,
                        forks[^1].Timeline,
                        forks[^1].End,
                        timeline,
                        excused || Promotions.Count > 0 || Losses.Count > 0
                    )
                );
                return true;
            }
            await Task.Delay(50);
        }
        return false;
    }

    /// <summary>The timelines that one comes from, oldest first, each with the position at which it was left; as the member's disk tells it.</summary>
    public IReadOnlyList<(int Timeline, ulong End)> Forks(string member, int timeline)
    {
        var file = Path.Combine(
            fleet.DataDirectory(member),
            "pg_wal",
            string.Create(CultureInfo.InvariantCulture, $"{timeline:X8}.history")
        );
        return File.Exists(file) ? Lineage.Read(File.ReadAllText(file)) : [];
    }

    private int NewestHistory(string member) =>
        Directory
            .GetFiles(Path.Combine(fleet.DataDirectory(member), "pg_wal"), "*.history")
            .Select(f => int.Parse(Path.GetFileNameWithoutExtension(f), NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            .DefaultIfEmpty(0)
            .Max();

    /// <summary>Kills the server and removes its data directory, as a lost disk does.</summary>
    public async Task LoseAsync(string member)
    {
        var data = fleet.DataDirectory(member);
        if (!fleet.HasData(member))
            return;
        var (system, timeline) = await OwnAsync(member);
        ulong also = 0;
        foreach (var other in fleet.Members.Where(m => m.Name != member && fleet.HasData(m.Name) && !frozen.Contains(m.Name)))
        {
            var row = await fleet.AskAsync(
                other.Name,
                "select (case when pg_is_in_recovery() then coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), '0/0') else pg_current_wal_lsn() end - '0/0')::bigint",
                seconds: 1
            );
            // Two that were promoted apart from each other have the same number, and may have the same ancestry: what one holds the other does not.
            if (
                row is [long at]
                && (await OwnAsync(other.Name)).Timeline == timeline
                && Forks(other.Name, timeline).SequenceEqual(Forks(member, timeline))
                && Promotions.Count(p => p.System == system && p.ToTimeline == timeline) < 2
            )
                also = Math.Max(also, (ulong)at);
        }
        Losses.Add(new(member, system, timeline, also));
        await KillAsync(member);
        var aside = data + ".lost";
        Directory.Move(data, aside);
        // One that was started in this moment has the directory by its other name.
        foreach (var pid in CampaignFleet.Processes(data).SelectMany(ProcessSignals.Tree).Distinct())
            ProcessSignals.Send(pid, Signal.Kill);
        await Poll.UntilAsync(
            $"nobody runs on the lost disk of {member}",
            () => CampaignFleet.Processes(data).Count == 0,
            Patience
        );
        TestDirectory.Remove(aside);
    }

    /// <summary>What a member's disk holds.</summary>
    public async Task<(ulong System, int Timeline)> OwnAsync(string member)
    {
        var text = await ServerPrograms.RunAsync("pg_controldata", ["-D", fleet.DataDirectory(member)]);
        string Field(string name) =>
            text.Split('\n').First(l => l.StartsWith(name, StringComparison.Ordinal)).Split(':', 2)[1].Trim();
        var fromControl = int.Parse(Field("Latest checkpoint's TimeLineID"), CultureInfo.InvariantCulture);
        // After a promotion pg_control lags behind; the newest WAL segment does not.
        var newest = Directory
            .GetFiles(Path.Combine(fleet.DataDirectory(member), "pg_wal"))
            .Select(f => Path.GetFileName(f)!)
            .Where(f => f.Length == 24)
            .Select(f => int.Parse(f[..8], NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            .DefaultIfEmpty(0)
            .Max();
        return (ulong.Parse(Field("Database system identifier"), CultureInfo.InvariantCulture), Math.Max(fromControl, newest));
    }

    private static Task GoneAsync(string member, int pid) =>
        Poll.UntilAsync($"{member} has ended", () => !ProcessSignals.IsAlive(pid), Patience);
}
