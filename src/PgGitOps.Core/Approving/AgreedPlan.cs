using System.Collections.Concurrent;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;

namespace PgGitOps.Core.Approving;

/// <summary>A plan that consent was given to before the lock was taken. The plan made under the lock is judged by it.</summary>
/// <param name="Plan">Consent to its id covers those steps of the later plan that it holds itself, by id and with the same action, while nothing that it rests on has moved.</param>
/// <param name="Alone">Only its steps run: it was handed over, or shown and agreed to, as it is.</param>
public sealed record AgreedPlan(Plan Plan, bool Alone)
{
    // Asked before every step of a run, and every time of the same plan.
    private readonly ConcurrentDictionary<ClusterPlan, IReadOnlyList<MovedRead>> moved = new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<string, Step> steps = Plan
        .Clusters.SelectMany(c => c.Steps)
        .ToDictionary(s => s.Id, StringComparer.Ordinal);

    public bool Holds(Step step) => steps.TryGetValue(step.Id, out var own) && own.Action == step.Action;

    /// <summary>What the plan of a cluster rests on and moved elsewhere than where the plan leads; empty while consent to it counts.</summary>
    public IReadOnlyList<MovedRead> Moved(ClusterPlan current) =>
        moved.GetOrAdd(
            current,
            now => Plan.Clusters.FirstOrDefault(c => c.Cluster == now.Cluster) is { } own ? [.. StalePlan.Check(own, now)] : []
        );
}
