using System.Globalization;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Kinds.AccessLists;

/// <summary>Who may connect to servers that exist: pg_hba.conf as a whole, in one rename and a reload.</summary>
internal static class AccessListSteps
{
    internal static void Draft(PlanDraft draft)
    {
        foreach (
            var member in draft.Problem.Cluster.Members.Where(m =>
                draft.StatusOf(m.Name) is MemberStatus.Primary or MemberStatus.Standby
            )
        )
            Write(draft, member.Name);
    }

    private static void Write(PlanDraft draft, string member)
    {
        var path = new ObjectPath.AccessList(member);
        if (draft.Desired(path, Field.Lines) is not { } lines || draft.Desired(path, Field.Loaded) is not { } loaded)
            return;
        if (draft.Wants(lines))
            draft.Add(Write(draft, member, lines, loaded));
        else if (draft.Wants(loaded))
            Load(draft, member, lines, loaded);
    }

    private static StepDraft Write(PlanDraft draft, string member, DesiredFacet lines, DesiredFacet loaded)
    {
        var wanted = lines.Value.Canonical.Split('\n');
        var live = draft.State[lines.Key]?.Canonical.Split('\n') ?? [];
        var step = Step(
            draft,
            member,
            "write",
            Summary(wanted.Except(live).Count(), live.Except(wanted).Count()),
            new StepAction.WriteAccessList(member, wanted.ToEquatableArray()),
            lines
        );
        step.Changing(draft.State, lines.Key, lines.Value);
        if (draft.Wants(loaded))
            step.Changing(draft.State, loaded.Key, loaded.Value);
        if (live.Except(wanted).ToArray() is { Length: > 0 } gone)
            step.Hazards.Add(
                new Hazard(HazardKind.AccessLoss, $"no new session by {string.Join("; ", gone)}; those that are open go on")
            );
        return step;
    }

    /// <summary>What stands in the file as declared, and the server has not read.</summary>
    private static void Load(PlanDraft draft, string member, DesiredFacet lines, DesiredFacet loaded)
    {
        // Lines that were exempted and never loaded may shut everybody out, the engine first.
        if (draft.State.IsUnknown(lines.Key) || !Equals(draft.State[lines.Key], lines.Value))
        {
            draft.LeaveAlone(loaded.Key, "its lines are not as declared: load them by hand (pg_reload_conf) if they are right");
            return;
        }
        var step = Step(
            draft,
            member,
            "load",
            "it is as declared, and was never loaded",
            new StepAction.ExecuteSql(member, "postgres", ["SELECT pg_catalog.pg_reload_conf()"], InTransaction: false),
            loaded
        );
        draft.Add(step.Changing(draft.State, loaded.Key, loaded.Value));
    }

    private static StepDraft Step(PlanDraft draft, string member, string verb, string what, StepAction action, DesiredFacet facet)
    {
        var step = new StepDraft
        {
            Id = $"{draft.Problem.Cluster.Name}/{new ObjectPath.AccessList(member)}/{verb}",
            Title = $"{verb} pg_hba.conf of {member}: {what}",
            Action = action,
            Timeout = StepTimeouts.AccessList,
            Because = facet.At,
        };
        step.Needs.Add(
            new Need(draft.Problem.Key(new ObjectPath.Member(member), Field.Running), CanonicalForm.True, $"{member} has to run")
        );
        step.Hazards.Add(new Hazard(HazardKind.Reload, $"reloads the configuration of {member}"));
        return step;
    }

    private static string Summary(int added, int removed) =>
        (added, removed) switch
        {
            (0, 0) => "no line changes",
            (_, 0) => string.Create(CultureInfo.InvariantCulture, $"{Lines(added)} more"),
            (0, _) => string.Create(CultureInfo.InvariantCulture, $"{Lines(removed)} less"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{Lines(added)} more, {removed} less"),
        };

    private static string Lines(int count) =>
        count == 1 ? "1 line" : string.Create(CultureInfo.InvariantCulture, $"{count} lines");
}
