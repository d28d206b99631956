using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Kinds.Parameters;

/// <summary>synchronous_standby_names and synchronous_commit, once the standbys they speak of stream.</summary>
internal static class SynchronousSteps
{
    private static readonly string[] Names = ["synchronous_commit", "synchronous_standby_names"];

    internal static bool Owns(ClusterProblem problem, string parameter) =>
        problem.Cluster.Replication.Synchronous is not null && parameter is "synchronous_standby_names" or "synchronous_commit";

    internal static void Draft(PlanDraft draft)
    {
        var problem = draft.Problem;
        if (draft.Primary is not { } primary || problem.Cluster.Replication.Synchronous is not { } declared)
            return;
        var rule = declared.Rule;
        var targets = problem
            .Cluster.Members.Where(m => draft.StatusOf(m.Name) is MemberStatus.Primary or MemberStatus.Standby)
            .Select(m => (m.Name, Facets: Wanted(draft, m.Name)))
            .Where(t => t.Facets.Count > 0)
            .OrderBy(t => t.Name == primary)
            .ToArray();
        if (targets.Length == 0)
            return;

        var changesRule = targets
            .SelectMany(t => t.Facets)
            .Any(f => f.Key.Object is ObjectPath.Parameter { Name: "synchronous_standby_names" });
        var streaming = rule.Names.Where(n => n != primary && draft.State[Streaming(problem, n)] == CanonicalForm.True).ToArray();
        if (changesRule && streaming.Length < rule.Count)
        {
            var why =
                $"commits would wait at once: {rule.Count} of {string.Join(", ", rule.Names)} have to stream and {(streaming.Length == 0 ? "none does" : $"only {string.Join(", ", streaming)} does")}";
            draft.Refuse(
                new Refusal(
                    PlanRule.WouldBlockCommits,
                    $"The synchronous rule is not set: {why}.",
                    "Bring the standbys back first; the next plan sets the rule.",
                    declared.At
                )
            );
            foreach (var facet in targets.SelectMany(t => t.Facets))
                draft.LeaveAlone(facet.Key, why);
            return;
        }
        foreach (var (member, facets) in targets)
            Set(draft, member, facets, member == primary ? streaming : [], rule.Count);
    }

    /// <summary>Why commits would wait while a standby is away, or null when enough others stream.</summary>
    internal static string? WouldWaitWithout(PlanDraft draft, string standby)
    {
        if (draft.Primary is not { } primary)
            return null;
        var problem = draft.Problem;
        var text = draft
            .State[problem.Key(new ObjectPath.Parameter(primary, "synchronous_standby_names"), Field.Value)]
            ?.Canonical;
        if (text is null || SynchronousRule.OfCanonical(text) is not { } rule || !rule.Lists(standby))
            return null;
        var others = problem.Cluster.Members.Count(m =>
            m.Name != standby
            && m.Name != primary
            && rule.Lists(m.Name)
            && draft.State[Streaming(problem, m.Name)] == CanonicalForm.True
        );
        return others < rule.Count
            ? $"while {standby} is away only {others} of the {rule.Count} standbys that commits wait for are there"
            : null;
    }

    private static List<DesiredFacet> Wanted(PlanDraft draft, string member)
    {
        List<DesiredFacet> wanted = [];
        foreach (var name in Names)
        {
            foreach (var field in (Field[])[Field.Configured, Field.Value])
            {
                if (draft.Wanted(new ObjectPath.Parameter(member, name), field) is not { } facet)
                    continue;
                if (draft.Problem.Overrides.TryGetValue(facet.Key.Object, out var source))
                {
                    var why = $"{name} on {member} is held by {source}, which ALTER SYSTEM cannot beat";
                    draft.LeaveAlone(facet.Key, why);
                    if (field == Field.Value)
                        draft.Refuse(
                            new Refusal(
                                PlanRule.Overridden,
                                why + ".",
                                "Remove the override where it stands: in the file, or in the way the server is started.",
                                facet.At
                            )
                        );
                    continue;
                }
                wanted.Add(facet);
            }
        }
        return wanted;
    }

    private static void Set(PlanDraft draft, string member, List<DesiredFacet> facets, string[] streaming, int count)
    {
        var problem = draft.Problem;
        var path = new ObjectPath.Member(member);
        List<string> statements = [];
        foreach (var facet in facets.Where(f => f.Key.Field == Field.Configured))
            statements.Add(AlterSystem.Write(facet.Key.Object.ParameterName!, facet.Value.Written));
        statements.Add("SELECT pg_catalog.pg_reload_conf()");
        var declared = problem.Cluster.Replication.Synchronous!;
        var step = new StepDraft
        {
            Id = $"{problem.Cluster.Name}/{path}/synchronous",
            Title = $"set the synchronous rule on {member}: {declared.Rule}, commit {declared.Commit.Spell()}",
            Action = new StepAction.ExecuteSql(member, "postgres", statements.ToEquatableArray(), InTransaction: false),
            Timeout = StepTimeouts.Sql,
            Because = declared.At,
        };
        step.Needs.Add(new Need(problem.Key(path, Field.Running), CanonicalForm.True, $"{member} has to run"));
        foreach (var facet in facets)
            step.Changing(draft.State, facet.Key, facet.Value);
        // Only as many as the rule counts: one more that cannot be brought up must not keep the rule from being set.
        foreach (var standby in streaming.OrderBy(s => !IsStreamingNow(problem, s)).Take(count))
            step.Needs.Add(
                new Need(
                    Streaming(problem, standby),
                    CanonicalForm.True,
                    $"commits will wait for {standby}, so it has to stream first"
                )
            );
        if (streaming.Length == count)
            step.Hazards.Add(
                new Hazard(
                    HazardKind.CommitsMayWait,
                    $"exactly {count} of the listed standbys stream: commits wait when one of them is away"
                )
            );
        step.Hazards.Add(new Hazard(HazardKind.Reload, $"reloads the configuration of {member}"));
        draft.Add(step);
    }

    private static bool IsStreamingNow(ClusterProblem problem, string member) =>
        problem.Live.GetValueOrDefault(Streaming(problem, member)) == CanonicalForm.True;

    private static FacetKey Streaming(ClusterProblem problem, string member) =>
        problem.Key(new ObjectPath.Member(member), Field.Streaming);
}
