using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Planning;

public class ShortfallTests
{
    [Theory]
    [InlineData("streaming", ChangeCause.Drift, FieldTreatment.Enforce, true, true, true)]
    [InlineData("locale", ChangeCause.Initial, FieldTreatment.Enforce, true, true, true)]
    [InlineData("locale", ChangeCause.Initial, FieldTreatment.Observe, true, true, false)]
    [InlineData("locale", ChangeCause.Initial, FieldTreatment.Ignore, true, true, false)]
    [InlineData("owner", ChangeCause.Drift, FieldTreatment.Enforce, true, false, false)]
    [InlineData("exists", ChangeCause.Intent, FieldTreatment.Enforce, false, true, false)]
    [InlineData("waiting", ChangeCause.Undeclared, FieldTreatment.Observe, false, true, true)]
    [InlineData("waiting", ChangeCause.Undeclared, FieldTreatment.Ignore, false, true, false)]
    [InlineData("superuser", ChangeCause.Undeclared, FieldTreatment.Observe, false, true, false)]
    public void Of_AChange_CountsWhatIsDeclaredEnforcedAndLeft(
        string field,
        ChangeCause cause,
        FieldTreatment treatment,
        bool declared,
        bool left,
        bool counts
    )
    {
        var change = new Change(
            Paths.Key("x", field),
            FacetValue.Of("a"),
            declared ? FacetValue.Of("b") : null,
            null,
            cause,
            treatment,
            null
        )
        {
            NotActedOn = left ? "no step" : null,
        };
        var plan = new ClusterPlan
        {
            Cluster = "core",
            Mode = ReconcileMode.Enforce,
            Changes = [change],
            Steps = [],
            Refusals = [],
            Reads = [],
            Unknowns = [],
        };

        Assert.Equal(counts, Shortfall.Of(plan).Any());
    }

    [Fact]
    public void Of_AnObservedClusterWithoutAServer_IsNotEmpty()
    {
        var cluster = Builders.Fleets.Cluster("core-1") with { Mode = ReconcileMode.Observe };

        var plan = Builders.Plans.Of(cluster, Builders.Snapshots.Empty("core-1"));

        Assert.Equal("exists", Assert.Single(Shortfall.Of(plan)).Key.Field.ToString());
    }
}
