using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Checking;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>Databases and schemas (<see cref="Recreation.ByApproval"/>) that the record says were there: made anew they would be empty, and whoever uses them would not notice at once.</summary>
/// <remarks>Roles and extensions hold no rows of their own, so they are made anew without being asked for.</remarks>
internal static class LostObjects
{
    /// <param name="name">Such as <c>shop.app</c> for a schema.</param>
    /// <returns>Null where the object is gone and nobody allowed to make it anew; this is then refused.</returns>
    internal static LossConsent? Refuse(PlanDraft draft, DesiredFacet exists, string name)
    {
        var problem = draft.Problem;
        var path = exists.Key.Object;
        var kind = ObjectKinds.Of(path);
        if (kind.Recreation == Recreation.Free)
            return LossConsent.NothingLost;
        var subject = kind.Words.Named(name);
        if (problem.RecordProblem is { } unreadable && !problem.Live.ContainsKey(exists.Key))
        {
            // Whether it was ever there is then not known. What would be in a database that is not made is not told apart.
            if (path.Parent is not { } database || draft.State[problem.Key(database, Field.Exists)] is not null)
                draft.Refuse(
                    new Refusal(
                        PlanRule.RecordUnreadable,
                        $"{subject} is not created: whether it was there before is not known while the record cannot be read ({unreadable}).",
                        null,
                        exists.At
                    )
                );
            draft.LeaveAlone(exists.Key, "whether it was there before is not known");
            return null;
        }
        // With a database went its schemas: the approval of the whole is enough for what was in it.
        var lost = WasThere(problem, path) && !IsInLost(problem, path);
        if (!lost)
            return LossConsent.NothingLost;
        if (problem.Allowances.Recreate(path.ToString()) is { } approval)
            return new LossConsent(
                $", lost before; allowed by {approval.ApprovedBy} (approval {approval.Head.Name})",
                problem.Allowances.UseOf(approval, path.ToString())
            );
        draft.Refuse(
            new Refusal(
                PlanRule.Vanished,
                $"{subject} was there and is gone: it was dropped or renamed outside of Git. It is not made anew, for it would be empty.",
                "Restore it or rename it back. " + Allowances.Hint(problem.Cluster.Name, path.ToString()),
                exists.At
            )
        );
        draft.LeaveAlone(exists.Key, "it was there and is gone; made anew it would be empty, so an approval has to name it");
        return null;
    }

    // Not by the inventory: what is to be made is written there before it is, and a kill between the two leaves it there.
    private static bool WasThere(ClusterProblem problem, ObjectPath path) =>
        problem.Applied.ContainsKey(problem.Key(path, Field.Exists));

    private static bool IsInLost(ClusterProblem problem, ObjectPath path) =>
        path.Parent is { } database
        && !problem.Live.ContainsKey(problem.Key(database, Field.Exists))
        && WasThere(problem, database);
}

/// <param name="Words">For the step's title.</param>
/// <param name="Use">Marks the approval as used; null where none was needed.</param>
internal sealed record LossConsent(string Words, FacetState? Use)
{
    internal static readonly LossConsent NothingLost = new("", null);

    internal void Mark(StepDraft step)
    {
        if (Use is not null)
            step.Effects.Add(Use);
    }
}
