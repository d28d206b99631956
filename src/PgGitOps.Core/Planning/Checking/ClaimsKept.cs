using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Checking;

/// <summary>Between where a plan starts and where it ends, no promise about loss is weaker than at both ends (R-07).</summary>
/// <remarks>A promise that the documents give up on purpose is given up at the end too, and a plan for that is no violation; one that ends refuted is.</remarks>
public sealed class ClaimsKept(ValidFleet fleet) : IStateInvariant
{
    private const string Commit = "synchronous_commit";

    // Most plans change nothing that a commit waits for: then nothing is laid out.
    private readonly Lazy<ClaimInvariant> claims = new(() => new ClaimInvariant(fleet));

    /// <summary>Facets besides those of members that say what a commit waits for.</summary>
    internal static bool IsAboutCommits(FacetKey key) =>
        key.Object is ObjectPath.RoleSetting { Name: Commit } or ObjectPath.DatabaseSetting { Name: Commit };

    public string? Violation(PlannedState start, PlannedState before, Step step, PlannedState after, PlannedState end)
    {
        if (
            fleet.FindCluster(step.Cluster) is not { } cluster
            || StateOf(cluster, before) is not { } was
            || StateOf(cluster, after) is not { } becomes
            || was == becomes
        )
            return null;
        var broken = claims.Value.Broken(cluster.Name, was, becomes);
        if (broken.IsEmpty)
            return null;
        // Given up in the end as well, and not refuted there: that is what the commit asks for.
        var last = StateOf(cluster, end);
        var meant = last is null
            ? []
            : claims
                .Value.Broken(cluster.Name, was, last)
                .Where(b => b.After != Verdict.Impossible)
                .Select(b => (b.Context, b.Scenario, b.After))
                .ToHashSet();
        var unmeant = broken.Where(b => !meant.Contains((b.Context, b.Scenario, b.After))).ToArray();
        return unmeant.Length == 0
            ? null
            : $"after {step.Id} a recovery objective would not be met: {unmeant[0]}{(unmeant.Length > 1 ? $" (and {Amounts.Count(unmeant.Length - 1, "more objective")})" : "")}";
    }

    /// <returns>Null while no member is primary.</returns>
    private static SynchronousState? StateOf(Cluster cluster, PlannedState state)
    {
        var primary = state.Members.FirstOrDefault(m => state.Find(new ObjectPath.Member(m), Field.Role)?.Canonical == "primary");
        if (primary is null)
            return null;
        var text = Value(state, primary, "synchronous_standby_names") ?? "";
        var level = CommitLevelText.TryParse(Value(state, primary, Commit) ?? "on") ?? CommitLevel.On;
        var away = cluster
            .Members.Select(m => m.Name)
            .Where(m => state.Find(new ObjectPath.Member(m), Field.Exists) is null)
            .Order(StringComparer.Ordinal);
        return new SynchronousState(SynchronousRule.OfCanonical(text) ?? SynchronousRule.None, level, [.. away])
        {
            Stored = state
                .Values.Where(v => v.Key.Field == Field.Value && IsAboutCommits(v.Key))
                .Select(v =>
                    v.Key.Object is ObjectPath.RoleSetting role
                        ? new StoredLevel(true, role.Role, v.Value.Canonical)
                        : new StoredLevel(false, v.Key.Object.DatabaseName!, v.Value.Canonical)
                )
                .OrderBy(s => s.OfRole)
                .ThenBy(s => s.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
        };
    }

    private static string? Value(PlannedState state, string member, string parameter) =>
        state.Find(new ObjectPath.Parameter(member, parameter), Field.Value)?.Canonical;
}
