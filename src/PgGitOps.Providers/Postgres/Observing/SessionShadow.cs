using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Settings;
using PgGitOps.Core.Settings;

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
            var lifted = setting switch
            {
                // From our startup packet: what counts without it is in no column.
                { Source: "session" or "client" }
                    when Connecting.SessionPins.AtStartup.Contains(setting.Name)
                        || draft.HiddenTimeouts.Contains(setting.Name, StringComparer.Ordinal) => Below(
                    setting with
                    {
                        Value = Beneath(setting, draft, user),
                    },
                    draft,
                    user
                ),
                { Source: "session" } => Below(setting, draft, user),
                _ => setting,
            };
            if (lifted.Source != "default" || lifted.PendingRestart || names.Contains(setting.Name.ToLowerInvariant()))
                yield return lifted;
        }
    }

    /// <summary>As pg_settings would show it, in the setting's unit.</summary>
    private static string Beneath(SettingFact setting, ServerDraft draft, string user)
    {
        var text =
            Scopes(setting, draft, user).OrderByDescending(s => s.Rank).Select(s => s.Value).FirstOrDefault()
            ?? draft
                .FileSettings.FindLast(f => f.Error is null && f.Name.Equals(setting.Name, StringComparison.OrdinalIgnoreCase))
                ?.Value
            ?? setting.BootValue
            ?? setting.Value;
        return SettingValue.ReadLive(SettingCatalog.MeaningOf(setting, null), text);
    }

    /// <summary>Settings of roles and databases that count in the engine's own session. The most specific scope wins.</summary>
    private static IEnumerable<(int Rank, string Value)> Scopes(SettingFact setting, ServerDraft draft, string user) =>
        draft
            .ScopedSettings.Where(s =>
                s.Database is null or Connecting.ServerTarget.MaintenanceDatabase
                && (s.Role is null || s.Role == user)
                && s.Name.Equals(setting.Name, StringComparison.OrdinalIgnoreCase)
            )
            .Select(s => ((s.Role is null ? 0 : 2) + (s.Database is null ? 0 : 1), s.Value));

    private static SettingFact Below(SettingFact setting, ServerDraft draft, string user)
    {
        var scope = Scopes(setting, draft, user).Select(s => s.Rank).DefaultIfEmpty(-1).Max();
        if (scope >= 0)
            return setting with
            {
                Source = scope switch
                {
                    3 => "database user",
                    2 => "user",
                    1 => "database",
                    _ => "global",
                },
            };
        if (
            draft.FileSettings.FindLast(f =>
                f.Error is null && f.Name.Equals(setting.Name, StringComparison.OrdinalIgnoreCase)
            ) is
            { } line
        )
            return setting with { Source = "configuration file", SourceFile = line.File, SourceLine = line.Line };
        return setting with { Source = setting.Value == setting.BootValue ? "default" : "command line" };
    }
}
