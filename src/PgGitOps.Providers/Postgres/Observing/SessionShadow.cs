using PgGitOps.Core.Observed;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>pg_settings shows what counts in the engine's own session; what that session pinned hides the server's value.</summary>
internal static class SessionShadow
{
    /// <summary>The settings as the server has them, without those that are at their default, stay there, and nobody asked for.</summary>
    /// <remarks>
    /// For a pinned setting the value read is reset_val, which is what counted before the session set it: what it came from
    /// follows from what else is known. Values hidden by ALTER ROLE or ALTER DATABASE of the engine's own login keep that source.
    /// </remarks>
    public static IEnumerable<SettingFact> Lift(ServerDraft draft, string user, IReadOnlySet<string> names)
    {
        foreach (var setting in draft.Settings)
        {
            var lifted = setting.Source == "session" ? Below(setting, draft, user) : setting;
            if (lifted.Source != "default" || lifted.PendingRestart || names.Contains(setting.Name.ToLowerInvariant()))
                yield return lifted;
        }
    }

    private static SettingFact Below(SettingFact setting, ServerDraft draft, string user)
    {
        // The most specific scope wins, as in the session itself.
        var scope = draft.ScopedSettings
            .Where(s => s.Database is null or Connecting.ServerTarget.MaintenanceDatabase && (s.Role is null || s.Role == user) && s.Name.Equals(setting.Name, StringComparison.OrdinalIgnoreCase))
            .Select(s => (s.Role is null ? 0 : 2) + (s.Database is null ? 0 : 1))
            .DefaultIfEmpty(-1)
            .Max();
        if (scope >= 0)
            return setting with { Source = scope switch { 3 => "database user", 2 => "user", 1 => "database", _ => "global" } };
        if (draft.FileSettings.FindLast(f => f.Error is null && f.Name.Equals(setting.Name, StringComparison.OrdinalIgnoreCase)) is { } line)
            return setting with { Source = "configuration file", SourceFile = line.File, SourceLine = line.Line };
        return setting with { Source = setting.Value == setting.BootValue ? "default" : "command line" };
    }
}
