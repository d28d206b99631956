using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Verdicts;

namespace PgGitOps.Tests.Proofs;

/// <summary>Only what somebody enforces is a ground for a verdict, and what is none is named.</summary>
[Trait("Requirement", "R-07")]
public sealed class EnforcementTests
{
    private static ScenarioProof Cell(
        FailureScenario scenario,
        Func<Cluster, Cluster> change,
        ReconcileMode mode = ReconcileMode.Enforce
    )
    {
        var fleet = new FleetReader().Read(ScenarioTests.TreeOf("accepted")).Fleet!;
        fleet = fleet with
        {
            Environments = [.. fleet.Environments.Select(e => e with { Mode = mode })],
            Clusters = [.. fleet.Clusters.Select(change)],
        };
        return Prover.Prove(fleet).Find("tenancy")!.Find(scenario)!;
    }

    private static Func<Cluster, Cluster> Excepted(string field, FieldTreatment treatment) =>
        c => c with { Exceptions = [new FieldException(field, treatment, "by hand", null, Fleets.Nowhere)] };

    [Theory]
    [InlineData("parameter/synchronous_standby_names", FieldTreatment.Ignore)]
    [InlineData("parameter/synchronous_standby_names.value", FieldTreatment.Observe)]
    [InlineData("parameter/sync*", FieldTreatment.Observe)]
    [InlineData("member/core-3/parameter/synchronous_commit", FieldTreatment.Ignore)]
    [InlineData("parameter/full_page_writes", FieldTreatment.Ignore)]
    [InlineData("parameter/*", FieldTreatment.Observe)]
    [InlineData("role/tenancy_app/setting/synchronous_commit", FieldTreatment.Ignore)]
    [InlineData("role/*", FieldTreatment.Ignore)]
    [InlineData("database/tenancy/setting/synchronous_commit", FieldTreatment.Ignore)]
    public void Prove_OnAnExceptedValue_IsRefuted(string field, FieldTreatment treatment)
    {
        var crash = field.Contains("full_page", StringComparison.Ordinal);
        var cell = Cell(crash ? FailureScenario.ProcessCrash : FailureScenario.SiteLoss, Excepted(field, treatment));

        Assert.Equal(Verdict.Impossible, cell.LossVerdict);
        Assert.Contains(cell.NotEnforced, r => r.Contains($"'{field}'", StringComparison.Ordinal));
        Assert.Equal(Verdict.Holds, cell.IfEnforced!.LossVerdict);
    }

    [Theory]
    [InlineData("parameter/work_mem", FieldTreatment.Ignore)]
    [InlineData("role/tenancy_owner.login", FieldTreatment.Observe)]
    [InlineData("parameter/synchronous_standby_names", FieldTreatment.Enforce)]
    public void Prove_OnAnotherException_IsNotTouched(string field, FieldTreatment treatment)
    {
        var cell = Cell(FailureScenario.SiteLoss, Excepted(field, treatment));

        Assert.Equal(Verdict.Holds, cell.LossVerdict);
        Assert.Empty(cell.NotEnforced);
    }

    [Fact]
    public void Prove_InModeObserve_IsUnknown_AndSaysWhy()
    {
        var cell = Cell(FailureScenario.SiteLoss, c => c, ReconcileMode.Observe);

        Assert.Equal(Verdict.Unknown, cell.Verdict);
        Assert.Contains(cell.NotEnforced, r => r.Contains("mode observe", StringComparison.Ordinal));
        Assert.Equal(Loss.None, cell.Guaranteed);
        Assert.Equal(
            Verdict.Holds,
            Cell(FailureScenario.SiteLoss, c => c with { Mode = ReconcileMode.Enforce }, ReconcileMode.Observe).LossVerdict
        );
    }

    [Fact]
    public void Prove_OnABackupThatNobodyTakes_BoundsNoLoss()
    {
        var cell = Cell(FailureScenario.OperatorMistake, c => c);

        Assert.Equal(Verdict.Unknown, cell.Verdict);
        Assert.Equal(LossKind.Unbounded, cell.Guaranteed.Kind);
        Assert.Contains(cell.NotEnforced, r => r.Contains("pgBackRest", StringComparison.Ordinal));
    }
}
