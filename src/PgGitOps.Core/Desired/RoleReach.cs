namespace PgGitOps.Core.Desired;

/// <summary>A role and every role it is a member of, directly or not.</summary>
public static class RoleReach
{
    /// <summary>By the memberships that the cluster's document declares.</summary>
    public static HashSet<string> Of(Cluster cluster, string role) =>
        Of(role, name => cluster.Roles.FirstOrDefault(r => r.Name == name)?.MemberOf.Select(g => g.Value) ?? []);

    /// <param name="groupsOf">Roles that a role is a member of directly. They may go round in a circle.</param>
    public static HashSet<string> Of(string role, Func<string, IEnumerable<string>> groupsOf)
    {
        var reach = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([role]);
        while (open.TryPop(out var name))
        {
            if (!reach.Add(name))
                continue;
            foreach (var group in groupsOf(name))
                open.Push(group);
        }
        return reach;
    }
}
