using System.Globalization;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>Events of disks and of engines.</summary>
internal sealed partial class Events
{
    private Task FreezeEngineAsync(FaultEvent e)
    {
        var engine = EngineOf(e);
        engine.Freeze();
        afterwards.Add(() =>
        {
            engine.Thaw();
            return Task.CompletedTask;
        });
        return Task.CompletedTask;
    }

    private async Task KillEngineAsync(FaultEvent e)
    {
        var engine = EngineOf(e);
        await engine.KillAsync();
        afterwards.Add(() =>
        {
            engine.Start();
            return Task.CompletedTask;
        });
    }

    private async Task KillInAStepAsync(FaultEvent e)
    {
        var engine = engines[0];
        await engine.KillAsync();
        engine.Start(
            string.Create(CultureInfo.InvariantCulture, $"{(e.Second % 2 == 0 ? "intent" : "effect")}:{1 + e.Second % 3}")
        );
        fleet.Commit("work for the engine that dies", fleet.Documents.Ordinary(e.First));
        afterwards.Add(async () =>
        {
            if (engine.IsRunning)
                Skip(e, "it came to no such step");
            await engine.KillAsync();
            engine.Start();
        });
    }

    private async Task SecondEngineAsync(FaultEvent e)
    {
        if (engines[1].IsRunning)
            await engines[1].KillAsync();
        else
            engines[1].Start();
        _ = e;
    }

    private async Task LoseStandbyAsync(FaultEvent e)
    {
        var primary = await PrimaryAsync() ?? lastPrimary;
        var others = fleet.Members.Where(m => m.Name != primary && fleet.HasData(m.Name)).ToList();
        if (others.Count == 0)
            Skip(e, "no other member has data");
        else
            await hand.LoseAsync(others[e.First % others.Count].Name);
    }

    private async Task LosePrimaryAsync(FaultEvent e)
    {
        if (await PrimaryAsync() is { } primary && fleet.Members.Count(m => fleet.HasData(m.Name)) > 1)
            await hand.LoseAsync(primary);
        else
            Skip(e, "there is no primary with another member beside it");
    }

    private async Task LoseAllAsync()
    {
        foreach (var member in fleet.Members)
            await hand.KillAsync(member.Name);
        foreach (var member in fleet.Members)
            await hand.LoseAsync(member.Name);
        // What was cloned or started in between.
        foreach (var member in fleet.Members)
            await hand.LoseAsync(member.Name);
    }

    private async Task FillAsync(FaultEvent e)
    {
        if (!fleet.HasOwnDisk)
        {
            Skip(e, "a full disk cannot be made here, mounting is not allowed");
            return;
        }
        var block = new byte[1 << 16];
        try
        {
            await using var file = new FileStream(FillFile, FileMode.Append, FileAccess.Write, FileShare.None, 0);
            while (true)
                await file.WriteAsync(block);
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
        afterwards.Add(() =>
        {
            File.Delete(FillFile);
            return Task.CompletedTask;
        });
    }

    private Task RemoveStateAsync()
    {
        journals.Read();
        TestDirectory.Remove(fleet.State(0));
        return Task.CompletedTask;
    }
}
