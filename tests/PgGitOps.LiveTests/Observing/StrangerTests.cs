using PgGitOps.Core.Observed;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Observing;

public sealed class StrangerTests
{
    [LiveFact]
    public async Task Observe_ServerWithAnotherClusterName_IsAStranger()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "a1",
                Settings = new Dictionary<string, string> { ["cluster_name"] = "'sales'" },
            }
        );
        var target = ObservedServer.Target(ObservedServer.Access(), server);

        var stranger = (await ObservedServer.ObserveAsync(target with { ClusterNames = ["core"] })).Unreadable("a1");
        Assert.Equal(UnreadableKind.Stranger, stranger.Kind);
        Assert.Contains("'sales'", stranger.Reason, StringComparison.Ordinal);

        (await ObservedServer.ObserveAsync(target with { ClusterNames = ["sales"] })).Facts("a1");
        (await ObservedServer.ObserveAsync(target)).Facts("a1");
    }

    [LiveFact]
    public async Task Observe_ClusterNameThatNoMemberCouldHave_IsNoEvidence()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "a1",
                Settings = new Dictionary<string, string> { ["cluster_name"] = "'15/main'" },
            }
        );
        (
            await ObservedServer.ObserveAsync(
                ObservedServer.Target(ObservedServer.Access(), server) with
                {
                    ClusterNames = ["core"],
                }
            )
        ).Facts("a1");
    }

    [LiveFact]
    public async Task Observe_MembersWithDifferentIdentifiers_TrustsTheMajority()
    {
        await using var primary = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        var standby = await primary.StartStandbyAsync("a2");
        await using var other = await PostgresServer.StartAsync(new ServerShape { Name = "a3", OwnIdentity = true });

        var three = await ObservedServer.ObserveAsync(ObservedServer.Target(ObservedServer.Access(), primary, standby, other));
        Assert.Equal(UnreadableKind.Stranger, three.Unreadable("a3").Kind);
        Assert.Equal("a1", Assert.Single(three.Primaries).Name);
        Assert.IsType<Observation<ClusterRecord>.Absent>(three.Record);

        var two = await ObservedServer.ObserveAsync(ObservedServer.Target(ObservedServer.Access(), primary, other));
        Assert.Equal([UnreadableKind.Stranger, UnreadableKind.Stranger], two.Members.Select(m => two.Unreadable(m.Name).Kind));
        Assert.IsType<Observation<ClusterRecord>.Unreadable>(two.Record);
    }

    [LiveFact]
    public async Task Observe_TwoMembersOutOfRecovery_ReadsBothAndTrustsNeitherRecord()
    {
        // Copies of one template share their system identifier: a split brain as after a careless promotion.
        await using var one = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await using var two = await PostgresServer.StartAsync(new ServerShape { Name = "a2" });
        var target = ObservedServer.Target(ObservedServer.Access(), one, two) with { Databases = [new("postgres", null)] };

        var snapshot = await ObservedServer.ObserveAsync(target);

        Assert.Equal(2, snapshot.Primaries.Count());
        Assert.Contains(
            "a1, a2",
            Assert.IsType<Observation<ClusterRecord>.Unreadable>(snapshot.Record).Reason,
            StringComparison.Ordinal
        );
        Assert.IsType<Observation<DatabaseFacts>.Unreadable>(snapshot.Databases.Single().Contents);
    }
}
