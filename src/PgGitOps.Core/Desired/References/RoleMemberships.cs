using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class RoleMemberships : IClusterCheck
{
    private const int OptionsSince = 16;

    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        var declared = placed.Cluster.Roles.Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        foreach (
            var group in placed
                .Cluster.Roles.SelectMany(r => r.MemberOf)
                .Where(g => !RoleNames.IsKnown(placed, declared, g.Value))
        )
            findings.Add(Names.Unknown(ReferenceRules.UnknownRole, "role", group, declared, "in the cluster"));
        foreach (var role in placed.Cluster.Roles)
        {
            Names.FindRepeated("membership", role.MemberOf.Select(g => (g.Value, g.Span)), findings);
            foreach (
                var options in role.MembershipOptions.Where(o =>
                    placed.Cluster.PostgresMajor < OptionsSince && (o.Inherit is not null || o.Set is not null)
                )
            )
                findings.Add(
                    ReferenceRules.PrivilegeMismatch.At(
                        options.Group.Span,
                        "a membership has options inherit and set from PostgreSQL 16 on only",
                        "before, inherit of the role itself decides"
                    )
                );
        }
        FindCycles(placed.Cluster, findings);
    }

    private static void FindCycles(Cluster cluster, List<Diagnostic> findings)
    {
        var roles = new Dictionary<string, Role>(StringComparer.Ordinal);
        foreach (var role in cluster.Roles)
            roles.TryAdd(role.Name, role);
        var done = new HashSet<string>(StringComparer.Ordinal);
        var trail = new List<string>();
        foreach (var role in cluster.Roles)
            Visit(role);

        void Visit(Role role)
        {
            if (done.Contains(role.Name))
                return;
            trail.Add(role.Name);
            foreach (var group in role.MemberOf)
            {
                var start = trail.IndexOf(group.Value);
                if (start >= 0)
                    findings.Add(
                        ReferenceRules.RoleCycle.At(
                            group.Span,
                            "roles are members of each other in a circle: "
                                + string.Join(" → ", trail.Skip(start).Append(group.Value)),
                            "remove one of the memberships"
                        )
                    );
                else if (roles.TryGetValue(group.Value, out var next))
                    Visit(next);
            }
            trail.RemoveAt(trail.Count - 1);
            done.Add(role.Name);
        }
    }
}
