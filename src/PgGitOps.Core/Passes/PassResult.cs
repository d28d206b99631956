using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;

namespace PgGitOps.Core.Passes;

/// <summary>What an intent of an ended process came to.</summary>
public sealed record ResolvedIntent(UnfinishedIntent Intent, OutcomeCheckVerdict Verdict);

/// <summary>One run of the route from observation to the second look.</summary>
public sealed record PassResult
{
    public required ValidFleet Fleet { get; init; }

    /// <summary>What was planned, executed or not.</summary>
    public required Plan Plan { get; init; }

    /// <summary>What the plan rests on: the clusters before anything was done.</summary>
    public required FleetSnapshot Snapshot { get; init; }

    /// <summary>Intents of earlier processes that ended in flight, with what a second look showed.</summary>
    public required IReadOnlyList<ResolvedIntent> Earlier { get; init; }

    public required IReadOnlyList<ClusterResult> Clusters { get; init; }

    /// <summary>Titles of steps that a plan made after the apply still holds, by cluster; only of clusters where something was done.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Left { get; init; }

    /// <summary>How each cluster stands at the end: the plan made after the apply where something was done, else the plan itself.</summary>
    public required IReadOnlyDictionary<string, ClusterPlan> Standing { get; init; }

    public required TimeSpan Took { get; init; }

    /// <summary>Processor time of the whole process during the pass.</summary>
    public required TimeSpan Processor { get; init; }

    public bool ChangedSomething => Clusters.Any(c => c.ChangedSomething);

    public bool IsSettled =>
        Clusters.All(c => c.Ending is ClusterEnding.InSync or ClusterEnding.Applied) && Left.Values.All(l => l.Count == 0);
}
