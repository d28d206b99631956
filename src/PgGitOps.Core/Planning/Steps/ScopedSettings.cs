using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Steps;

/// <summary>A parameter of a role's or a database's sessions.</summary>
/// <param name="To">Null to take our value back.</param>
internal sealed record ScopedSetting(string Name, FacetKey Key, FacetValue? To, SourceSpan? At)
{
    /// <param name="subject">Such as <c>ALTER ROLE "x"</c>.</param>
    internal string Statement(string subject)
    {
        var value = To is null ? null : SettingValue.ToSql(Name, To.Written);
        return value is null ? $"{subject} RESET {SqlIdentifier.Parameter(Name)}" : $"{subject} SET {SqlIdentifier.Parameter(Name)} = {value}";
    }
}

internal static class ScopedSettings
{
    /// <summary>Settings of one role or database that have to change.</summary>
    internal static List<ScopedSetting> Collect(PlanDraft draft, string path)
    {
        var prefix = path + "/setting/";
        List<ScopedSetting> settings = [];
        foreach (var facet in draft.Problem.Desired.All)
        {
            if (facet.Key.Object.StartsWith(prefix, StringComparison.Ordinal) && draft.Wants(facet))
                settings.Add(new ScopedSetting(FacetPath.Split(facet.Key.Object)[3], facet.Key, facet.Value, facet.At));
        }
        foreach (var key in draft.Dropped)
        {
            if (key.Object.StartsWith(prefix, StringComparison.Ordinal) && draft.MayChange(key))
                settings.Add(new ScopedSetting(FacetPath.Split(key.Object)[3], key, null, null));
        }
        return settings;
    }
}
