using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Members;

/// <summary>Brings members into being, or back: initialise, clone, start, slots.</summary>
internal static class MemberSteps
{
    internal static void Draft(PlanDraft draft)
    {
        var problem = draft.Problem;
        var members = problem.Cluster.Members;
        if (draft.Primary is null)
        {
            if (members.All(m => draft.StatusOf(m.Name) == MemberStatus.Absent))
            {
                var consent = problem.Allowances.Recreate(Allowances.WholeCluster);
                if (consent is null && MemberRefusals.WhyNotInitialised(problem) is { } refusal)
                    draft.Refuse(refusal);
                else
                    Initialise(draft, consent);
            }
            else
                Revive(draft);
        }
        if (draft.Primary is not { } primary)
            return;
        var prepared = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in members.OrderBy(m => Depth(draft.Problem.Cluster, m, primary)))
        {
            var upstream = Topology.UpstreamOf(member, primary);
            if (member.Name != primary && prepared.Add(upstream))
                Slots(draft, upstream, primary);
            switch (draft.StatusOf(member.Name))
            {
                case MemberStatus.Absent
                    when problem.Allowances.Recreate(new ObjectPath.Member(member.Name).ToString()) is { } consent:
                    Clone(draft, member, upstream, consent);
                    break;
                case MemberStatus.Absent when MemberRefusals.WhyNotReplaced(problem, member) is { } refusal:
                    draft.Refuse(refusal);
                    MemberRefusals.Leave(
                        draft,
                        member,
                        "it was found, not provisioned: it is not replaced without an approval that names it"
                    );
                    break;
                case MemberStatus.Absent:
                    Clone(draft, member, upstream, null);
                    break;
                case MemberStatus.StoppedStandby or MemberStatus.StoppedPrimary when MemberRefusals.IsElsewhere(draft, member):
                    break;
                case MemberStatus.StoppedStandby:
                    Start(draft, member, "its data directory is a standby's", upstream);
                    break;
                case MemberStatus.Standby:
                    Reconnect(draft, member, upstream);
                    break;
                case MemberStatus.StoppedPrimary:
                    draft.Refuse(
                        new Refusal(
                            PlanRule.FormerPrimary,
                            $"{member.Name} was a primary and is stopped while {primary} is the primary; started as it is, it would be a second one.",
                            $"If it holds nothing that {primary} lacks, remove its data directory: it is then cloned again.",
                            member.At
                        )
                    );
                    MemberRefusals.Leave(draft, member, "it was a primary; starting it would split the cluster");
                    break;
            }
        }
    }

    private static void Initialise(PlanDraft draft, ApprovalDocument? consent)
    {
        var problem = draft.Problem;
        var member = problem.Cluster.Members.First(m => m.Initial);
        if (!draft.MayChange(problem.Key(new ObjectPath.Member(member.Name), Field.Exists)))
            return;
        var step = new StepDraft
        {
            Id = $"{problem.Cluster.Name}/{new ObjectPath.Member(member.Name)}/initialise",
            Title =
                $"initialise {member.Name} as the primary on {member.Host}, port {member.Port}{(consent is null ? "" : $", lost before; allowed by {consent.ApprovedBy} (approval {consent.Head.Name})")}",
            Action = new StepAction.InitialisePrimary(member.Name),
            Timeout = StepTimeouts.Initialise,
            Because = member.At,
        };
        // Every member has to be known absent: one that merely cannot be reached may be a living primary.
        foreach (var other in problem.Cluster.Members)
            step.Before.Add(new FacetState(problem.Key(new ObjectPath.Member(other.Name), Field.Exists), null));
        step.Effects.AddRange(States(problem, member.Name, "primary"));
        step.Effects.AddRange(new Made.Server(problem, member.Name).Effects());
        if (consent is not null)
            step.Effects.Add(problem.Allowances.UseOf(consent, Allowances.WholeCluster));
        step.Creates.Add(new ObjectPath.Member(member.Name));
        step.Creates.AddRange(
            problem
                .Cluster.Members.Where(m => m != member && Topology.UpstreamOf(m, member.Name) == member.Name)
                .Select(m => new ObjectPath.Slot(member.Name, m.SlotName))
        );
        draft.Add(step);
    }

    private static IEnumerable<FacetState> States(ClusterProblem problem, string member, string role)
    {
        var path = new ObjectPath.Member(member);
        yield return new FacetState(problem.Key(path, Field.Exists), CanonicalForm.Exists);
        yield return new FacetState(problem.Key(path, Field.Running), CanonicalForm.True);
        yield return new FacetState(problem.Key(path, Field.Role), FacetValue.Of(role));
    }

    /// <summary>Nobody is primary, and not everything is absent.</summary>
    private static void Revive(PlanDraft draft)
    {
        var members = draft.Problem.Cluster.Members;
        var unreadable = members.Where(m => draft.StatusOf(m.Name) == MemberStatus.Unreadable).ToArray();
        var stopped = members.Where(m => draft.StatusOf(m.Name) == MemberStatus.StoppedPrimary).ToArray();
        // A member nobody can see may have been promoted: starting the old primary then would split the cluster.
        if (unreadable.Length == 0 && draft.Problem.NewestStopped is { } name && members.First(m => m.Name == name) is var newest)
        {
            if (MemberRefusals.IsElsewhere(draft, newest))
                return;
            if (!draft.Problem.Allowances.Primaries.Contains(newest.Name) && MemberRefusals.IsDoubtful(draft, newest))
                return;
            var why =
                stopped.Length == 1
                    ? "it is the only one with a primary's data directory"
                    : "of those with a primary's data directory it holds the newest history";
            Start(draft, newest, $"{why}, and every other member is known not to be primary", null);
            return;
        }
        MemberRefusals.WithoutPrimary(draft);
    }

    /// <summary>Links between a member and the primary: a cascade comes after what it streams from.</summary>
    private static int Depth(Cluster cluster, Member member, string primary)
    {
        var depth = 0;
        for (var at = member; at.Name != primary && depth <= cluster.Members.Count; depth++)
        {
            if (cluster.FindMember(Topology.UpstreamOf(at, primary)) is not { } next)
                break;
            at = next;
        }
        return depth;
    }

    private static void Clone(PlanDraft draft, Member member, string primary, ApprovalDocument? consent)
    {
        var problem = draft.Problem;
        var path = new ObjectPath.Member(member.Name);
        if (!draft.MayChange(problem.Key(path, Field.Exists)))
            return;
        if (problem.Strayed.TryGetValue(primary, out var strayed))
        {
            var why = $"its source {primary} does not follow the primary's history: {strayed}";
            draft.Refuse(
                new Refusal(
                    PlanRule.OutdatedPrimary,
                    $"{member.Name} is not cloned: {why}.",
                    $"Rebuild {primary} first.",
                    member.At
                )
            );
            draft.LeaveAlone(problem.Key(path, Field.Exists), why);
            return;
        }
        var step = new StepDraft
        {
            Id = $"{problem.Cluster.Name}/{path}/clone",
            Title = $"clone {member.Name} from {primary} as a standby on {member.Host}, port {member.Port}",
            Action = new StepAction.CloneStandby(member.Name, primary, member.SlotName),
            Timeout = StepTimeouts.Clone,
            Because = member.At,
        };
        step.Before.Add(new FacetState(problem.Key(path, Field.Exists), null));
        step.Needs.Add(
            new Need(
                problem.Key(new ObjectPath.Member(primary), Field.Running),
                CanonicalForm.True,
                $"a clone needs {primary} as its source"
            )
        );
        step.Needs.Add(
            new Need(
                problem.Key(new ObjectPath.Slot(primary, member.SlotName), Field.Exists),
                CanonicalForm.Exists,
                $"slot {member.SlotName} keeps the WAL of the copy"
            )
        );
        if (draft.Desired(new ObjectPath.AccessList(primary), Field.Lines) is { } list && draft.MayChange(list.Key))
        {
            foreach (var facet in (DesiredFacet[])[list, draft.Desired(new ObjectPath.AccessList(primary), Field.Loaded)!])
                step.Needs.Add(new Need(facet.Key, facet.Value, $"{primary} has to admit the host of {member.Name}"));
        }
        step.Effects.AddRange(States(problem, member.Name, "standby"));
        step.Effects.Add(new FacetState(problem.Key(path, Field.Streaming), CanonicalForm.True));
        step.Effects.AddRange(new Made.Copy(draft, member.Name, primary).Effects());
        if (consent is not null)
            step.Effects.Add(problem.Allowances.UseOf(consent, path.ToString()));
        step.Hazards.Add(new Hazard(HazardKind.LongRunning, $"copies all data of {primary} over the network"));
        step.Creates.Add(path);
        draft.Add(step);
    }

    private static void Start(PlanDraft draft, Member member, string why, string? primary)
    {
        var problem = draft.Problem;
        var path = new ObjectPath.Member(member.Name);
        if (draft.Wanted(path, Field.Running) is not { } running)
            return;
        var step = new StepDraft
        {
            Id = $"{problem.Cluster.Name}/{path}/start",
            Title = $"start {member.Name}: {why}",
            Action = new StepAction.StartServer(member.Name),
            Timeout = StepTimeouts.Start,
            Because = member.At,
        };
        step.Changing(draft.State, running.Key, CanonicalForm.True);
        if (primary is not null)
        {
            step.Effects.Add(new FacetState(problem.Key(path, Field.Streaming), CanonicalForm.True));
            step.Needs.Add(
                new Need(
                    problem.Key(new ObjectPath.Member(primary), Field.Running),
                    CanonicalForm.True,
                    $"a standby starts after its primary {primary}"
                )
            );
        }
        draft.Add(step);
    }

    /// <summary>Somebody pointed a standby elsewhere by ALTER SYSTEM; what it was cloned with stands beneath and leads back.</summary>
    private static void Reconnect(PlanDraft draft, Member member, string upstream)
    {
        var path = new ObjectPath.Member(member.Name);
        if (
            draft.Wanted(path, Field.Streaming) is not { } streaming
            || !draft.Problem.StrayUpstreams.TryGetValue(member.Name, out var settings)
        )
            return;
        // It could not follow, and what it holds beyond the fork would be forgotten.
        if (
            draft.Problem.Strayed.TryGetValue(member.Name, out var strayed)
            || draft.Problem.Strayed.TryGetValue(upstream, out strayed)
        )
        {
            draft.LeaveAlone(streaming.Key, $"it is not pointed to {upstream}, whose history is another: {strayed}");
            return;
        }
        string[] statements = [.. settings.Select(s => AlterSystem.Write(s, null)), "SELECT pg_catalog.pg_reload_conf()"];
        var step = draft.Sql(
            path,
            "reconnect",
            $"reconnect {member.Name} to {upstream}: reset {string.Join(" and ", settings)}, set there by ALTER SYSTEM",
            "postgres",
            statements,
            member.At,
            inTransaction: false,
            member: member.Name
        );
        step.Changing(draft.State, streaming.Key, CanonicalForm.True);
        step.Needs.Add(
            new Need(
                draft.Problem.Key(new ObjectPath.Slot(upstream, member.SlotName), Field.Exists),
                CanonicalForm.Exists,
                $"it streams over slot {member.SlotName}"
            )
        );
        draft.Add(step);
    }

    private static void Slots(PlanDraft draft, string carrier, string primary)
    {
        if (draft.StatusOf(carrier) is not (MemberStatus.Primary or MemberStatus.Standby))
            return;
        var missing = draft
            .Problem.Cluster.Members.Where(m => m.Name != primary && Topology.UpstreamOf(m, primary) == carrier)
            .Select(m => (m.SlotName, Facet: draft.Wanted(new ObjectPath.Slot(carrier, m.SlotName), Field.Exists)))
            .Where(s => s.Facet is not null)
            .ToArray();
        if (missing.Length == 0)
            return;
        // Without immediate reservation: a slot that nobody uses yet must not hold WAL back until the disk is full.
        string[] statements =
        [
            .. missing.Select(s =>
                $"SELECT pg_catalog.pg_create_physical_replication_slot({SqlLiteral.Quote(s.SlotName)}) WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots WHERE slot_name = {SqlLiteral.Quote(s.SlotName)})"
            ),
        ];
        var names = string.Join(", ", missing.Select(s => s.SlotName));
        var step = draft.Sql(
            new ObjectPath.Member(carrier),
            "slots",
            $"create replication {(missing.Length == 1 ? "slot" : "slots")} {names} on {carrier}",
            "postgres",
            statements,
            missing[0].Facet!.At,
            inTransaction: false,
            member: carrier
        );
        foreach (var (slot, facet) in missing)
        {
            step.Changing(draft.State, facet!.Key, facet.Value);
            step.Creates.Add(new ObjectPath.Slot(carrier, slot));
        }
        draft.Add(step);
    }
}
