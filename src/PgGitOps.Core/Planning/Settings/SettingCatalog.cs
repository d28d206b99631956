using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Planning.Settings;

/// <summary>Parameters a cluster knows: what its live servers say, else what PostgreSQL ships with.</summary>
public sealed class SettingCatalog
{
    private readonly Dictionary<string, SettingMeaning> live = new(StringComparer.OrdinalIgnoreCase);

    private readonly int major;
    private readonly SettingTable table;

    private SettingCatalog(int major)
    {
        this.major = major;
        table = SettingTable.Of(major);
    }

    /// <param name="major">Of the servers that are declared.</param>
    public static SettingCatalog Of(ClusterSnapshot? snapshot, int major)
    {
        var catalog = new SettingCatalog(major);
        if (snapshot is null)
            return catalog;
        foreach (var member in snapshot.Members)
        {
            if (member.Server is not Observation<ServerFacts>.Seen { Value: var server })
                continue;
            catalog.live.EnsureCapacity(server.Settings.Count);
            var shipped = SettingTable.Of(server.VersionNumber / 10_000);
            foreach (var fact in server.Settings)
            {
                if (!catalog.live.ContainsKey(fact.Name))
                    catalog.live.Add(fact.Name, MeaningOf(fact, shipped.Find(fact.Name)));
            }
        }
        return catalog;
    }

    /// <summary>What the server says of a parameter, and beside it what only its sources do.</summary>
    public static SettingMeaning MeaningOf(SettingFact fact, SettingMeaning? shipped) =>
        (shipped ?? new SettingMeaning(fact.Name, fact.VarType, fact.Unit, fact.Context, fact.EnumValues)) with
        {
            Name = fact.Name,
            VarType = fact.VarType,
            Unit = fact.Unit,
            Context = fact.Context,
            EnumValues = fact.EnumValues,
        };

    /// <summary>Null for a parameter nobody knows. Names with a dot may belong to an extension and read as plain text.</summary>
    /// <remarks>
    /// Where no server could be asked, and the table is of another version, a name that is in no table and looks like none of it may be one of that version's: it
    /// reads as plain text, and the server's own binary is the judge before the first start.
    /// </remarks>
    public SettingMeaning? Find(string name)
    {
        if (live.TryGetValue(name, out var meaning))
            return meaning;
        if (table.Find(name) is { } shipped)
            return shipped;
        return name.Contains('.') || (live.Count == 0 && !table.IsOf(major) && !Similar(name).Any())
            ? new SettingMeaning(name, "string", null, "user", [])
            : null;
    }

    /// <summary>A live server answered for it.</summary>
    public bool IsLive(string name) => live.ContainsKey(name);

    /// <summary>Known names that look like a mistyped one, best first.</summary>
    public IEnumerable<string> Similar(string name) =>
        table.Names.Where(k => Suggestion.IsWithin(2, k, name.ToLowerInvariant())).Order(StringComparer.Ordinal).Take(3);
}
