using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Roles;

/// <summary>Roles: attributes, memberships and settings in one transaction a role; the password apart.</summary>
internal static class RoleSteps
{
    internal static void Draft(PlanDraft draft)
    {
        if (draft.Primary is null)
            return;
        var memberships = new MembershipChanges(draft);
        memberships.LeaveFirst();
        foreach (var role in draft.Problem.Cluster.Roles)
        {
            if (draft.Desired(new ObjectPath.Role(role.Name), Field.Exists) is null)
                continue;
            CreateOrAlter(draft, role, memberships);
            Password(draft, role);
        }
    }

    private static void CreateOrAlter(PlanDraft draft, Role role, MembershipChanges memberships)
    {
        var path = new ObjectPath.Role(role.Name);
        var quoted = SqlIdentifier.Quote(role.Name);
        var exists = draft.Desired(path, Field.Exists)!;
        var isMissing = draft.State[exists.Key] is null;
        if (isMissing && !draft.Wants(exists))
            return;

        var attributes = RoleAttribute.All.Select(a => draft.Wanted(path, a.Field)).OfType<DesiredFacet>().ToList();
        var changes = memberships.Of(role);
        var settings = ScopedSettings.Collect(draft, path);
        if (!isMissing && attributes.Count == 0 && changes.IsEmpty && settings.Count == 0)
            return;

        List<string> statements = [];
        var options = string.Concat(attributes.Select(a => " " + Option(a)));
        if (isMissing)
            statements.Add($"CREATE ROLE {quoted}{options}");
        else if (attributes.Count > 0)
            statements.Add($"ALTER ROLE {quoted}{options}");
        statements.AddRange(changes.Statements);
        statements.AddRange(settings.Select(s => s.Statement($"ALTER ROLE {quoted}")));

        List<string> parts = [.. attributes.Select(Words), .. changes.Words, .. settings.Select(s => s.Name)];
        var title =
            $"{(isMissing ? "create" : "alter")} role {role.Name}{(parts.Count == 0 ? "" : $" ({string.Join(", ", parts)})")}";
        var because = isMissing
            ? role.At
            : attributes
                .Select(f => f.At)
                .Concat(changes.Places)
                .Concat(settings.Select(s => s.At).OfType<Sources.SourceSpan>())
                .FirstOrDefault(role.At);
        var step = draft.Sql(path, isMissing ? "create" : "alter", title, "postgres", statements, because);
        if (isMissing)
        {
            step.Changing(draft.State, exists.Key, exists.Value);
            step.Creates.Add(path);
        }
        foreach (var facet in attributes)
            step.Changing(draft.State, facet.Key, facet.Value);
        changes.Mark(draft, step);
        foreach (var setting in settings)
            step.Changing(draft.State, setting.Key, setting.To);
        ScopedSettings.NeedRoles(draft, step, path, settings);
        if (!isMissing && attributes.Exists(a => a.Key.Field == Field.Login && a.Value.Canonical == "false"))
            step.Hazards.Add(new Hazard(HazardKind.AccessLoss, $"{role.Name} can no longer log in"));
        draft.Add(step);
    }

    private static void Password(PlanDraft draft, Role role)
    {
        var path = new ObjectPath.Role(role.Name);
        if (role.Password is not { } secret || draft.Desired(path, Field.Password) is not { } desired)
            return;
        if (
            draft.Problem.MissingSecrets.TryGetValue(role.Name, out var reason)
            && draft.Primary is { } p
            && draft.StatusOf(p) == MemberStatus.Primary
        )
        {
            draft.Refuse(
                new Refusal(
                    PlanRule.SecretMissing,
                    $"The password of role {role.Name} is left alone: {reason}.",
                    $"Provide {secret.Describe()}.",
                    secret.At
                )
            );
            return;
        }
        var isReplication =
            draft.Problem.Manages(ObjectKinds.OfServers) && role.Name == draft.Problem.Environment.Access.ReplicationUser;
        if (!draft.Wants(desired))
        {
            if (isReplication)
                ReplicationPasswordSteps.Use(draft, role, secret);
            return;
        }
        var isRotation = isReplication && draft.State[desired.Key]?.Canonical == "differs";
        var step = new StepDraft
        {
            Id = $"{draft.Problem.Cluster.Name}/{path}/password",
            Title = $"set the password of role {role.Name} (from {secret.Describe()})",
            Action = new StepAction.SetPassword(draft.Primary!, role.Name, secret),
            Timeout = StepTimeouts.Sql,
            Because = desired.At,
        };
        draft.NeedRole(step, role.Name, "the role has to exist");
        step.Changing(draft.State, desired.Key, desired.Value);
        if (step.Before[0].Value is not null)
            step.Hazards.Add(new Hazard(HazardKind.AccessLoss, $"logins of {role.Name} with the old password fail from then on"));
        if (isRotation)
            ReplicationPasswordSteps.Rotate(draft, role, secret, step);
        else
            draft.Add(step);
    }

    private static string Option(DesiredFacet facet) => RoleAttribute.Of(facet.Key.Field).Option(facet.Value);

    private static string Words(DesiredFacet facet) => RoleAttribute.Of(facet.Key.Field).Words(facet.Value);
}
