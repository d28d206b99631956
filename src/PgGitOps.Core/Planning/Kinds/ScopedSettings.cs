using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Settings;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>A parameter of a role's or a database's sessions.</summary>
/// <param name="To">Null to take our value back.</param>
internal sealed record ScopedSetting(string Name, FacetKey Key, FacetValue? To, SourceSpan? At)
{
    /// <param name="subject">Such as <c>ALTER ROLE "x"</c>.</param>
    internal string Statement(string subject)
    {
        var value = To is null ? null : SettingSql.RightHandSide(Name, To.Written);
        return value is null
            ? $"{subject} RESET {SqlIdentifier.Parameter(Name)}"
            : $"{subject} SET {SqlIdentifier.Parameter(Name)} = {value}";
    }
}

internal static class ScopedSettings
{
    /// <summary>Settings of one role or database that have to change.</summary>
    internal static List<ScopedSetting> Collect(PlanDraft draft, ObjectPath scope)
    {
        List<ScopedSetting> settings = [];
        foreach (var facet in draft.Problem.Desired.All)
        {
            if (NameIn(scope, facet.Key.Object) is { } name && draft.Wants(facet))
                settings.Add(new ScopedSetting(name, facet.Key, facet.Value, facet.At));
        }
        foreach (var key in draft.Dropped)
        {
            if (NameIn(scope, key.Object) is { } name && draft.MayChange(key))
                settings.Add(new ScopedSetting(name, key, null, null));
        }
        return settings;
    }

    /// <summary>Sessions that begin as another role need that role.</summary>
    internal static void NeedRoles(PlanDraft draft, StepDraft step, ObjectPath scope, IEnumerable<ScopedSetting> settings)
    {
        foreach (var setting in settings.Where(s => s.Name == "role" && s.To is not null))
        {
            var role = setting.To!.Canonical;
            if (scope != new ObjectPath.Role(role))
                draft.NeedRole(step, role, "the role that its sessions begin as has to exist first");
        }
    }

    private static string? NameIn(ObjectPath scope, ObjectPath path) =>
        (scope, path) switch
        {
            (ObjectPath.Role role, ObjectPath.RoleSetting setting) when setting.Role == role.Name => setting.Name,
            (ObjectPath.Database database, ObjectPath.DatabaseSetting setting) when setting.Database == database.Name =>
                setting.Name,
            _ => null,
        };
}
