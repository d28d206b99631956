using PgGitOps.Core.Facets;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Checking;

/// <summary>A live value that is no longer what the plan was made from.</summary>
/// <param name="Was">Null for absent.</param>
/// <param name="Is">Null for absent.</param>
/// <param name="Unreadable">The value cannot be read now.</param>
public sealed record MovedRead(FacetKey Key, string? Was, string? Is, bool Unreadable)
{
    public override string ToString() =>
        Unreadable ? $"{Key} was {Was ?? "absent"} and cannot be read now"
        : Key.Field == Field.Verifier ? $"{Key} has changed"
        : $"{Key} was {Was ?? "absent"} and is {Is ?? "absent"}";
}

/// <summary>Tells whether a plan still fits reality.</summary>
public static class StalePlan
{
    /// <summary>Values the plan rests on that moved elsewhere than where the plan itself would bring them. Empty means that it may run.</summary>
    /// <param name="current">A plan made just now from the same revision.</param>
    public static EquatableArray<MovedRead> Check(Plan plan, Plan current)
    {
        var now = current.Clusters.ToDictionary(c => c.Cluster, StringComparer.Ordinal);
        return plan.Clusters.SelectMany(c => Check(c, now.GetValueOrDefault(c.Cluster))).ToEquatableArray();
    }

    public static EquatableArray<MovedRead> Check(ClusterPlan plan, ClusterPlan? current)
    {
        if (current is null)
            return plan.Reads.Select(r => new MovedRead(r.Key, r.Canonical, null, true)).ToEquatableArray();
        var reads = new Dictionary<FacetKey, string?>(current.Reads.Count);
        foreach (var read in current.Reads)
            reads[read.Key] = read.Canonical;
        List<MovedRead> moved = [];
        HashSet<FacetState>? reached = null;
        foreach (var read in plan.Reads)
        {
            var readable = reads.TryGetValue(read.Key, out var now);
            if (readable && string.Equals(now, read.Canonical, StringComparison.Ordinal))
                continue;
            reached ??=
            [
                .. plan.Steps.SelectMany(s => s.Effects),
                .. plan.Changes.Where(c => c.Cause != ChangeCause.Undeclared).Select(c => new FacetState(c.Key, c.Desired)),
            ];
            // What we gave up is not read any more once it is gone.
            if (readable ? IsWhereThePlanLeads(read.Key, now, reached, reads) : reached.Contains(new FacetState(read.Key, null)))
                continue;
            moved.Add(new MovedRead(read.Key, read.Canonical, now, !readable));
        }
        return moved.ToEquatableArray();
    }

    private static bool IsWhereThePlanLeads(
        FacetKey key,
        string? now,
        HashSet<FacetState> reached,
        Dictionary<FacetKey, string?> reads
    )
    {
        if (key.Field == Field.Verifier)
            return reads.GetValueOrDefault(key with { Field = Field.Password }) == "matches";
        return reached.Contains(new FacetState(key, now is null ? null : FacetValue.Of(now)));
    }
}
