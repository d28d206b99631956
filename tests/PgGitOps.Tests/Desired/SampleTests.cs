using PgGitOps.Core.Desired;

namespace PgGitOps.Tests.Desired;

public sealed class SampleTests
{
    [Fact]
    [Trait("Requirement", "R-16")]
    public void Read_OwnSamples_FindsNothing()
    {
        var reading = new FleetReader().Read(Trees.OfProject());

        Assert.Equal([], reading.Diagnostics.Select(d => $"{d.Span}: {d.RuleId}: {d.Message}"));
        Assert.NotNull(reading.Fleet);
        Assert.Contains(reading.Fleet.Clusters, c => c is { Name: "local-core", Environment: "local" });
    }

    [Fact]
    [Trait("Requirement", "R-01")]
    public void Read_LocalCore_MarksTheMemberToInitialise()
    {
        var fleet = new FleetReader().Read(Trees.OfProject()).Fleet!;

        var initial = Assert.Single(fleet.FindCluster("local-core")!.Members, m => m.Initial);
        Assert.Equal("core-1", initial.Name);
    }
}
