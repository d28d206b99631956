using System.Globalization;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Reporting.Drift;

/// <summary>Where live settings come from, as PostgreSQL itself tells it.</summary>
internal sealed class DriftPlaces
{
    private readonly Dictionary<ObjectPath, string> places = [];

    // What waits for a restart stands elsewhere than the value it will replace.
    private readonly Dictionary<ObjectPath, string> waiting = [];

    internal static DriftPlaces Of(ClusterSnapshot? snapshot)
    {
        var found = new DriftPlaces();
        foreach (var member in snapshot?.Members ?? [])
        {
            if (member.Server is not Observation<ServerFacts>.Seen { Value: var server })
                continue;
            foreach (var setting in server.Settings)
            {
                var path = new ObjectPath.Parameter(member.Name, setting.Name);
                var place =
                    setting.SourceFile is { } file ? Line(file, setting.SourceLine ?? 0)
                    : setting.Source is "default" ? null
                    : setting.Source;
                if (place is not null)
                    found.places[path] = place;
                if (setting.PendingRestart && server.LineOf(setting.Name) is { } line)
                    found.waiting[path] = Line(line.File, line.Line);
            }
        }
        return found;
    }

    internal string? Find(FacetKey key) => (key.Field == Field.PendingRestart ? waiting : places).GetValueOrDefault(key.Object);

    private static string Line(string file, int line) =>
        string.Create(CultureInfo.InvariantCulture, $"{file[(file.LastIndexOf('/') + 1)..]}:{line}");
}
