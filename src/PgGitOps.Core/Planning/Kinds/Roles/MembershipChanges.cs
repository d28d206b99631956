using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Kinds.Roles;

/// <summary>Who joins which group and who leaves it. Where somebody joins, those who leave go first: a circle of roles that is turned round needs it.</summary>
internal sealed class MembershipChanges(PlanDraft draft)
{
    private readonly Dictionary<string, GroupMembers> groups = new(StringComparer.Ordinal);

    /// <summary>Steps in which somebody only leaves, by the memberships that end with them.</summary>
    private readonly List<(StepDraft Step, ObjectPath.Membership Left)> left = [];

    private int Major => draft.Problem.Cluster.PostgresMajor;

    /// <summary>Drafts what leaves in steps of its own where anybody joins.</summary>
    internal void LeaveFirst()
    {
        if (!draft.Problem.Cluster.Roles.Any(r => Joins(r).Any()))
            return;
        foreach (var role in draft.Problem.Cluster.Roles)
        {
            var path = new ObjectPath.Role(role.Name);
            if (draft.Desired(path, Field.Exists) is not { } exists || draft.State[exists.Key] is null)
                continue;
            var leaves = Leaves(role);
            if (leaves.Length == 0)
                continue;
            var changes = new RoleMemberships(this, role, [], [], leaves);
            var step = draft.Sql(
                path,
                "leave",
                $"alter role {role.Name} ({string.Join(", ", changes.Words)})",
                "postgres",
                [.. changes.Statements],
                role.At
            );
            changes.Mark(draft, step);
            left.AddRange(leaves.Select(l => (step, (ObjectPath.Membership)l.Object)));
            draft.Add(step);
        }
    }

    internal RoleMemberships Of(Role role)
    {
        var exists = draft.State[draft.Problem.Key(new ObjectPath.Role(role.Name), Field.Exists)] is not null;
        var joins = Joins(role).ToArray();
        var kept = exists ? Kept(role).Where(k => !joins.Any(j => j.Key.Object == k.Key.Object)).ToArray() : [];
        return new RoleMemberships(this, role, joins, kept, exists ? Leaves(role) : []);
    }

    private IEnumerable<DesiredFacet> Joins(Role role) =>
        role
            .MemberOf.Select(g => draft.Wanted(new ObjectPath.Membership(role.Name, g.Value), Field.Exists))
            .OfType<DesiredFacet>();

    /// <summary>Options of memberships that stay.</summary>
    private IEnumerable<DesiredFacet> Kept(Role role) =>
        role
            .MemberOf.SelectMany(g =>
                MembershipOption.All.Select(o => draft.Wanted(new ObjectPath.Membership(role.Name, g.Value), o.Field))
            )
            .OfType<DesiredFacet>();

    private FacetKey[] Leaves(Role role) =>
        [
            .. draft
                .StrayMemberships.Concat(draft.Dropped)
                .Where(k =>
                    k.Object is ObjectPath.Membership m
                    && m.Role == role.Name
                    && k.Field == Field.Exists
                    && draft.State[k] is not null
                    && draft.MayChange(k)
                )
                .Distinct()
                .Order(),
        ];

    private GroupMembers MembersOf(string group)
    {
        if (!groups.TryGetValue(group, out var members))
            groups.Add(group, members = new GroupMembers(group, draft.Problem.Memberships));
        return members;
    }

    /// <summary>Steps without which the group would still be a member of the one who joins it, by whatever way.</summary>
    private IEnumerable<StepDraft> Before(ObjectPath.Membership join)
    {
        if (left.Count == 0)
            return [];
        var groupsOf = draft.Problem.Memberships.ToLookup(m => m.Member, m => m.Role, StringComparer.Ordinal);
        return left.Where(l => Reaches(groupsOf, join.Group, l.Left.Role) && Reaches(groupsOf, l.Left.Group, join.Role))
            .Select(l => l.Step)
            .Distinct();
    }

    private static bool Reaches(ILookup<string, string> groupsOf, string from, string to) =>
        RoleReach.Of(from, g => groupsOf[g]).Contains(to);

    /// <summary>The memberships of one role that change.</summary>
    /// <param name="joins">Of <see cref="Field.Exists"/>; <paramref name="kept"/> of options.</param>
    internal sealed class RoleMemberships(
        MembershipChanges all,
        Role role,
        DesiredFacet[] joins,
        DesiredFacet[] kept,
        FacetKey[] leaves
    )
    {
        internal bool IsEmpty => joins.Length + kept.Length + leaves.Length == 0;

        /// <summary>Once only: each call moves what is known of the groups.</summary>
        internal IReadOnlyList<string> Statements { get; } =
        [
            .. leaves.SelectMany(l => all.MembersOf(GroupOf(l)).Leave(role.Name)),
            .. kept.GroupBy(k => k.Key.Object)
                .SelectMany(k =>
                    all.MembersOf(GroupOf(k.First().Key)).Change(role.Name, all.Wanted(k.First().Key.Object), all.Major)
                ),
            .. joins.Select(j => all.MembersOf(GroupOf(j.Key)).Join(role.Name, all.Said(role, j.Key.Object), all.Major)),
        ];

        internal IEnumerable<string> Words =>
            [
                .. joins.Select(j => $"member of {GroupOf(j.Key)}"),
                .. kept.Select(k =>
                    $"{(k.Value == CanonicalForm.True ? "" : "no ")}{MembershipOption.Of(k.Key.Field).Keyword} option in {GroupOf(k.Key)}"
                ),
                .. leaves.Select(l => $"no longer member of {GroupOf(l)}"),
            ];

        internal IEnumerable<SourceSpan> Places => joins.Concat(kept).Select(f => f.At);

        internal void Mark(PlanDraft draft, StepDraft step)
        {
            foreach (var facet in joins.Concat(kept))
                step.Changing(draft.State, facet.Key, facet.Value);
            foreach (var join in joins)
            {
                var membership = (ObjectPath.Membership)join.Key.Object;
                foreach (var option in MembershipOption.All)
                {
                    if (draft.Desired(membership, option.Field) is { } facet)
                        step.Changing(draft.State, facet.Key, facet.Value);
                }
                draft.NeedRole(step, membership.Group, $"a member joins {membership.Group} after it exists");
                foreach (var before in all.Before(membership))
                    step.After.Add(
                        new StepDependency(
                            before.Id,
                            $"{membership.Group} has to leave first: roles cannot be members in a circle"
                        )
                    );
            }
            foreach (var key in leaves)
            {
                step.Changing(draft.State, key, null);
                foreach (var option in MembershipOption.All)
                {
                    var key2 = key with { Field = option.Field };
                    if (draft.State[key2] is not null || draft.Problem.Applied.ContainsKey(key2))
                        step.Changing(draft.State, key2, null);
                }
            }
            if (leaves.Length > 0)
                step.Hazards.Add(
                    new Hazard(
                        HazardKind.AccessLoss,
                        $"{role.Name} loses what {string.Join(", ", leaves.Select(GroupOf))} may do"
                    )
                );
            if (kept.Any(k => k.Value == CanonicalForm.False))
                step.Hazards.Add(
                    new Hazard(
                        HazardKind.AccessLoss,
                        $"{role.Name} loses options of its membership in {string.Join(", ", kept.Select(k => GroupOf(k.Key)).Distinct(StringComparer.Ordinal))}"
                    )
                );
        }

        private static string GroupOf(FacetKey key) => ((ObjectPath.Membership)key.Object).Group;
    }

    /// <summary>Options of a live membership, as they are to be.</summary>
    private Dictionary<MembershipOption, bool> Wanted(ObjectPath membership) =>
        MembershipOption
            .All.Select(o => (Option: o, Facet: draft.Desired(membership, o.Field)))
            .Where(o => o.Facet is not null && (Equals(draft.State[o.Facet.Key], o.Facet.Value) || draft.MayChange(o.Facet.Key)))
            .ToDictionary(o => o.Option, o => o.Facet!.Value == CanonicalForm.True);

    /// <summary>Options to be named where somebody joins: inherit goes without saying where only the role's attribute asks for it.</summary>
    private Dictionary<MembershipOption, bool> Said(Role role, ObjectPath membership) =>
        Wanted(membership)
            .Where(w =>
                w.Key.Field != Field.Inherit
                || MembershipOption.Find(role, ((ObjectPath.Membership)membership).Group)?.Inherit is not null
            )
            .ToDictionary();
}
