using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Settings;

namespace PgGitOps.Core.Planning.Live;

/// <summary>One member as it was seen, indexed for the kinds that ask about it.</summary>
internal sealed class LiveMember(MemberView view, ServerFacts? upstream, SettingCatalog catalog)
{
    private Dictionary<string, SettingFact>? settings;
    private Dictionary<string, FileSettingFact>? files;

    internal MemberView View => view;

    /// <summary>Facts of the server it streams from; null for a primary, and where that one was not seen.</summary>
    internal ServerFacts? Upstream => upstream;

    internal SettingCatalog Catalog => catalog;

    /// <param name="otherwise">What every facet of the server is where it cannot be told.</param>
    internal ServerFacts? Facts(out Reading otherwise)
    {
        otherwise =
            view.Status == MemberStatus.Absent
                ? Reading.Absent
                : new Reading(null, view.Facts is null ? $"member {view.Name} could not be read: {view.Reason}" : null);
        return view.Status == MemberStatus.Absent ? null : view.Facts;
    }

    internal SettingFact? Setting(ServerFacts facts, string name) => Indexed(facts).Settings.GetValueOrDefault(name);

    /// <summary>The line of the configuration files that counts for a setting, at the latest after a restart.</summary>
    internal FileSettingFact? Line(ServerFacts facts, string name) => Indexed(facts).Files.GetValueOrDefault(name);

    private (Dictionary<string, SettingFact> Settings, Dictionary<string, FileSettingFact> Files) Indexed(ServerFacts facts)
    {
        if (settings is null)
        {
            settings = new Dictionary<string, SettingFact>(facts.Settings.Count, StringComparer.OrdinalIgnoreCase);
            foreach (var setting in facts.Settings)
                settings[setting.Name] = setting;
            files = new Dictionary<string, FileSettingFact>(StringComparer.OrdinalIgnoreCase);
            foreach (var line in facts.FileSettings)
            {
                // A line may be faulty, or merely wait for a restart: only the first kind will never count.
                if (
                    line.Value is not null
                    && (line.Error is null || (settings.TryGetValue(line.Name, out var known) && known.Context == "postmaster"))
                )
                    files[line.Name] = line;
            }
        }
        return (settings, files!);
    }
}
