using PgGitOps.Core.Desired;

namespace PgGitOps.Cli;

/// <summary>Which clusters of a fleet a run is about.</summary>
internal static class FleetSelection
{
    /// <summary>Names in order; an unknown environment or cluster is refused with those that exist.</summary>
    public static IReadOnlyList<string> Of(Invocation invocation, ValidFleet fleet)
    {
        foreach (var environment in invocation.Environments.Where(e => fleet.Environments.All(f => f.Name != e)))
            throw new UsageException(
                $"there is no environment '{environment}' at {fleet.Revision.CommitId}",
                $"environments are {List(fleet.Environments.Select(e => e.Name))}"
            );
        foreach (var cluster in invocation.Clusters.Where(c => fleet.FindCluster(c) is null))
            throw new UsageException(
                $"there is no cluster '{cluster}' at {fleet.Revision.CommitId}",
                $"clusters are {List(fleet.Clusters.Select(c => c.Name))}"
            );
        var chosen = Among(invocation, fleet);
        return chosen.Count > 0 || fleet.Clusters.Count == 0
            ? chosen
            : throw new UsageException("no cluster is in the chosen environments");
    }

    /// <summary>The same for a loop, where a later commit may take away what was chosen: then nothing is left to do.</summary>
    public static IReadOnlyList<string> Among(Invocation invocation, ValidFleet fleet)
    {
        var (environments, clusters) = (invocation.Environments, invocation.Clusters);
        return
        [
            .. fleet
                .Clusters.Where(c =>
                    (environments.Count == 0 || environments.Contains(c.Environment))
                    && (clusters.Count == 0 || clusters.Contains(c.Name))
                )
                .Select(c => c.Name)
                .Order(StringComparer.Ordinal),
        ];
    }

    private static string List(IEnumerable<string> names) =>
        string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } list ? list : "none";
}
