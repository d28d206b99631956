using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;

namespace PgGitOps.Executing;

/// <summary>What may be done to one cluster now.</summary>
internal sealed record ClusterWork(Cluster Cluster, ClusterSnapshot Snapshot, ClusterPlan Plan, ClusterApproval Approval)
{
    /// <summary>The plan that <see cref="Plan"/> is a part of; null in a test without one.</summary>
    public Plan? Whole { get; init; }

    /// <summary>Steps that were done before with the same input and whose effect did not show, by id, each with what was seen.</summary>
    public IReadOnlyDictionary<string, string> WithoutEffect { get; init; } = new Dictionary<string, string>();

    /// <summary>Steps that no runner of this process carries out, by id, each with why. Refused before anything is done.</summary>
    public IReadOnlyDictionary<string, string> WithoutRunner { get; init; } = new Dictionary<string, string>();

    /// <summary>The run carries out one agreed plan and nothing else: what moved since makes it stale.</summary>
    public bool Sealed { get; init; }

    public bool RunsSomething => Approval.Steps.Count > 0 && new RunQueue(this).AnyRuns;

    /// <summary>Values found as declared are to be recorded, and the caller lets this run write.</summary>
    public bool Records { get; init; }

    /// <summary>Steps that would run now, were there somebody who runs them.</summary>
    public IEnumerable<Step> Refused =>
        Approval.Steps.Where(s => s.Verdict is StepVerdict.Go && WithoutRunner.ContainsKey(s.Step.Id)).Select(s => s.Step);

    public bool Writes => RunsSomething || Records;
}
