using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>Privileges by the rules of the catalog, planned without a server.</summary>
public class GrantTests
{
    [Theory]
    [InlineData("Public", "GRANT USAGE ON SCHEMA \"app\" TO \"Public\"")]
    [InlineData("PUBLIC", "GRANT USAGE ON SCHEMA \"app\" TO \"PUBLIC\"")]
    [InlineData("public", "GRANT USAGE ON SCHEMA \"app\" TO PUBLIC")]
    public void Plan_OfAGrantToARoleCalledPublic_GrantsItToEveryoneOnlyByTheExactWord(string to, string sql) =>
        Assert.Equal([sql], Plans.Of(WithGrants(OnSchema(to, "USAGE")), Live()).Sql());

    private static Grant OnSchema(string to, params string[] privileges) =>
        new(GrantTarget.Schema, "app", null, Name(to), [.. privileges], At);

    private static Cluster WithGrants(params Grant[] grants) =>
        Cluster() with
        {
            Databases = [Database("app", "postgres") with { Schemas = [new Schema("app", null, At)], Grants = [.. grants] }],
        };

    private static ClusterSnapshot Live(params AclFact[] acls)
    {
        var healthy = Snapshots.Healthy(p => p with { Databases = [.. p.Databases, Snapshots.Database("app", "postgres")] });
        return healthy with
        {
            Databases =
            [
                .. healthy.Databases,
                Snapshots.Inside(
                    "app",
                    Snapshots.Contents() with
                    {
                        Schemas = [new SchemaFact("app", "postgres")],
                        Acls = [.. acls],
                    }
                ),
            ],
        };
    }
}
