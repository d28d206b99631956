using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Tells servers that answer at a member's address and are not that member.</summary>
internal static class StrangerCheck
{
    /// <summary>A name that no member could have, such as Debian's <c>15/main</c>, says nothing. Any other must be the member's or the cluster's own.</summary>
    /// <returns>Null when the name is no evidence against the member.</returns>
    public static ConnectionFailure? ByClusterName(ClusterTarget cluster, MemberTarget member, string clusterName) =>
        cluster.ClusterNames is null
        || clusterName == member.Name
        || cluster.ClusterNames.Contains(clusterName, StringComparer.Ordinal)
        || !MemberName.Fits(clusterName)
            ? null
            : new ConnectionFailure(
                UnreadableKind.Stranger,
                $"the server there has cluster_name '{clusterName}', not '{member.Name}'; if it is the right one, set its cluster_name to that or to the name of the cluster"
            );

    /// <summary>Members of one cluster share a system identifier; those that differ from the others are strangers.</summary>
    /// <remarks>
    /// The engine's record is the best witness of the right one, then the majority. Where neither decides, all are
    /// strangers: acting on the wrong one would be worse than acting on none.
    /// </remarks>
    public static IReadOnlyDictionary<string, ConnectionFailure> ByIdentity(IReadOnlyList<MemberReading> members)
    {
        var groups = members
            .Where(m => m.Facts is not null)
            .GroupBy(m => m.Facts!.SystemIdentifier, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .ToArray();
        var strangers = new Dictionary<string, ConnectionFailure>(StringComparer.Ordinal);
        if (groups.Length < 2)
            return strangers;
        var recorded = groups
            .Where(g => g.Any(m => m.Draft is { Rights.Record: RecordState.Readable, Inventory.Count: > 0 }))
            .ToArray();
        var most = groups.Max(g => g.Count());
        var largest = groups.Where(g => g.Count() == most).ToArray();
        var right =
            recorded.Length == 1 ? recorded[0]
            : recorded.Length == 0 && largest.Length == 1 ? largest[0]
            : null;
        foreach (var reading in groups.Where(g => g != right).SelectMany(g => g))
        {
            strangers[reading.Member.Name] = new ConnectionFailure(
                UnreadableKind.Stranger,
                right is null
                    ? $"members have different system identifiers ({string.Join(", ", groups.SelectMany(g => g.Select(m => $"{m.Member.Name} {g.Key}")))}), and none is known to be the right one"
                    : $"the server there has system identifier {reading.Facts!.SystemIdentifier}, the cluster has {right.Key}"
            );
        }
        return strangers;
    }
}
