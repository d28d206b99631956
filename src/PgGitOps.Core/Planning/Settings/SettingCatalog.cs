using System.Collections.Frozen;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Settings;

/// <summary>What a parameter's values mean, and what a change of it needs.</summary>
/// <param name="VarType">bool, integer, real, enum, string.</param>
/// <param name="Unit">Such as <c>8kB</c> or <c>ms</c>, or null.</param>
/// <param name="Context">As in pg_settings: <c>postmaster</c> needs a restart, <c>internal</c> can never be set.</param>
public sealed record SettingMeaning(string Name, string VarType, string? Unit, string Context, EquatableArray<string> EnumValues)
{
    public bool NeedsRestart => Context == "postmaster";
}

/// <summary>Parameters a cluster knows: what its live servers say, else what PostgreSQL ships with.</summary>
public sealed class SettingCatalog
{
    private static readonly FrozenDictionary<string, SettingMeaning> BuiltIn = ReadTable();

    private readonly Dictionary<string, SettingMeaning> live = new(StringComparer.OrdinalIgnoreCase);

    private readonly int major;

    private SettingCatalog(int major)
    {
        this.major = major;
    }

    /// <param name="major">Of the servers that are declared.</param>
    public static SettingCatalog Of(ClusterSnapshot? snapshot, int major = BuiltInSettings.Major)
    {
        var catalog = new SettingCatalog(major);
        if (snapshot is null)
            return catalog;
        foreach (var member in snapshot.Members)
        {
            if (member.Server is not Observation<ServerFacts>.Seen { Value: var server })
                continue;
            catalog.live.EnsureCapacity(server.Settings.Count);
            foreach (var fact in server.Settings)
            {
                // A placeholder of an extension that is not loaded has no meaning of its own yet.
                if (!catalog.live.ContainsKey(fact.Name))
                    catalog.live.Add(
                        fact.Name,
                        new SettingMeaning(fact.Name, fact.VarType, fact.Unit, fact.Context, fact.EnumValues)
                    );
            }
        }
        return catalog;
    }

    /// <summary>Null for a parameter nobody knows. Names with a dot may belong to an extension and read as plain text.</summary>
    /// <remarks>
    /// Where no server of another major version could be asked, a name that is in no table and looks like none of it may be one of that version's: it reads as plain
    /// text, and the server's own binary is the judge before the first start.
    /// </remarks>
    public SettingMeaning? Find(string name)
    {
        if (live.TryGetValue(name, out var meaning) || BuiltIn.TryGetValue(name, out meaning))
            return meaning;
        return name.Contains('.') || (live.Count == 0 && major != BuiltInSettings.Major && !Similar(name).Any())
            ? new SettingMeaning(name, "string", null, "user", [])
            : null;
    }

    /// <summary>A live server answered for it.</summary>
    public bool IsLive(string name) => live.ContainsKey(name);

    /// <summary>Known names that look like a mistyped one, best first.</summary>
    public static IEnumerable<string> Similar(string name) =>
        BuiltIn.Keys.Where(k => Suggestion.IsWithin(2, k, name.ToLowerInvariant())).Order(StringComparer.Ordinal).Take(3);

    private static FrozenDictionary<string, SettingMeaning> ReadTable()
    {
        var meanings = new Dictionary<string, SettingMeaning>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in BuiltInSettings.Table.Split('\n'))
        {
            var parts = line.Trim().Split('|');
            EquatableArray<string> values = parts[3].Length == 0 ? [] : [.. parts[3].Split(',')];
            foreach (var name in parts[4].Split(' '))
                meanings.Add(name, new SettingMeaning(name, parts[0], parts[1].Length == 0 ? null : parts[1], parts[2], values));
        }
        return meanings.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
