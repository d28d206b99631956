using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning;

/// <summary>What runs under the writer's lock on the primary comes after the step that gives one; where none does, it is not planned.</summary>
/// <remarks>Over all steps at once, so that no kind of step can forget it: also files of a standby's host are written by whoever holds the lock.</remarks>
internal static class PrimaryFirst
{
    internal static void Draft(PlanDraft draft)
    {
        var primary = draft.Primary;
        foreach (var step in draft.Steps.Where(s => s.Action.NeedsPrimary).ToArray())
        {
            if (primary is null)
            {
                draft.LeaveOut(step, "there is no primary, and no step of this plan gives one");
                continue;
            }
            var path = new ObjectPath.Member(primary);
            Need(step, new Need(draft.Problem.Key(path, Field.Role), FacetValue.Of("primary"), "the primary has to be there"));
            Need(
                step,
                new Need(
                    draft.Problem.Key(path, Field.Running),
                    CanonicalForm.True,
                    $"the writer's lock is taken on {primary}, so it has to run"
                )
            );
        }
    }

    private static void Need(StepDraft step, Need need)
    {
        if (!step.Needs.Exists(n => n.Key == need.Key && Equals(n.Value, need.Value)))
            step.Needs.Add(need);
    }
}
