using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Writing;

/// <summary>One rename and one reload on a real server, or nothing at all.</summary>
public sealed class WriteAccessListTests
{
    private static readonly StepAction.WriteAccessList WithoutUs = new(
        "core-1",
        ["local all all peer", "host all all 10.0.0.0/8 scram-sha-256"]
    );

    [LiveFact]
    [Trait("Requirement", "R-05")]
    public async Task Write_OfAListThatShutsTheEngineOut_IsRefusedAndWritesNothing()
    {
        await using var fleet = await BroughtUpAsync();
        var before = await File.ReadAllTextAsync(FileOf(fleet));
        await using var writer = await fleet.OpenAsync();

        var refused = Assert.IsType<StepOutcome.Refused>(await writer.RunAsync(WithoutUs));

        Assert.Contains("the engine itself logs in from 127.", refused.Precondition, StringComparison.Ordinal);
        Assert.Contains("access.clients", refused.Precondition, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(FileOf(fleet)));
    }

    [LiveFact]
    public async Task Write_OverAListThatIsNotOurs_IsRefusedAndWritesNothing()
    {
        await using var fleet = await BroughtUpAsync();
        var theirs = "host all all 127.0.0.0/8 scram-sha-256 # ours now\n";
        await File.WriteAllTextAsync(FileOf(fleet), theirs);
        await using var writer = await fleet.OpenAsync();

        var outcome = await writer.RunAsync(
            new StepAction.WriteAccessList("core-1", AccessList.LinesOf(fleet.Fleet.Fleet.Environments[0]))
        );

        Assert.Contains(
            "does not begin with the line that marks it as managed by pggitops",
            Assert.IsType<StepOutcome.Refused>(outcome).Precondition,
            StringComparison.Ordinal
        );
        Assert.Equal(theirs, await File.ReadAllTextAsync(FileOf(fleet)));
    }

    private static string FileOf(FleetOnDisk fleet) => fleet.PathOf("core-1", "data/pg_hba.conf");

    private static async Task<FleetOnDisk> BroughtUpAsync()
    {
        var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync(standby: false);
        return fleet;
    }
}
