using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds.Roles;

/// <summary>Memberships that lead to a superuser, or to a predefined role that is as good as one, and that no document gives.</summary>
internal static class DangerousMemberships
{
    private static readonly Dictionary<string, string> Powers = new(StringComparer.Ordinal)
    {
        ["pg_execute_server_program"] = "run programs on the server's host as the server's own user",
        ["pg_write_server_files"] = "write files of the server's host as the server's own user",
        ["pg_read_server_files"] = "read files of the server's host as the server's own user",
        ["pg_write_all_data"] = "change every table",
        ["pg_read_all_data"] = "read every table",
        ["pg_create_subscription"] = "make subscriptions, which write by themselves and connect to other servers",
    };

    internal static IEnumerable<Danger> Of(ClusterProblem problem, ServerFacts primary)
    {
        var superusers = primary.Roles.Where(r => r.Superuser).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        var complete = problem.Cluster.Roles.Where(r => r.ListsMemberships).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        var groupsOf = primary.Memberships.ToLookup(m => m.Member, m => m.Role, StringComparer.Ordinal);
        foreach (var membership in primary.Memberships)
        {
            var path = new ObjectPath.Membership(membership.Member, membership.Role);
            // A list that is complete tells what is beside it as drift.
            if (
                superusers.Contains(membership.Member)
                || complete.Contains(membership.Member)
                || membership.Member.StartsWith("pg_", StringComparison.Ordinal)
                || problem.Desired.ByKey.ContainsKey(problem.Key(path, Field.Exists))
            )
                continue;
            if (PowerOf(membership.Role, superusers, groupsOf) is { } power)
                yield return new Danger(path, Field.Exists, "true", $"{membership.Member} can {power}");
        }
    }

    /// <summary>What a member of the group can do by it, the worst first; null for nothing that is told.</summary>
    private static string? PowerOf(string group, HashSet<string> superusers, ILookup<string, string> groupsOf)
    {
        var reached = RoleReach.Of(group, g => groupsOf[g]);
        var by = reached.FirstOrDefault(superusers.Contains) is { } superuser
            ? (Name: superuser, Words: $"become superuser {superuser}, which bypasses every check")
            : Powers.Where(p => reached.Contains(p.Key)).Select(p => (Name: p.Key, Words: p.Value)).FirstOrDefault();
        return by.Name is null ? null
            : by.Name == group ? by.Words
            : $"{by.Words} (through {by.Name})";
    }
}
