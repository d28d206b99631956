using PgGitOps.Core.Observed;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>One row that cannot be understood does not end a plan: it is unknown by name, and everything else goes on.</summary>
public class OddRecordTests
{
    [Theory]
    [InlineData("publication/feed")]
    [InlineData("database")]
    [InlineData("role/a/b/c/d")]
    [InlineData("")]
    public void Plan_WithARecordOfAnotherVersion_NamesTheObjectAndDoesTheRest(string odd)
    {
        var live = Snapshots
            .Cluster(Snapshots.Seen("core-1", Snapshots.Primary()))
            .WithRecord([odd], (odd, "privileges", "SELECT"), ("database/a/grant/x", "privileges", "SELECT"));

        var plan = Plans.Of(Cluster("core-1") with { Roles = [Role("app")] }, live);

        Assert.Equal(["core/role/app/create"], plan.Ids());
        Assert.Contains($"the record names {odd}, which this version of the engine does not know", plan.Unknowns);
    }

    [Fact]
    public void Plan_WithAnInvalidDatabase_NamesItAndTouchesNothingOfIt()
    {
        var facts = Snapshots.Primary() with
        {
            Databases =
            [
                Snapshots.Database("postgres", "postgres"),
                Snapshots.Database("shop", "postgres") with
                {
                    ConnectionLimit = DatabaseFact.InvalidConnectionLimit,
                },
            ],
        };

        var plan = Plans.Of(
            Cluster("core-1") with
            {
                Databases = [Database("shop") with { ConnectionLimit = 7 }],
                Roles = [Role("app")],
            },
            Snapshots.Cluster(Snapshots.Seen("core-1", facts))
        );

        Assert.Equal(["core/role/app/create"], plan.Ids());
        Assert.Contains(plan.Unknowns, u => u.Contains("database shop is invalid", StringComparison.Ordinal));
    }
}
