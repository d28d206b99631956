using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning;

/// <summary>Compares desired, live and last applied.</summary>
internal static class Differ
{
    /// <summary>Changes ordered by key. What lies inside an absent object is not listed: the object's own absence says it.</summary>
    internal static List<Change> Compare(ClusterProblem problem)
    {
        List<Change> changes = [];
        foreach (var facet in problem.Desired.All)
        {
            var live = problem.Live.GetValueOrDefault(facet.Key);
            if (facet.Value.Equals(live) || problem.Unknown.ContainsKey(facet.Key) || IsInsideAbsent(problem, facet.Key))
                continue;
            // A configured value that only waits for its reload is told by the value itself.
            if (
                facet.Key.Field == Field.Configured
                && !Equals(problem.Live.GetValueOrDefault(facet.Key with { Field = Field.Value }), facet.Value)
            )
                continue;
            var applied = problem.Applied.GetValueOrDefault(facet.Key);
            changes.Add(
                Of(
                    problem,
                    facet.Key,
                    live,
                    facet.Value,
                    applied,
                    problem.RecordProblem is null ? CauseOf(facet.Value, live, applied) : ChangeCause.Unknown,
                    facet.At
                )
            );
        }
        // What we made or applied, Git gave up; a membership we never granted, somebody else did.
        foreach (var key in Undeclared(problem))
            changes.Add(
                Of(
                    problem,
                    key,
                    problem.Live[key],
                    null,
                    problem.Applied.GetValueOrDefault(key),
                    problem.Applied.ContainsKey(key) || problem.Inventory.Contains(key.Object)
                        ? ChangeCause.Intent
                        : ChangeCause.Drift,
                    null
                )
            );
        changes.Sort((a, b) => a.Key.CompareTo(b.Key));
        return changes;
    }

    internal static ChangeCause CauseOf(FacetValue? desired, FacetValue? live, string? applied)
    {
        if (applied is null)
            return ChangeCause.Initial;
        if (applied == desired?.Canonical)
            return ChangeCause.Drift;
        return applied == live?.Canonical ? ChangeCause.Intent : ChangeCause.Conflict;
    }

    /// <summary>Live facets that Git no longer asks for and that are ours to take back.</summary>
    private static IEnumerable<FacetKey> Undeclared(ClusterProblem problem)
    {
        foreach (var key in RetractedValues.Of(problem))
        {
            if (key.Field != Field.Configured)
                yield return key;
        }
        foreach (var key in Memberships(problem))
        {
            if (!problem.IsOurs(key))
                yield return key;
        }
        foreach (var item in problem.Inventory)
        {
            var key = problem.Key(item, Field.Exists);
            if (problem.IsGivenUp(key) && problem.Live.ContainsKey(key) && !problem.IsSlotOfMember(item))
                yield return key;
        }
    }

    /// <summary>Live memberships that a managed list of memberships does not hold.</summary>
    internal static IEnumerable<FacetKey> Memberships(ClusterProblem problem)
    {
        var managed = problem.Cluster.Roles.Where(r => r.ListsMemberships).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        return managed.Count == 0
            ? []
            : problem.Live.Keys.Where(k =>
                k.Object is ObjectPath.Membership m && managed.Contains(m.Role) && k.Field == Field.Exists && problem.IsGivenUp(k)
            );
    }

    private static bool IsInsideAbsent(ClusterProblem problem, FacetKey key)
    {
        if (key.Field != Field.Exists)
        {
            var own = problem.Key(key.Object, Field.Exists);
            if (problem.Desired.ByKey.ContainsKey(own) && !problem.Live.ContainsKey(own) && !problem.Unknown.ContainsKey(own))
                return true;
        }
        if (key.Object.Parent is not { } parent)
            return false;
        var outer = problem.Key(parent, Field.Exists);
        return problem.Desired.ByKey.ContainsKey(outer)
            && !problem.Live.ContainsKey(outer)
            && !problem.Unknown.ContainsKey(outer);
    }

    private static Change Of(
        ClusterProblem problem,
        FacetKey key,
        FacetValue? live,
        FacetValue? desired,
        string? applied,
        ChangeCause cause,
        Sources.SourceSpan? at
    )
    {
        var treatment = problem.TreatmentOf(key);
        var change = new Change(key, live, desired, applied, cause, treatment.Kind, at);
        return treatment.Kind switch
        {
            FieldTreatment.Enforce => change,
            FieldTreatment.Observe => change with
            {
                NotActedOn = treatment.Exception is { } e ? $"observed only: {e.Reason}" : $"the cluster is in mode observe",
            },
            FieldTreatment.Ignore => change with
            {
                NotActedOn =
                    $"ignored{(treatment.Exception!.Expires is { } until ? $" until {until:yyyy-MM-dd}" : "")}: {treatment.Exception.Reason}",
            },
        };
    }
}
