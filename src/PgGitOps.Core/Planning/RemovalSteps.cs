using System.Globalization;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Kinds;

namespace PgGitOps.Core.Planning;

/// <summary>Removes what this engine made and Git no longer mentions: under a budget, and last.</summary>
internal static class RemovalSteps
{
    internal static void Draft(PlanDraft draft)
    {
        var problem = draft.Problem;
        var gone = problem
            .Inventory.Where(i =>
                problem.IsGivenUp(problem.Key(i, Field.Exists))
                && !(problem.IsSlotOfMember(i) && problem.Live.ContainsKey(problem.Key(i, Field.Exists)))
            )
            .Order()
            .ToArray();
        if (gone.Length == 0)
            return;
        Forget(draft, gone);
        var candidates = Candidates(draft, gone);
        if (candidates.Count == 0)
            return;
        if (IsOverBudget(draft, candidates))
            return;
        var removing = candidates.Select(c => c.Path).ToHashSet();
        foreach (var (path, removal) in candidates.OrderBy(c => c.How.Rank).ThenBy(c => c.Path))
        {
            if (removal.Owns(draft, removing) is { } owned)
            {
                draft.Refuse(
                    new Refusal(
                        PlanRule.StillNeeded,
                        $"{path} is not dropped: it still owns {owned}.",
                        "Give that to another owner first.",
                        null
                    )
                );
                draft.LeaveAlone(problem.Key(path, Field.Exists), $"it still owns {owned}");
                continue;
            }
            Remove(draft, path, removal, gone);
        }
    }

    /// <summary>What we made, Git no longer mentions and somebody removed already: were it made again by hand, it would not be ours.</summary>
    private static void Forget(PlanDraft draft, ObjectPath[] gone)
    {
        var problem = draft.Problem;
        if (draft.Primary is null || problem.RecordProblem is not null)
            return;
        var absent = gone.Where(g =>
                problem.Key(g, Field.Exists) is var key
                && !problem.Live.ContainsKey(key)
                && !problem.Unknown.ContainsKey(key)
                && draft.MayChange(key)
            )
            .ToArray();
        if (absent.Length == 0)
            return;
        // A server that no document names is not looked at: whether it still runs, nobody here knows.
        var servers = absent.Where(a => a is ObjectPath.Member).ToArray();
        string[] words =
        [
            .. servers.Select(s =>
                $"{s}, which no document names any more: its server and its data directory are left as they are"
            ),
            .. absent.Except(servers).ToArray() is { Length: > 0 } others
                ? [$"{string.Join(", ", others)}: made by us once, and gone already"]
                : Array.Empty<string>(),
        ];
        var step = draft.Sql("inventory", "forget", $"forget {string.Join("; ", words)}", "postgres", [], null);
        foreach (var path in absent)
        {
            step.Before.Add(new FacetState(problem.Key(path, Field.Exists), null));
            step.Removes.Add(path);
        }
        draft.Add(step);
    }

    private static List<(ObjectPath Path, Removal.Statement How)> Candidates(PlanDraft draft, ObjectPath[] gone)
    {
        var problem = draft.Problem;
        List<(ObjectPath, Removal.Statement)> candidates = [];
        foreach (var path in gone)
        {
            var key = problem.Key(path, Field.Exists);
            if (draft.State.IsUnknown(key) || draft.State[key] is null || !draft.MayChange(key))
                continue;
            // What lies inside a database that goes as well goes with it.
            if (path.Parent is ObjectPath.Database parent && gone.Contains(parent))
                continue;
            if (!problem.Manages(ObjectKinds.Of(path)))
            {
                draft.LeaveAlone(
                    key,
                    $"it is for {Owners.Name(ObjectKinds.Of(path).WrittenBy.Of(problem.Cluster.Manager))} to remove"
                );
                continue;
            }
            switch (ObjectKinds.Of(path).Remove(draft, path))
            {
                case Removal.Statement statement:
                    candidates.Add((path, statement));
                    break;
                case Removal.InUse inUse:
                    draft.Refuse(inUse.Refusal);
                    draft.LeaveAlone(key, inUse.Why);
                    break;
                case Removal.Never never:
                    draft.LeaveAlone(key, never.Why);
                    break;
            }
        }
        return candidates;
    }

    private static bool IsOverBudget(PlanDraft draft, List<(ObjectPath Path, Removal.Statement How)> candidates)
    {
        var problem = draft.Problem;
        var budget = problem.Environment.Removal;
        // Of declared and made objects alike, so that the budget is the same before and after the rest of the plan is done.
        var managed = problem
            .Desired.All.Where(f => f.Key.Field == Field.Exists && f.Key.Object is not ObjectPath.Membership)
            .Select(f => f.Key.Object)
            .Union(candidates.Select(c => c.Path))
            .Count();
        // A percentage of a small cluster would be none at all; one removal is always within it.
        var byPercent = Math.Max(1, (int)((long)managed * budget.PercentMax / 100));
        if (candidates.Count <= budget.CountMax && candidates.Count <= byPercent)
            return false;
        var listed = string.Join(", ", candidates.Select(c => c.Path));
        draft.Refuse(
            new Refusal(
                PlanRule.RemovalBudget,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Removing {candidates.Count} of {managed} managed objects is over the budget of {budget.CountMax} objects and {budget.PercentMax} %; none is removed: {listed}."
                ),
                "Was a file lost? If it is meant, remove fewer at a time or raise spec.removal of the environment.",
                null
            )
        );
        foreach (var (path, _) in candidates)
            draft.LeaveAlone(problem.Key(path, Field.Exists), "the removal budget is exceeded");
        return true;
    }

    private static void Remove(PlanDraft draft, ObjectPath path, Removal.Statement removal, ObjectPath[] gone)
    {
        var before = draft.Steps.ToArray();
        var step = draft.Sql(
            path,
            "drop",
            removal.Title,
            removal.Database,
            [removal.Sql],
            null,
            StepTimeouts.Sql,
            removal.InTransaction
        );
        step.Changing(draft.State, draft.Problem.Key(path, Field.Exists), null);
        step.Removes.Add(path);
        step.Removes.AddRange(gone.Where(g => g.IsWithin(path)));
        step.Hazards.Add(removal.Hazard);
        foreach (var earlier in before)
            step.After.Add(new StepDependency(earlier.Id, "removals come last, when everything else has succeeded"));
        draft.Add(step);
    }
}
