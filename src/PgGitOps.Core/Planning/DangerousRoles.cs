using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning;

/// <summary>Roles with powers that no document gives them.</summary>
internal static class DangerousRoles
{
    internal static IEnumerable<Danger> Of(ClusterProblem problem, ServerFacts primary)
    {
        var access = problem.Environment.Access;
        foreach (var role in primary.Roles)
        {
            // The engine's own two roles are declared by the environment. The predefined pg_ roles cannot log in.
            if (role.Name == access.User || role.Name.StartsWith("pg_", StringComparison.Ordinal))
                continue;
            var path = FacetPath.Role(role.Name);
            if (role.Superuser && !Declared(problem, path, "superuser"))
                yield return new Danger(path, "superuser", "true", "it bypasses every check and can read, change and execute anything on the server");
            if (role.Replication && role.Name != access.ReplicationUser && !role.Superuser && !Declared(problem, path, "replication"))
                yield return new Danger(path, "replication", "true", "it can copy the whole cluster, and pose as a synchronous standby");
            if (role.BypassRls && !role.Superuser && !Declared(problem, path, "bypassRls"))
                yield return new Danger(path, "bypassRls", "true", "row-level security does not hold for it");
            if (role.CreateRole && !role.Superuser && !Declared(problem, path, "createRole"))
                yield return new Danger(path, "createRole", "true", "before PostgreSQL 16 it can take over every role that is not a superuser");
            if (role.PasswordVerifier is { IsMd5: true })
                yield return new Danger(path, "passwordKind", "md5", "an md5 verifier is as good as the password to whoever reads it, and is cheap to guess");
        }
    }

    private static bool Declared(ClusterProblem problem, string path, string field) => problem.Desired.ByKey.ContainsKey(problem.Key(path, field));
}
