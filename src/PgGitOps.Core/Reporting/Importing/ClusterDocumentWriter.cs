using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Kinds;
using PgGitOps.Core.Planning.Kinds.Roles;

namespace PgGitOps.Core.Reporting.Importing;

/// <summary>Closed: <see cref="Written"/>, <see cref="Impossible"/>.</summary>
public abstract record ImportOutcome
{
    private ImportOutcome() { }

    public sealed record Written(string Yaml) : ImportOutcome
    {
        /// <summary>Everything of the cluster that the document does not hold, object by object; it stands in its comments too.</summary>
        public IReadOnlyList<string> LeftOut { get; init; } = [];
    }

    public sealed record Impossible(string Reason) : ImportOutcome;

    public T Match<T>(Func<Written, T> written, Func<Impossible, T> impossible) =>
        this switch
        {
            Written w => written(w),
            Impossible i => impossible(i),
            _ => throw new InvalidOperationException("ImportOutcome is closed"),
        };
}

/// <summary>Writes the document of a live cluster, such that planning it at once changes nothing.</summary>
/// <remarks>What a document cannot express is left out, with a comment that says so: it stays as it is, unmanaged.</remarks>
public static class ClusterDocumentWriter
{
    public static ImportOutcome Write(ClusterSnapshot snapshot, ImportRequest request)
    {
        foreach (var member in snapshot.Members)
        {
            if (member.Server is not Observation<ServerFacts>.Seen)
                return new ImportOutcome.Impossible(
                    $"member {member.Name} could not be read: {member.Server.Match(_ => "", a => a.Evidence, u => u.Reason)}"
                );
            if (request.Placements.All(p => p.Member != member.Name))
                return new ImportOutcome.Impossible($"nobody says on which host member {member.Name} runs");
        }
        if (snapshot.Primaries.ToArray() is not [var leader])
            return new ImportOutcome.Impossible("exactly one member must accept writes");
        foreach (var database in snapshot.Databases)
        {
            if (database.Contents is Observation<DatabaseFacts>.Unreadable unreadable)
                return new ImportOutcome.Impossible($"database {database.Name} could not be read: {unreadable.Reason}");
        }
        var primary = ((Observation<ServerFacts>.Seen)leader.Server).Value;
        var written = Write(snapshot, request, leader.Name, primary);
        return AcceptedDocument.Of(written.ToString(), written.AllLeftOut, snapshot, request);
    }

    private static YamlText Write(ClusterSnapshot snapshot, ImportRequest request, string leader, ServerFacts primary)
    {
        var yaml = new YamlText();
        yaml.Line("# yaml-language-server: $schema=../../../schemas/cluster.schema.json");
        yaml.Comment($"Written from the live cluster. What a comment says is left out stays as it is and is not managed.");
        yaml.Line("apiVersion: pggitops.dev/v1").Line("kind: Cluster");
        yaml.Under(
            "metadata",
            () =>
            {
                yaml.Line($"name: {YamlText.Scalar(request.Cluster)}");
                if (request.Owner is { } owner)
                    yaml.Line($"owner: {YamlText.Scalar(owner)}");
            }
        );
        yaml.Under(
            "spec",
            () =>
            {
                yaml.Line($"postgres: {YamlText.Number(primary.VersionNumber / 10000)}");
                var patroni = PatroniSigns.ScopeOf(primary, request.Cluster);
                if (patroni is not null)
                    yaml.Comment(
                        "Patroni runs these servers: it starts, configures and promotes them, and the engine leaves that to it."
                    );
                yaml.Line(
                    patroni is null
                        ? "manager: { native: {} }"
                        : $"manager: {{ patroni: {{ scope: {YamlText.Scalar(patroni)} }} }}"
                );
                yaml.Line($"primarySite: {YamlText.Scalar(request.Placements.First(p => p.Member == leader).Site)}");
                var scope = new ImportScope(yaml, snapshot, request, leader, primary, ImportedRoles.Declared(primary, request))
                {
                    PatroniScope = patroni,
                };
                foreach (var section in ObjectKinds.All.Select(k => k.Import).OfType<Import.InCluster>())
                    section.Write(scope);
            }
        );
        return yaml;
    }
}
