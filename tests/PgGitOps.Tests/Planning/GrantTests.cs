using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
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

    [Theory]
    [InlineData("database/app/grant/database/PUBLIC", "CONNECT, TEMPORARY")]
    [InlineData("database/app/grant/schema/app/postgres", "CREATE, USAGE")]
    [InlineData("database/app/defaultPrivilege/app_owner/*/functions/PUBLIC", "EXECUTE")]
    public void Plan_OfAGivenUpGrantOfWhatHoldsByNature_RevokesNothing_AndForgetsIt(string grant, string privileges)
    {
        // Such a line of the record was written by a step that made the object and granted nothing.
        var plan = Plans.Of(WithGrants(), Live().WithRecord(null, (grant, "privileges", privileges)));

        Assert.Empty(plan.Sql());
        Assert.Equal(
            [new FacetState(new FacetKey("core", ObjectPath.Parse(grant), Field.Privileges), null)],
            plan.Steps.Single().Effects
        );
    }

    [Fact]
    public void Plan_OfAGivenUpGrant_RevokesWhatWasGivenByAStatement_AndNotWhatWasThereBefore()
    {
        const string Grant = "database/app/grant/schema/app/reader";
        var live = Live(OfSchema("reader", "CREATE", "USAGE"));

        Assert.Equal(
            ["REVOKE USAGE ON SCHEMA \"app\" FROM \"reader\""],
            Plans
                .Of(WithGrants(), live.WithRecord(null, (Grant, "privileges", "CREATE, USAGE"), (Grant, "granted", "USAGE")))
                .Sql()
        );
        Assert.Empty(
            Plans.Of(WithGrants(), live.WithRecord(null, (Grant, "privileges", "CREATE, USAGE"), (Grant, "granted", ""))).Sql()
        );
        // A record of an earlier version does not tell.
        Assert.Equal(
            ["REVOKE CREATE, USAGE ON SCHEMA \"app\" FROM \"reader\""],
            Plans.Of(WithGrants(), live.WithRecord(null, (Grant, "privileges", "CREATE, USAGE"))).Sql()
        );
    }

    [Fact]
    public void Plan_OfAGrant_RecordsWhatTheStatementGives()
    {
        var plan = Plans.Of(WithGrants(OnSchema("reader", "CREATE", "USAGE")), Live(OfSchema("reader", "USAGE")));

        Assert.Equal(["GRANT CREATE ON SCHEMA \"app\" TO \"reader\""], plan.Sql());
        Assert.Contains(plan.Steps.Single().Effects, e => e.Key.Field.ToString() == "granted" && e.Value?.Canonical == "CREATE");
    }

    [Fact]
    public void Plan_OfARevoke_NamesEveryGrantor_AndLeavesToOthersWhatTheyHave()
    {
        var acls = new[]
        {
            OfSchema("mid", "USAGE") with
            {
                Grants = [new AclGrant("postgres", [], ["USAGE"])],
            },
            OfSchema("reader", "USAGE") with
            {
                Grants = [new AclGrant("mid", ["USAGE"], []), new AclGrant("postgres", ["USAGE"], [])],
            },
            OfSchema("other", "USAGE") with
            {
                Grants = [new AclGrant("mid", ["USAGE"], [])],
            },
        };

        // mid's option stays declared: the reader loses both grants, and nobody else anything.
        Assert.Equal(
            [
                "SET LOCAL ROLE \"mid\"",
                "REVOKE USAGE ON SCHEMA \"app\" FROM \"reader\"",
                "RESET ROLE",
                "REVOKE USAGE ON SCHEMA \"app\" FROM \"reader\"",
            ],
            Plans.Of(WithGrants(OnSchema("mid", "USAGE") with { WithGrantOption = true }, OnSchema("reader")), Live(acls)).Sql()
        );
        // The option goes, and with it what rests on it: that is given back by the owner, and said.
        var plan = Plans.Of(WithGrants(OnSchema("mid", "USAGE")), Live(acls));
        Assert.Equal(
            [
                "REVOKE GRANT OPTION FOR USAGE ON SCHEMA \"app\" FROM \"mid\" CASCADE",
                "GRANT USAGE ON SCHEMA \"app\" TO \"other\"",
            ],
            plan.Sql()
        );
        Assert.Contains(plan.Steps.Single().Hazards, h => h.Text.Contains("other keeps USAGE", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_OfARevokeOnATable_GivesColumnGrantsBackInTheSameTransaction()
    {
        AclFact Of(string? column, params string[] privileges) =>
            new(column is null ? "table" : "column", "app", "t", "postgres", "desk", [.. privileges]) { Column = column };
        var plan = Plans.Of(
            WithGrants(new Grant(GrantTarget.Table, "app", "t", Name("desk"), ["SELECT"], At)),
            Live(Of(null, "SELECT", "UPDATE"), Of("note", "UPDATE"))
        );

        Assert.Equal(
            ["REVOKE UPDATE ON TABLE \"app\".\"t\" FROM \"desk\"", "GRANT UPDATE (\"note\") ON TABLE \"app\".\"t\" TO \"desk\""],
            plan.Sql()
        );
    }

    [Fact]
    public void Plan_OfAGrantOnATableThatIsNotThereYet_WaitsForIt_AndCallsNothingUnknown()
    {
        var plan = Plans.Of(WithGrants(new Grant(GrantTarget.Table, "app", "later", Name("desk"), ["SELECT"], At)), Live());

        Assert.Empty(plan.Steps);
        Assert.Empty(plan.Unknowns);
        Assert.Equal("table app.later does not exist yet", plan.Changes.Single().NotActedOn);
    }

    [Fact]
    public void Plan_OfPrivilegesThatAreAnEmptyList_RevokesThemAll()
    {
        Assert.Equal(
            ["REVOKE CONNECT, TEMPORARY ON DATABASE \"app\" FROM PUBLIC"],
            Plans.Of(WithGrants(new Grant(GrantTarget.Database, null, null, Name("public"), [], At)), Live()).Sql()
        );
        Assert.Equal(
            ["REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA \"app\" FROM PUBLIC"],
            Plans
                .Of(
                    WithGrants(new Grant(GrantTarget.AllFunctions, "app", null, Name("public"), [], At)),
                    Live(new AclFact("function", "app", "f()", "postgres", Everyone.Name, ["EXECUTE"]))
                )
                .Sql()
        );
    }

    private static AclFact OfSchema(string to, params string[] privileges) =>
        new("schema", "app", "app", "postgres", to, [.. privileges]);

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
