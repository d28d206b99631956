using System.Globalization;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds.Roles;

internal static class ImportedRoles
{
    /// <summary>Roles that people made: not PostgreSQL's own, not the engine's logins.</summary>
    public static bool IsDeclared(RoleFact role, ImportRequest request) =>
        !role.Name.StartsWith("pg_", StringComparison.Ordinal)
        && role.Name != request.AccessUser
        && role.Name != request.ReplicationUser
        && !(role is { Superuser: true, Name: "postgres" })
        && !role.Name.Any(char.IsControl);

    /// <summary>May stand as owner, group or grantee in the document.</summary>
    public static Func<string, bool> Declared(ServerFacts primary, ImportRequest request)
    {
        var names = primary.Roles.Where(r => IsDeclared(r, request)).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        return name => Everyone.Is(name) || names.Contains(name);
    }

    internal static void Write(ImportScope scope)
    {
        var (yaml, _, request, _, primary, isDeclared) = scope;
        yaml.Under(
            "roles",
            () =>
            {
                foreach (
                    var scoped in primary.ScopedSettings.Where(s =>
                        s is { Database: null, Role: null } or { Database: not null, Role: not null }
                    )
                )
                    yaml.Comment(
                        $"left out: {scoped.Name}, set for {(scoped.Role is null ? "all roles" : $"role {scoped.Role} in database {scoped.Database}")}"
                    );
                foreach (var role in primary.Roles.Where(r => IsDeclared(r, request)))
                    Write(yaml, role, primary, isDeclared);
            }
        );
    }

    private static void Write(YamlText yaml, RoleFact role, ServerFacts primary, Func<string, bool> isDeclared)
    {
        if (role.PasswordVerifier is not null)
            yaml.Comment($"{role.Name} has a password. To manage it, add: password: {{ env: {Variable(role.Name)} }}");
        List<string> groups = [];
        foreach (var membership in primary.Memberships.Where(m => m.Member == role.Name))
        {
            if (isDeclared(membership.Role) || membership.Role.StartsWith("pg_", StringComparison.Ordinal))
                groups.Add(membership.Role);
            else
                yaml.Comment($"left out: {role.Name} is a member of {membership.Role}, which is not declared");
            if (membership.AdminOption)
                yaml.Comment($"left out: {role.Name} may pass on its membership in {membership.Role} (ADMIN OPTION)");
        }
        var until =
            role.ValidUntil is { } moment && moment.Ticks % TimeSpan.TicksPerSecond == 0
                ? YamlText.Scalar(moment.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
                : null;
        if (role.ValidUntil is not null && until is null)
            yaml.Comment($"left out: the password of {role.Name} ends at a fraction of a second");
        var settings = primary
            .ScopedSettings.Where(s => s.Role == role.Name && s.Database is null)
            .Select(s => (YamlText.Key(s.Name), (string?)YamlText.Setting(s.Value)))
            .ToArray();
        yaml.Line(
            "- "
                + YamlText.Flow([
                    ("name", YamlText.Scalar(role.Name)),
                    ("login", role.Login ? "true" : "false"),
                    ("superuser", role.Superuser ? "true" : null),
                    ("createDb", role.CreateDb ? "true" : null),
                    ("createRole", role.CreateRole ? "true" : null),
                    ("replication", role.Replication ? "true" : null),
                    ("bypassRls", role.BypassRls ? "true" : null),
                    ("inherit", role.Inherit ? null : "false"),
                    ("connectionLimit", role.ConnectionLimit == -1 ? null : YamlText.Number(role.ConnectionLimit)),
                    ("validUntil", until),
                    ("memberOf", groups.Count == 0 ? null : YamlText.FlowList(groups)),
                    ("settings", settings.Length == 0 ? null : YamlText.Flow(settings)),
                ])
        );
    }

    /// <summary>A name for the environment variable that may hold the role's password.</summary>
    private static string Variable(string role) =>
        (char.IsAsciiDigit(role[0]) ? "_" : "")
        + string.Concat(role.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'))
        + "_PASSWORD";
}
