using System.Globalization;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Settings;

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
                    yaml.LeftOut(
                        $"setting {scoped.Name}, set for {(scoped.Role is null ? "all roles" : $"role {scoped.Role} in database {scoped.Database}")}"
                    );
                WriteOthers(scope);
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
                groups.Add(Group(role, membership, primary));
            else
                yaml.LeftOut(
                    $"{role.Name} is a member of {membership.Role}, which is not declared; so that it is not revoked, memberOf of {role.Name} is left out"
                );
            foreach (var grant in membership.Grants.Where(g => !IsSuperuser(primary, g.Grantor)))
                yaml.Comment(
                    $"{role.Name} is a member of {membership.Role} by {grant.Grantor}'s grant; made again, it comes from the engine's login"
                );
        }
        var isComplete = groups.Count == primary.Memberships.Count(m => m.Member == role.Name);
        var until =
            role.ValidUntil is not { } moment ? "infinity"
            : moment != DateTimeOffset.MaxValue && moment.Ticks % TimeSpan.TicksPerSecond == 0
                ? YamlText.Scalar(moment.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
            : null;
        if (until is null)
            yaml.LeftOut($"the password of {role.Name} ends at a moment that documents cannot say");
        foreach (var secret in Settings(primary, role.Name).Where(s => SecretSettings.IsRedacted(s.Value)))
            yaml.LeftOut($"setting {secret.Name} of role {role.Name}: its value may hold a secret, and is not shown");
        (string, string?)[] fields =
        [
            ("name", YamlText.Scalar(role.Name)),
            // Also what is off: a field that is left out is not managed.
            ("login", Word(role.Login)),
            ("superuser", Word(role.Superuser)),
            ("createDb", Word(role.CreateDb)),
            ("createRole", Word(role.CreateRole)),
            ("replication", Word(role.Replication)),
            ("bypassRls", Word(role.BypassRls)),
            ("inherit", Word(role.Inherit)),
            ("connectionLimit", YamlText.Number(role.ConnectionLimit)),
            ("validUntil", until),
            ("memberOf", isComplete ? $"[ {string.Join(", ", groups)} ]" : null),
        ];
        var settings = Settings(primary, role.Name).Where(s => !SecretSettings.IsRedacted(s.Value)).ToArray();
        if (settings.Length == 0)
        {
            yaml.Line("- " + YamlText.Flow(fields));
            return;
        }
        // A line each, so that one that does not hold can be left out.
        yaml.Entry("", fields);
        yaml.Line("  settings:");
        foreach (var setting in settings)
            yaml.Line($"    {YamlText.Key(setting.Name)}: {YamlText.Setting(setting.Value)}");
    }

    private static IEnumerable<ScopedSettingFact> Settings(ServerFacts primary, string role) =>
        primary.ScopedSettings.Where(s => s.Role == role && s.Database is null);

    /// <summary>Roles that are no part of the document, and what people gave them.</summary>
    private static void WriteOthers(ImportScope scope)
    {
        foreach (var role in scope.Primary.Roles.Where(r => !IsDeclared(r, scope.Request)))
        {
            var isPredefined = role.Name.StartsWith("pg_", StringComparison.Ordinal);
            List<string> what = [.. Settings(scope.Primary, role.Name).Select(s => $"setting {s.Name}")];
            what.AddRange(
                scope
                    .Primary.Memberships.Where(m =>
                        m.Member == role.Name && !(isPredefined && m.Role.StartsWith("pg_", StringComparison.Ordinal))
                    )
                    .Select(m => $"member of {m.Role}")
            );
            if (!isPredefined || what.Count > 0)
                scope.Yaml.LeftOut(
                    $"role {role.Name}, {WhyNot(role, scope.Request)}{(what.Count > 0 ? $": {string.Join(", ", what)}" : "")}"
                );
        }
    }

    private static string WhyNot(RoleFact role, ImportRequest request) =>
        role.Name.StartsWith("pg_", StringComparison.Ordinal) ? "which PostgreSQL makes"
        : role.Name == request.AccessUser ? "which the engine logs in with"
        : role.Name == request.ReplicationUser ? "which standbys stream with"
        : role.Name.Any(char.IsControl) ? "whose name holds control characters"
        : "the superuser that the server was made with";

    private static string Word(bool value) => value ? "true" : "false";

    private static bool IsSuperuser(ServerFacts primary, string role) => primary.Roles.Any(r => r.Name == role && r.Superuser);

    /// <summary>A name, or a mapping where options are not those of a plain membership.</summary>
    private static string Group(RoleFact role, MembershipFact membership, ServerFacts primary)
    {
        var name = YamlText.Scalar(membership.Role);
        var hasOptions = primary.VersionNumber / 10000 >= MembershipOption.GrantorsSince;
        var inherits = membership.Inherits(role.Inherit);
        (string, string?)[] options =
        [
            ("role", name),
            ("admin", membership.AdminOption ? "true" : null),
            ("inherit", hasOptions && inherits != role.Inherit ? Word(inherits) : null),
            ("set", hasOptions && !membership.MaySet ? "false" : null),
        ];
        return options.Count(o => o.Item2 is not null) == 1 ? name : YamlText.Flow(options);
    }

    /// <summary>A name for the environment variable that may hold the role's password.</summary>
    private static string Variable(string role) =>
        (char.IsAsciiDigit(role[0]) ? "_" : "")
        + string.Concat(role.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'))
        + "_PASSWORD";
}
