using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds.Roles;

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
            var path = new ObjectPath.Role(role.Name);
            if (role.Superuser && !Declared(problem, path, Field.Superuser))
                yield return new Danger(
                    path,
                    Field.Superuser,
                    "true",
                    "it bypasses every check and can read, change and execute anything on the server"
                );
            if (
                role.Replication
                && role.Name != access.ReplicationUser
                && !role.Superuser
                && !Declared(problem, path, Field.Replication)
            )
                yield return new Danger(
                    path,
                    Field.Replication,
                    "true",
                    "it can copy the whole cluster, and pose as a synchronous standby"
                );
            if (role.BypassRls && !role.Superuser && !Declared(problem, path, Field.BypassRls))
                yield return new Danger(path, Field.BypassRls, "true", "row-level security does not hold for it");
            if (role.CreateRole && !role.Superuser && !Declared(problem, path, Field.CreateRole))
                yield return new Danger(
                    path,
                    Field.CreateRole,
                    "true",
                    "before PostgreSQL 16 it can take over every role that is not a superuser"
                );
            if (role.CreateDb && !role.Superuser && !Declared(problem, path, Field.CreateDb))
                yield return new Danger(
                    path,
                    Field.CreateDb,
                    "true",
                    "it can make databases, copy those that are templates, and fill the disk"
                );
            if (role.PasswordVerifier is { IsMd5: true })
                yield return new Danger(
                    path,
                    Field.PasswordKind,
                    "md5",
                    "an md5 verifier is as good as the password to whoever reads it, and is cheap to guess"
                );
        }
    }

    private static bool Declared(ClusterProblem problem, ObjectPath path, Field field) =>
        problem.Desired.ByKey.ContainsKey(problem.Key(path, field));
}
