using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Approving;

/// <summary>Whether a cluster is suspended. Every place counts by itself: one that says so is enough.</summary>
public static class Suspensions
{
    public const string Record = "the cluster's record";
    public const string Git = "Git";

    /// <summary>What Git and the record in a snapshot say.</summary>
    public static IEnumerable<PlacedSuspension> Of(Cluster? cluster, ClusterSnapshot? snapshot)
    {
        if (cluster?.Suspended is { } declared)
            yield return new(
                Git,
                new Suspension(declared.Reason, cluster.Head.Owner ?? Git, DateTimeOffset.MinValue, declared.Until)
            );
        if (snapshot?.Record is Observation<ClusterRecord>.Seen { Value.Suspension: { } recorded })
            yield return new(Record, recorded);
    }

    /// <summary>The one that ends last of those in force, with every place that says so; null when there is none.</summary>
    public static string? InForce(IEnumerable<PlacedSuspension> all, DateTimeOffset now)
    {
        var standing = all.Where(p => p.Suspension.Expires > now)
            .OrderByDescending(p => p.Suspension.Expires)
            .ThenBy(p => p.Place, StringComparer.Ordinal)
            .ToList();
        if (standing.Count == 0)
            return null;
        var last = standing[0].Suspension;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"suspended by {last.Owner} until {last.Expires.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: {last.Reason} (in {string.Join(", ", standing.Select(p => p.Place).Distinct(StringComparer.Ordinal))})"
        );
    }
}
