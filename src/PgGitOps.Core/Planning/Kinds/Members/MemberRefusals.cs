using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Kinds.Members;

/// <summary>Why a member is not made, copied or started: each says who holds what, and what a person may allow by name.</summary>
internal static class MemberRefusals
{
    /// <summary>Started as it is, it would accept writes without what others hold, or may hold: those commits would be lost.</summary>
    internal static bool IsDoubtful(PlanDraft draft, Member member)
    {
        var problem = draft.Problem;
        if (problem.HistoryClaims.TryGetValue(member.Name, out var claims))
        {
            Outdated(draft, member, claims);
            return true;
        }
        // Where the last primary is known and every other member was seen, nobody was promoted whom only an archive could know.
        if (problem.UnansweredArchives.Count == 0 || problem.IsNewestStoppedSettled)
            return false;
        draft.Refuse(
            new Refusal(
                PlanRule.ArchiveUnanswered,
                $"{member.Name} holds a primary's data and is not started: {string.Join("; ", problem.UnansweredArchives)}; and not every other member was seen, or nobody remembers {member.Name} as the last primary, so it may have been replaced.",
                $"Make the archive answer: its restore_command is run on the member's host, as the server's owner. {Allowances.PrimaryHint(problem.Cluster.Name, member.Name)}",
                member.At
            )
        );
        Leave(draft, member, "whether somebody was promoted without it only an archive can say, and it gives no answer");
        return true;
    }

    private static void Outdated(PlanDraft draft, Member member, EquatableArray<HistoryClaim> claims)
    {
        draft.Refuse(
            new Refusal(
                PlanRule.OutdatedPrimary,
                $"{member.Name} holds a primary's data and is not started: {string.Join("; ", claims.Select(c => $"{c.Holder} holds {c.Holds}"))}.",
                $"Bring back, or promote, the member with the newest history. {Allowances.PrimaryHint(draft.Problem.Cluster.Name, member.Name)}",
                member.At
            )
        );
        Leave(draft, member, "others hold history that it lacks; which one counts is for people to say");
    }

    /// <summary>Absent everywhere is not never existed.</summary>
    internal static Refusal? WhyNotInitialised(ClusterProblem problem)
    {
        var approve =
            $"Find the data (an unmounted file system, a changed dataRoot, another host) or restore a backup. {Allowances.Hint(problem.Cluster.Name, Allowances.WholeCluster)}";
        if (problem.Remembered is { } known)
            return Missing(
                $"{problem.Cluster.Name} existed (system identifier {known.SystemIdentifier}, {known.Furthest}, last seen {known.Members.Select(m => m.Seen).Append(known.FurthestAt).Max().UtcDateTime:yyyy-MM-dd HH:mm:ss}Z), and none of its members has a data directory: it is missing, and no empty one is made in its place."
            );
        if (problem.Trace is { } trace)
            return Missing(
                $"{problem.Cluster.Name} existed ({trace}), and none of its members has a data directory: it is missing, and no empty one is made in its place."
            );
        if (problem.MemoryProblem is { } unreadable)
            return Missing(
                $"No member of {problem.Cluster.Name} has a data directory, and whether it ever existed nobody can say: {unreadable}."
            );
        return problem.Cluster.Members.FirstOrDefault(m => m.DataDirectory is not null) is { } found
            ? new Refusal(
                PlanRule.FoundMember,
                $"{found.Name} is declared with a data directory of its own, {found.DataDirectory?.Value}: it was found, not provisioned, and nothing is there. No empty cluster is made in its place.",
                approve,
                found.DataDirectory?.Span ?? found.At
            )
            : null;

        Refusal Missing(string message) => new(PlanRule.ClusterMissing, message, approve, problem.Cluster.Head.At);
    }

    /// <summary>A server that was there before the engine: what became of its data is for people to say.</summary>
    internal static Refusal? WhyNotReplaced(ClusterProblem problem, Member member) =>
        problem.Origins.GetValueOrDefault(member.Name) != MemberOrigin.Found
            ? null
            : new Refusal(
                PlanRule.FoundMember,
                $"{member.Name} was found, not provisioned, and its data are gone ({problem.MemberReasons.GetValueOrDefault(member.Name, "not observed")}): it is not replaced by a clone.",
                $"Bring its data back. {Allowances.Hint(problem.Cluster.Name, new ObjectPath.Member(member.Name).ToString())}",
                member.At
            );

    /// <summary>A stopped server whose data do not lie where the engine provisions: it is started the way its owner starts it.</summary>
    internal static bool IsElsewhere(PlanDraft draft, Member member)
    {
        if (!draft.Problem.Elsewhere.TryGetValue(member.Name, out var directory))
            return false;
        draft.Refuse(
            new Refusal(
                PlanRule.FoundMember,
                $"{member.Name} is stopped, and its data are at {directory}, not where the documents place what is provisioned: it is not started by the engine.",
                "Start it the way it is started. If spec.access.dataRoot was changed, move the data there first, or change it back.",
                member.At
            )
        );
        Leave(draft, member, $"its data are at {directory}, and it is started by whoever keeps it there");
        return true;
    }

    internal static void WithoutPrimary(PlanDraft draft)
    {
        var cluster = draft.Problem.Cluster;
        var states = string.Join(
            "; ",
            cluster.Members.Select(m =>
                $"{m.Name}: {Word(draft.StatusOf(m.Name))} ({draft.Problem.MemberReasons.GetValueOrDefault(m.Name, "not observed")})"
            )
        );
        var absent = cluster.Members.Where(m => draft.StatusOf(m.Name) == MemberStatus.Absent).ToArray();
        if (absent.Length > 0)
        {
            draft.Refuse(
                new Refusal(
                    PlanRule.WouldForkCluster,
                    $"{string.Join(", ", absent.Select(m => m.Name))} absent and no primary was seen: initialising now could make a second cluster. {states}.",
                    "Bring the primary back, or promote a standby, first.",
                    absent[0].At
                )
            );
            return;
        }
        if (cluster.Members.All(m => draft.StatusOf(m.Name) != MemberStatus.Unreadable))
        {
            draft.Refuse(
                new Refusal(
                    PlanRule.NobodyIsPrimary,
                    $"Every member of {cluster.Name} was seen, and none is the primary. {states}.",
                    "Promote the one that holds the newest history, or start it: that is a decision of its own, and no plan makes it.",
                    cluster.Head.At
                )
            );
            return;
        }
        draft.Refuse(
            new Refusal(
                PlanRule.NoPrimary,
                $"No primary of {cluster.Name} could be read, so no SQL is planned. {states}.",
                "Bring it back, or promote a standby: that is a decision of its own, and no plan makes it.",
                cluster.Head.At
            )
        );
    }

    internal static void Leave(PlanDraft draft, Member member, string why)
    {
        foreach (var field in (Field[])[Field.Running, Field.Streaming])
            draft.LeaveAlone(draft.Problem.Key(new ObjectPath.Member(member.Name), field), why);
    }

    private static string Word(MemberStatus status) =>
        status switch
        {
            MemberStatus.Primary => "primary",
            MemberStatus.Standby => "standby",
            MemberStatus.StoppedPrimary => "stopped, a primary's data",
            MemberStatus.StoppedStandby => "stopped, a standby's data",
            MemberStatus.Absent => "absent",
            MemberStatus.Unreadable => "unreadable",
        };
}
