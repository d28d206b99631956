using PgGitOps.Core.Desired;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Shell;

public class OutcomeCheckTests
{
    private static readonly JournaledEffect Exists = new("role/app", "exists", "true");
    private static readonly JournaledEffect Login = new("role/app", "login", "true");
    private static readonly JournaledEffect Reset = new("member/m/parameter/work_mem", "value", null);

    [Theory]
    [InlineData("exists=true", true, "Happened")]
    [InlineData("exists=", true, "DidNotHappen")]
    [InlineData("exists=", false, "DidNotHappen")]
    [InlineData("", false, "Unknown")]
    public void At_IsToldByWhatIsSeen(string read, bool refused, string verdict) =>
        Assert.Equal(
            verdict,
            OutcomeCheck.At("core/role/app/create", [Exists, Login], PlanOf(read, refused: refused)).ToString()
        );

    [Fact]
    public void At_WhereThePlanIsBlocked_ItsSilenceIsNoProof()
    {
        // Of a journal that did not keep the effects.
        Assert.Equal(OutcomeCheckVerdict.Unknown, OutcomeCheck.At("core/role/app/create", [], PlanOf("", refused: true)));
        Assert.Equal(OutcomeCheckVerdict.Unknown, OutcomeCheck.At("core/m/parameters", [Reset], PlanOf("", refused: true)));
        Assert.Equal(OutcomeCheckVerdict.Happened, OutcomeCheck.At("core/m/parameters", [Reset], PlanOf("")));
        Assert.Equal(OutcomeCheckVerdict.Unknown, OutcomeCheck.At("core/role/app/create", [Exists], null));
    }

    [Fact]
    public void At_AValueThatIsAnother_DidNotHappen_WhateverThePlanAsksFor() =>
        Assert.Equal(OutcomeCheckVerdict.DidNotHappen, OutcomeCheck.At("core/role/app/alter", [Login], PlanOf("login=false")));

    /// <param name="read">Field and value of role app; nothing after the sign means absent.</param>
    private static ClusterPlan PlanOf(string read, bool refused = false) =>
        new()
        {
            Cluster = "core",
            Mode = ReconcileMode.Enforce,
            Changes = [],
            Steps = [],
            Refusals = refused ? [new("PGP001", "no", null, null)] : [],
            Reads = read.Split('=') is [var field, var value]
                ? [new(Paths.Key("role/app", field), value.Length == 0 ? null : value)]
                : [],
            Unknowns = [],
        };
}
