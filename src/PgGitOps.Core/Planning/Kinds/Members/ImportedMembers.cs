using PgGitOps.Core.Desired;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds.Members;

internal static class ImportedMembers
{
    internal static void Write(ImportScope scope)
    {
        var (yaml, snapshot, request, leader, primary, _) = scope;
        yaml.Under(
            "members",
            () =>
            {
                foreach (var member in snapshot.Members)
                {
                    var place = request.Placements.First(p => p.Member == member.Name);
                    if (member.Name != leader)
                    {
                        if (
                            !primary.Standbys.Any(s =>
                                s.ApplicationName.Equals(member.Name, StringComparison.OrdinalIgnoreCase)
                                && s.State == "streaming"
                            )
                        )
                            yaml.Comment(
                                $"{member.Name} does not stream from {leader} under its own name (application_name): a plan will say so"
                            );
                        if (primary.Slots.All(s => s.Name != member.Name.Replace('-', '_')))
                            yaml.Comment(
                                $"{leader} has no replication slot {member.Name.Replace('-', '_')}: a plan will propose one"
                            );
                    }
                    if (
                        ((Observation<ServerFacts>.Seen)member.Server).Value.Setting("cluster_name")
                            is { Value: { Length: > 0 } name }
                        && name != member.Name
                        && name != request.Cluster
                        && MemberName.Fits(name)
                    )
                        yaml.Comment(
                            $"{member.Name} has cluster_name '{name}' and will be taken for another server until that is '{member.Name}', '{request.Cluster}' or empty"
                        );
                    List<(string, string)> fields =
                    [
                        ("name", YamlText.Scalar(member.Name)),
                        ("host", YamlText.Scalar(place.Host)),
                        ("port", YamlText.Number(place.Port)),
                    ];
                    // Without it a server that is stopped would be looked for where the engine makes its own.
                    if (((Observation<ServerFacts>.Seen)member.Server).Value.DataDirectory is { } directory)
                        fields.Add(("dataDirectory", YamlText.Scalar(directory)));
                    else
                        yaml.Comment(
                            $"left out: dataDirectory of {member.Name}, which the login may not ask; while the server is stopped, nobody can say whether its data are there"
                        );
                    yaml.Line("- " + YamlText.Flow([.. fields]));
                }
            }
        );
    }
}
