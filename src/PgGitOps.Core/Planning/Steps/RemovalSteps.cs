using System.Globalization;

namespace PgGitOps.Core.Planning.Steps;

/// <summary>Removes what this engine made and Git no longer mentions: under a budget, and last.</summary>
internal static class RemovalSteps
{
    internal static void Draft(PlanDraft draft)
    {
        var problem = draft.Problem;
        var gone = problem.Inventory.Where(i => !problem.Desired.ByKey.ContainsKey(problem.Key(i, "exists")) && !(problem.IsSlotOfMember(i) && problem.Live.ContainsKey(problem.Key(i, "exists")))).Order(StringComparer.Ordinal).ToArray();
        if (gone.Length == 0)
            return;
        Forget(draft, gone);
        var candidates = Candidates(draft, gone);
        if (candidates.Count == 0)
            return;
        if (IsOverBudget(draft, candidates))
            return;
        var removing = candidates.Select(c => c.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (path, rank) in candidates.OrderBy(c => c.Rank).ThenBy(c => c.Path, StringComparer.Ordinal))
        {
            if (rank == RoleRank && StillOwns(draft, path, removing) is { } owned)
            {
                draft.Refuse(new Refusal(PlanRule.StillNeeded, $"{path} is not dropped: it still owns {owned}.", "Give that to another owner first.", null));
                draft.LeaveAlone(problem.Key(path, "exists"), $"it still owns {owned}");
                continue;
            }
            Remove(draft, path, gone);
        }
    }

    private const int RoleRank = 3;

    /// <summary>What we made, Git no longer mentions and somebody removed already: were it made again by hand, it would not be ours.</summary>
    private static void Forget(PlanDraft draft, string[] gone)
    {
        var problem = draft.Problem;
        if (draft.Primary is null || problem.RecordProblem is not null)
            return;
        var absent = gone.Where(g => problem.Key(g, "exists") is var key && !problem.Live.ContainsKey(key) && !problem.Unknown.ContainsKey(key) && draft.MayChange(key)).ToArray();
        if (absent.Length == 0)
            return;
        // A server that no document names is not looked at: whether it still runs, nobody here knows.
        var servers = absent.Where(a => FacetPath.Split(a) is ["member", _]).ToArray();
        string[] words =
        [
            .. servers.Select(s => $"{s}, which no document names any more: its server and its data directory are left as they are"),
            .. absent.Except(servers).ToArray() is { Length: > 0 } others ? [$"{string.Join(", ", others)}: made by us once, and gone already"] : Array.Empty<string>(),
        ];
        var step = draft.Sql("inventory", "forget", $"forget {string.Join("; ", words)}", "postgres", [], null);
        foreach (var path in absent)
        {
            step.Before.Add(new FacetState(problem.Key(path, "exists"), null));
            step.Removes.Add(path);
        }
        draft.Add(step);
    }

    private static List<(string Path, int Rank)> Candidates(PlanDraft draft, string[] gone)
    {
        var problem = draft.Problem;
        List<(string, int)> candidates = [];
        foreach (var path in gone)
        {
            var key = problem.Key(path, "exists");
            if (draft.State.IsUnknown(key) || draft.State[key] is null || !draft.MayChange(key))
                continue;
            var parts = FacetPath.Split(path);
            if (parts is ["member", _])
            {
                draft.LeaveAlone(key, "a server is not removed by a plan: stop it and remove its data directory by hand");
                continue;
            }
            // What lies inside a database that goes as well goes with it.
            if (FacetPath.Parent(path) is { } parent && gone.Contains(parent) && parts[0] == "database")
                continue;
            if (parts is ["member", var carrier, "slot", var slot])
            {
                if (carrier != draft.Primary)
                    continue;
                if (problem.ActiveSlots.Contains(path))
                {
                    draft.Refuse(new Refusal(PlanRule.StillNeeded, $"Slot {slot} on {carrier} is not dropped: somebody streams from it.", "Stop the standby that uses it first.", null));
                    draft.LeaveAlone(key, "somebody streams from it");
                    continue;
                }
            }
            candidates.Add((path, parts switch
            {
                [_, _, "extension", _] => 0,
                [_, _, "schema", _] => 1,
                ["database", _] => 2,
                ["role", _] => RoleRank,
                _ => 4,
            }));
        }
        return candidates;
    }

    private static bool IsOverBudget(PlanDraft draft, List<(string Path, int Rank)> candidates)
    {
        var problem = draft.Problem;
        var budget = problem.Environment.Removal;
        // Of declared and made objects alike, so that the budget is the same before and after the rest of the plan is done.
        var managed = problem.Desired.All.Where(f => f.Key.Field == "exists" && !f.Key.Object.Contains("/memberOf/", StringComparison.Ordinal)).Select(f => f.Key.Object)
            .Union(candidates.Select(c => c.Path)).Count();
        // A percentage of a small cluster would be none at all; one removal is always within it.
        var byPercent = Math.Max(1, (int)((long)managed * budget.PercentMax / 100));
        if (candidates.Count <= budget.CountMax && candidates.Count <= byPercent)
            return false;
        var listed = string.Join(", ", candidates.Select(c => c.Path));
        draft.Refuse(new Refusal(
            PlanRule.RemovalBudget,
            string.Create(CultureInfo.InvariantCulture, $"Removing {candidates.Count} of {managed} managed objects is over the budget of {budget.CountMax} objects and {budget.PercentMax} %; none is removed: {listed}."),
            "Was a file lost? If it is meant, remove fewer at a time or raise spec.removal of the environment.",
            null));
        foreach (var (path, _) in candidates)
            draft.LeaveAlone(problem.Key(path, "exists"), "the removal budget is exceeded");
        return true;
    }

    private static string? StillOwns(PlanDraft draft, string rolePath, HashSet<string> removing)
    {
        var role = FacetPath.Split(rolePath)[1];
        foreach (var (path, owner) in draft.Problem.Owners.OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            if (removing.Contains(path) || (FacetPath.Parent(path) is { } parent && removing.Contains(parent)))
                continue;
            var now = draft.State[draft.Problem.Key(path, "owner")]?.Canonical ?? owner;
            if (now == role)
                return path;
        }
        return null;
    }

    private static void Remove(PlanDraft draft, string path, string[] gone)
    {
        var problem = draft.Problem;
        var parts = FacetPath.Split(path);
        var (sql, title, database, inTransaction) = parts switch
        {
            ["role", var r] => ($"DROP ROLE {SqlIdentifier.Quote(r)}", $"drop role {r}", "postgres", true),
            ["database", var d] => ($"DROP DATABASE {SqlIdentifier.Quote(d)}", $"drop database {d}", "postgres", false),
            ["database", var d, "schema", var s] => ($"DROP SCHEMA {SqlIdentifier.Quote(s)} RESTRICT", $"drop schema {d}.{s} (only if it is empty)", d, true),
            ["database", var d, "extension", var e] => ($"DROP EXTENSION {SqlIdentifier.Quote(e)} RESTRICT", $"drop extension {e} from {d}", d, true),
            ["member", var m, "slot", var s] => ($"SELECT pg_catalog.pg_drop_replication_slot({SqlLiteral.Quote(s)})", $"drop replication slot {s} on {m}", "postgres", false),
            _ => throw new InvalidOperationException($"No way to remove {path}."),
        };
        var before = draft.Steps.ToArray();
        var step = draft.Sql(path, "drop", title, database, [sql], null, StepTimeouts.Sql, inTransaction);
        step.Changing(draft.State, problem.Key(path, "exists"), null);
        step.Removes.Add(path);
        step.Removes.AddRange(gone.Where(g => FacetPath.IsWithin(g, path)));
        step.Hazards.Add(parts switch
        {
            ["database", _] => new Hazard(HazardKind.DataLoss, $"all data of database {parts[1]} is gone"),
            ["role", _] => new Hazard(HazardKind.AccessLoss, $"{parts[1]} can no longer log in, and its memberships are gone"),
            [_, _, "extension", _] => new Hazard(HazardKind.DataLoss, $"what the extension's own tables hold is gone"),
            [_, _, "schema", _] => new Hazard(HazardKind.AccessLoss, "queries that name the schema fail"),
            _ => new Hazard(HazardKind.DataLoss, "WAL that only this slot kept may be recycled"),
        });
        foreach (var earlier in before)
            step.After.Add(new StepDependency(earlier.Id, "removals come last, when everything else has succeeded"));
        draft.Add(step);
    }
}
