using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning;

/// <summary>What keeps a cluster short of its documents although no step is left to do about it.</summary>
public static class Shortfall
{
    /// <summary>Declared and enforced values that no step brings about, and commits that wait for standbys; in the plan's order.</summary>
    public static IEnumerable<Change> Of(ClusterPlan plan) =>
        plan.Changes.Where(c =>
            IsWaiting(c)
            || IsServerAway(c)
            || (
                c is { Treatment: FieldTreatment.Enforce, Desired: not null, NotActedOn: not null }
                && c.Cause != ChangeCause.Undeclared
            )
        );

    /// <summary>It may pass by itself: a standby reconnects, and with it the commits go on.</summary>
    public static bool MayPass(Change change) => IsWaiting(change) || change.Key.Field == Field.Streaming;

    // Also where the cluster is only observed: a server that is not there is no value somebody may let differ.
    private static bool IsServerAway(Change change) =>
        change is { Treatment: FieldTreatment.Observe, Desired: not null, NotActedOn: not null, Key.Object: ObjectPath.Member }
        && (change.Key.Field == Field.Exists || change.Key.Field == Field.Running);

    // Found by looking for dangers, and no step's to mend; that nobody declared it would be no excuse.
    private static bool IsWaiting(Change change) =>
        change is { Cause: ChangeCause.Undeclared, Treatment: not FieldTreatment.Ignore } && change.Key.Field == Field.Waiting;
}
