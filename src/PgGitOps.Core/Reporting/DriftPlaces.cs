using System.Globalization;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;

namespace PgGitOps.Core.Reporting;

/// <summary>Where live settings come from, as PostgreSQL itself tells it.</summary>
internal sealed class DriftPlaces
{
    private readonly Dictionary<string, string> places = new(StringComparer.Ordinal);

    internal static DriftPlaces Of(ClusterSnapshot? snapshot)
    {
        var found = new DriftPlaces();
        foreach (var member in snapshot?.Members ?? [])
        {
            if (member.Server is not Observation<ServerFacts>.Seen { Value: var server })
                continue;
            foreach (var setting in server.Settings)
            {
                var place = setting.SourceFile is { } file
                    ? string.Create(CultureInfo.InvariantCulture, $"{file[(file.LastIndexOf('/') + 1)..]}:{setting.SourceLine ?? 0}")
                    : setting.Source is "default" ? null : setting.Source;
                if (place is not null)
                    found.places[FacetPath.MemberParameter(member.Name, setting.Name)] = place;
            }
        }
        return found;
    }

    internal string? Find(FacetKey key) => places.GetValueOrDefault(key.Object);
}
