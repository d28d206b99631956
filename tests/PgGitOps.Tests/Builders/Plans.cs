using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;

namespace PgGitOps.Tests.Builders;

internal static class Plans
{
    internal static readonly PasswordCheck PasswordsMatch = (_, stored) =>
        stored is null ? new PasswordFinding.Differs() : new PasswordFinding.Matches();

    internal static readonly PlanOptions Options = new(Fleets.Now, PasswordsMatch);

    internal static ClusterPlan Of(
        Cluster cluster,
        ClusterSnapshot snapshot,
        FleetEnvironment? environment = null,
        PlanOptions? options = null,
        ApprovalDocument[]? approvals = null
    )
    {
        var fleet = Fleets.Fleet(environment ?? Fleets.Environment(), cluster) with { Approvals = [.. approvals ?? []] };
        return Assert.Single(Planner.Plan(fleet, Snapshots.Fleet(snapshot), options ?? Options).Clusters);
    }

    internal static string[] Ids(this ClusterPlan plan) => [.. plan.Steps.Select(s => s.Id)];

    internal static string[] Sql(this ClusterPlan plan) =>
        [.. plan.Steps.SelectMany(s => s.Action is StepAction.ExecuteSql e ? e.Statements.AsEnumerable() : [])];
}
