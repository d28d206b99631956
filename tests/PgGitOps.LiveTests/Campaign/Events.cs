namespace PgGitOps.LiveTests.Campaign;

/// <summary>Makes the events of a schedule happen, as far as the fleet of that moment has what they need.</summary>
internal sealed partial class Events(
    CampaignFleet fleet,
    Hand hand,
    CampaignWriter writer,
    JournalWatch journals,
    IReadOnlyList<CampaignEngine> engines
)
{
    private static readonly TimeSpan PassesWithin = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan CommitsWithin = TimeSpan.FromSeconds(4);

    // Done after the gap that follows an event.
    private readonly List<Func<Task>> afterwards = [];
    private DateTimeOffset? suspendedSince;
    private string? oldPrimary;
    private string lastPrimary = "core-1";

    /// <summary>While the cluster was suspended, as the commands confirmed it.</summary>
    public List<(DateTimeOffset From, DateTimeOffset Until)> Suspended { get; } = [];

    /// <summary>What happened, in short.</summary>
    public List<string> Told { get; } = [];

    /// <summary>What could not be made to happen, and why.</summary>
    public List<string> Skipped { get; } = [];

    private string FillFile => Path.Combine(fleet.DataRoot, "FILL");

    public async Task RunAsync(FaultEvent happening)
    {
        Told.Add(happening.ToString());
        try
        {
            await MakeAsync(happening);
        }
        catch (Exception e)
            when (e is InvalidOperationException or IOException or TimeoutException or UnauthorizedAccessException)
        {
            Skip(happening, e.Message.Split('\n')[0]);
        }
        await WaitAsync(happening.After);
        var now = afterwards.ToList();
        afterwards.Clear();
        foreach (var action in now)
            await action();
    }

    /// <summary>Takes back by hand whatever the schedule broke and is not lost for good.</summary>
    public async Task HealAsync()
    {
        foreach (var member in hand.Frozen.ToList())
            hand.Thaw(member);
        foreach (var engine in engines)
            engine.Thaw();
        File.Delete(FillFile);
        fleet.Commit("as it should be", fleet.Documents.All());
        await ResumeAsync();
        engines[0].Start();
        await WaitAsync(new Gap(true, 2));
    }

    private Task MakeAsync(FaultEvent e) =>
        e.Kind switch
        {
            FaultKind.StopServer => hand.StopAsync(MemberOf(e), fast: e.Second % 2 == 0),
            FaultKind.KillServer => hand.KillAsync(MemberOf(e)),
            FaultKind.KillAllServers => KillAllAsync(),
            FaultKind.FreezeServer => FreezeAsync(e),
            FaultKind.FreezeEngine => FreezeEngineAsync(e),
            FaultKind.KillEngine => KillEngineAsync(e),
            FaultKind.KillEngineInAStep => KillInAStepAsync(e),
            FaultKind.SecondEngine => SecondEngineAsync(e),
            FaultKind.HandFailover => FailOverAsync(e, e.Failover!),
            FaultKind.OldPrimaryBack => OldPrimaryBackAsync(e),
            FaultKind.BothBack => AllBackAsync(e),
            FaultKind.LoseStandbyData => LoseStandbyAsync(e),
            FaultKind.LosePrimaryData => LosePrimaryAsync(e),
            FaultKind.LoseAllData => LoseAllAsync(),
            FaultKind.FullDisk => FillAsync(e),
            FaultKind.RemoveState => RemoveStateAsync(),
            FaultKind.HostileCommit => CommitAsync($"hostile: {e.Commit}", fleet.Documents.Hostile(e.Commit!.Value)),
            FaultKind.OrdinaryCommit => CommitAsync("an ordinary change", fleet.Documents.Ordinary(e.First)),
            FaultKind.DriftByHand => DriftAsync(e),
            _ => throw new InvalidOperationException("FaultKind is closed"),
        };

    private async Task WaitAsync(Gap gap)
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        if (!gap.Passes)
        {
            var wanted = writer.Count + gap.Count;
            while (writer.Count < wanted && since.Elapsed < CommitsWithin)
                await Task.Delay(20);
            return;
        }
        var before = await engines[0].PassesAsync();
        while (gap.Count > 0 && since.Elapsed < PassesWithin)
        {
            await Task.Delay(50);
            var now = await engines[0].PassesAsync();
            // A frozen or killed engine makes no passes: then a while has to do.
            if (now is null && !engines[0].IsRunning | engines[0].IsFrozen && since.Elapsed > TimeSpan.FromSeconds(gap.Count))
                return;
            before ??= now;
            if (now - before >= gap.Count)
                return;
        }
    }

    private string MemberOf(FaultEvent e) => fleet.Members[e.First % fleet.Members.Count].Name;

    private CampaignEngine EngineOf(FaultEvent e) =>
        engines.Where(x => x.IsRunning).ToList() is { Count: > 0 } running ? running[e.First % running.Count] : engines[0];

    private async Task<string?> PrimaryAsync()
    {
        foreach (var member in fleet.Members.Where(m => !hand.Frozen.Contains(m.Name)))
        {
            if (await fleet.AskAsync(member.Name, "select pg_is_in_recovery()", seconds: 1) is [false])
                return lastPrimary = member.Name;
        }
        return null;
    }

    private async Task KillAllAsync()
    {
        foreach (var member in fleet.Members)
            await hand.KillAsync(member.Name);
    }

    private Task FreezeAsync(FaultEvent e)
    {
        var member = MemberOf(e);
        if (hand.Freeze(member))
            afterwards.Add(() =>
            {
                hand.Thaw(member);
                return Task.CompletedTask;
            });
        else
            Skip(e, $"{member} does not run");
        return Task.CompletedTask;
    }

    private async Task FailOverAsync(FaultEvent e, FailoverPlan plan)
    {
        var old = await PrimaryAsync() ?? lastPrimary;
        if (plan.Suspended)
            await SuspendAsync(e);
        await FenceAsync(old, plan.Fence);
        if (plan.OldBackFirst && fleet.ServerPid(old) is null && await hand.StartAsync(old))
            await hand.KillAsync(old);
        var (standby, all) = await hand.StandbyAsync(plan.Badly, except: old);
        // Only then nobody but the standby could have acknowledged, or could have brought the old primary back in between.
        var keepsAll = fleet.Schedule.Synchronous && !plan.Badly && all && plan.Fence != Fence.None && suspendedSince is not null;
        if (standby is null || !await hand.PromoteAsync(standby, excused: !keepsAll))
        {
            Skip(e, "no standby could be promoted");
        }
        else
        {
            (oldPrimary, lastPrimary) = (old, standby);
            if (plan.Fence == Fence.Freeze)
                afterwards.Add(() =>
                {
                    hand.Thaw(old);
                    return Task.CompletedTask;
                });
        }
        if (e.Second % 3 != 0)
            afterwards.Add(ResumeAsync);
    }

    private Task FenceAsync(string member, Fence fence)
    {
        switch (fence)
        {
            case Fence.StopFast or Fence.StopImmediate:
                return hand.StopAsync(member, fence == Fence.StopFast);
            case Fence.Kill:
                return hand.KillAsync(member);
            case Fence.Freeze:
                hand.Freeze(member);
                return Task.CompletedTask;
            default:
                return Task.CompletedTask;
        }
    }

    private async Task SuspendAsync(FaultEvent e)
    {
        if (suspendedSince is not null)
            return;
        var run = await fleet.RunAsync(
            "suspend",
            "core",
            "--reason",
            "a failover by hand",
            "--owner",
            "dba",
            "--for",
            "2h",
            "--wait",
            "20s"
        );
        if (run.ExitCode == 0)
            suspendedSince = DateTimeOffset.UtcNow;
        else
            Skip(e, $"suspend ended with {run.ExitCode}: {run.Error.TrimEnd().Split('\n')[^1]}");
    }

    private async Task ResumeAsync()
    {
        // Also where suspend did not confirm: it may have been written down somewhere.
        var until = DateTimeOffset.UtcNow;
        if (suspendedSince is { } since)
            Suspended.Add((since, until));
        suspendedSince = null;
        var run = await fleet.RunAsync("resume", "core");
        if (run.ExitCode != 0 && !run.Error.Contains("not suspended", StringComparison.Ordinal))
            Skipped.Add($"resume ended with {run.ExitCode}: {run.Error.TrimEnd().Split('\n')[^1]}");
    }

    private async Task OldPrimaryBackAsync(FaultEvent e)
    {
        if (oldPrimary is null || fleet.ServerPid(oldPrimary) is not null || !await hand.StartAsync(oldPrimary))
            Skip(e, "there is no stopped old primary");
    }

    private async Task AllBackAsync(FaultEvent e)
    {
        foreach (var member in fleet.Members)
            await hand.StopAsync(member.Name, fast: true);
        foreach (var member in e.First % 2 == 0 ? fleet.Members : fleet.Members.Reverse())
            await hand.StartAsync(member.Name);
    }

    private Task CommitAsync(string subject, (string Path, string? Content)[] files)
    {
        fleet.Commit(subject, files);
        return Task.CompletedTask;
    }

    private async Task DriftAsync(FaultEvent e)
    {
        if (
            await PrimaryAsync() is not { } primary
            || await fleet.AskAsync(
                primary,
                "alter role app connection limit 3; alter system set work_mem = '777kB'; select pg_reload_conf()"
            )
                is null
        )
            Skip(e, "no primary takes it");
    }

    private void Skip(FaultEvent e, string why) => Skipped.Add($"{e}: {why}");
}
