using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Writing;
using PgGitOps.Providers.Hosts;

namespace PgGitOps.LiveTests.Hosts;

public sealed class SuspensionFilesTests
{
    /// <summary>Both hosts of this fleet are one machine: one file, asked for through two of them at once.</summary>
    [LiveFact]
    public async Task Clear_WhereHostsShareADisk_IsNoFailureOfTheOneThatCameSecond()
    {
        await using var directory = await TestDirectory.CreateAsync();
        var fleet = FleetUnderTest.Of(directory.Path, new HostTransport.Local(null));
        var files = new SuspensionFiles(new HostExecutor(), TimeProvider.System);
        var suspension = new Suspension("repair", "dba", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddHours(1));
        for (var round = 0; round < 60; round++)
        {
            Assert.All(
                await files.WriteAsync(fleet.Fleet, fleet.Cluster, suspension, CancellationToken.None),
                a => Assert.Null(a.Problem)
            );
            var cleared = await files.ClearAsync(fleet.Fleet, fleet.Cluster, CancellationToken.None);
            Assert.Equal(2, cleared.Count);
            Assert.All(cleared, a => Assert.Null(a.Problem));
            Assert.Contains(cleared, a => a.Changed);
            Assert.Empty(await files.ReadAsync(fleet.Fleet, fleet.Cluster, CancellationToken.None));
        }
    }
}
