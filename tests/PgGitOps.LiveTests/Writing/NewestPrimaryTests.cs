using System.Diagnostics;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Writing;

/// <summary>Two stopped members with a primary's data: what a plan would start, its step starts, and nothing else.</summary>
public sealed class NewestPrimaryTests
{
    [LiveFact]
    public async Task Start_OfTwoThatNoPositionTellsApart_IsTheOneThatIsRememberedAsThePrimary()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync();
        await fleet.StopAsync("core-2");
        await fleet.StopAsync("core-1");
        Directory.Delete(fleet.PathOf("core-2", "data"), recursive: true);
        await CopyAsync(fleet.PathOf("core-1", "data"), fleet.PathOf("core-2", "data"));
        var directory = Assert.IsType<Observation<DataDirectoryFacts>.Seen>(await fleet.LookAsync("core-1")).Value;
        var history = MemberHistory.Of("core-1", directory)!.History;
        Assert.NotNull(history.End);
        var hourAgo = DateTimeOffset.UtcNow.AddHours(-1);
        var remembered = new RememberedCluster
        {
            Cluster = "core",
            SystemIdentifier = history.SystemIdentifier,
            Furthest = history,
            FurthestBy = "core-1",
            FurthestAt = hourAgo,
            Primary = "core-1",
            PrimarySeen = hourAgo,
            PrimaryTimeline = history.Timeline,
        };

        Assert.IsType<StepOutcome.Refused>(await StartAsync(fleet, "core-1", null));
        Assert.IsType<StepOutcome.Refused>(await StartAsync(fleet, "core-2", remembered));
        var started = await StartAsync(fleet, "core-1", remembered);

        Assert.True(started is StepOutcome.Done, started.ToString());
    }

    private static async Task<StepOutcome> StartAsync(FleetOnDisk fleet, string member, RememberedCluster? remembered)
    {
        await using var writer = await fleet.OpenAsync(fleet.Nothing with { Remembered = remembered });
        return await writer.RunAsync(new StepAction.StartServer(member));
    }

    // Owners and modes too: a server refuses a directory of another user.
    private static async Task CopyAsync(string from, string to)
    {
        using var copy = Process.Start("cp", ["-a", from, to]);
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
    }
}
