using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>What a server can only be given when it is made.</summary>
public sealed class StorageTests
{
    [LiveTheory]
    [InlineData("", "on")]
    [InlineData("  storage: { durability: localNvme, dataChecksums: false }\n", "off")]
    public async Task Reconcile_MakesServersWithChecksums_UnlessTheDocumentSaysOtherwise(string storage, string expected)
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        fleet.Edit("environments/test/clusters/core.yaml", "  replication: {}\n", "  replication: {}\n" + storage);

        await fleet.RunAsync(0, "reconcile", "--once");

        foreach (var member in (string[])["core-1", "core-2"])
            Assert.Equal(expected, await fleet.ScalarAsync(member, "show data_checksums"));
        await fleet.RunAsync(0, "drift", "--detailed-exitcode");
    }
}
