using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds.Roles;

/// <summary>Another password for the role the standbys log in with: prepared on all their hosts, then set on the primary, then put to use on the hosts.</summary>
/// <remarks>
/// Sessions that stream go on throughout: a password is asked for at a connect only. Preparing changes nothing, so a host
/// that cannot be written to ends the rotation while everything is as it was. From the new verifier on, a standby that has to
/// reconnect waits for its own file, which the next steps write; killed between, the record of what was prepared says
/// which hosts are left, and the next pass goes on with them.
/// </remarks>
internal static class ReplicationPasswordSteps
{
    private static readonly FacetValue Prepared = FacetValue.Of("prepared");

    internal static void Rotate(PlanDraft draft, Role role, SecretReference secret, StepDraft change)
    {
        var problem = draft.Problem;
        var password = problem.Key(new ObjectPath.Role(role.Name), Field.Password);
        var standbys = problem
            .Cluster.Members.Where(m =>
                m.Name != draft.Primary
                && IsThere(problem, m)
                && !(problem.OtherLogins.TryGetValue(m.Name, out var why) && why is null)
            )
            .ToArray();
        if (problem.Cluster.Members.FirstOrDefault(m => m.Name != draft.Primary && IsUnknown(problem, m)) is { } unknown)
        {
            draft.LeaveAlone(
                password,
                $"{unknown.Name} cannot be read, and would be disconnected by a password that its host does not have"
            );
            return;
        }
        if (standbys.FirstOrDefault(s => problem.OtherLogins.ContainsKey(s.Name)) is { } other)
        {
            draft.LeaveAlone(
                password,
                $"{other.Name} would be disconnected: {problem.OtherLogins[other.Name]}; give it the password there, or set it on server and standbys by hand"
            );
            return;
        }
        if (problem.RecordProblem is not null)
        {
            draft.LeaveAlone(password, "which hosts have the new password already is not known while the record cannot be read");
            return;
        }
        foreach (var standby in standbys)
        {
            var key = problem.Key(new ObjectPath.Member(standby.Name), Field.PasswordFile);
            if (!Prepared.Equals(draft.State[key]))
            {
                var step = Write(
                    draft,
                    standby,
                    role,
                    secret,
                    false,
                    "prepare",
                    $"prepare the new password of role {role.Name} on the host of {standby.Name} (not in use yet)"
                );
                step.Changing(draft.State, key, Prepared);
                draft.Add(step);
            }
            change.Needs.Add(
                new Need(key, Prepared, $"the host of {standby.Name} must have the new password before the server asks for it")
            );
        }
        // A copy made before would log in with a password that the server does not know yet.
        foreach (var clone in draft.Steps.Where(s => s.Action is StepAction.CloneStandby))
            clone.Needs.Add(
                new Need(password, FacetValue.Of("matches"), $"a clone logs in as {role.Name} with the declared password")
            );
        draft.Add(change);
        Use(draft, role, secret);
    }

    /// <summary>Hosts where the password is prepared, once the server knows it: also what an interrupted rotation left.</summary>
    internal static void Use(PlanDraft draft, Role role, SecretReference secret)
    {
        var problem = draft.Problem;
        var password = problem.Key(new ObjectPath.Role(role.Name), Field.Password);
        if (draft.State[password]?.Canonical != "matches")
            return;
        foreach (var member in problem.Cluster.Members.Where(m => IsThere(problem, m)))
        {
            var key = problem.Key(new ObjectPath.Member(member.Name), Field.PasswordFile);
            if (!Prepared.Equals(draft.State[key]) || !draft.MayChange(password))
                continue;
            var step = Write(
                draft,
                member,
                role,
                secret,
                true,
                "use",
                $"let {member.Name} log in to its source with the new password of role {role.Name}"
            );
            step.Changing(draft.State, key, null);
            step.Needs.Add(new Need(password, FacetValue.Of("matches"), "the server has to know the password first"));
            draft.Add(step);
        }
    }

    private static StepDraft Write(
        PlanDraft draft,
        Member member,
        Role role,
        SecretReference secret,
        bool inUse,
        string verb,
        string title
    ) =>
        new()
        {
            Id = $"{draft.Problem.Cluster.Name}/{new ObjectPath.Member(member.Name)}/password-file/{verb}",
            Title = title,
            Action = new StepAction.WritePasswordFile(member.Name, role.Name, secret, inUse),
            Timeout = StepTimeouts.PasswordFile,
            Because = secret.At,
        };

    private static bool IsThere(ClusterProblem problem, Member member) =>
        problem.Live.ContainsKey(problem.Key(new ObjectPath.Member(member.Name), Field.Exists));

    private static bool IsUnknown(ClusterProblem problem, Member member) =>
        problem.Unknown.ContainsKey(problem.Key(new ObjectPath.Member(member.Name), Field.Exists))
        || problem.Unknown.ContainsKey(problem.Key(new ObjectPath.Member(member.Name), Field.Running));
}
