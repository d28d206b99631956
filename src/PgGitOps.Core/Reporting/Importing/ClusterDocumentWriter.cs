using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Reporting.Importing;

/// <summary>Closed: <see cref="Written"/>, <see cref="Impossible"/>.</summary>
public abstract record ImportOutcome
{
    private ImportOutcome() { }

    public sealed record Written(string Yaml) : ImportOutcome;

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
        return new ImportOutcome.Written(Write(snapshot, request, leader.Name, primary));
    }

    private static string Write(ClusterSnapshot snapshot, ImportRequest request, string leader, ServerFacts primary)
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
                yaml.Line("manager: { native: {} }");
                yaml.Line($"primarySite: {YamlText.Scalar(request.Placements.First(p => p.Member == leader).Site)}");
                WriteMembers(yaml, snapshot, request, leader, primary);
                WriteParameters(yaml, snapshot, primary);
                ImportedRoles.Write(yaml, primary, request);
                ImportedDatabases.Write(yaml, snapshot, primary, request);
            }
        );
        return yaml.ToString();
    }

    private static void WriteMembers(
        YamlText yaml,
        ClusterSnapshot snapshot,
        ImportRequest request,
        string leader,
        ServerFacts primary
    ) =>
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

    private static void WriteParameters(YamlText yaml, ClusterSnapshot snapshot, ServerFacts primary)
    {
        var parameters = ImportedParameters.Of(snapshot, primary);
        var rule = RuleOf(snapshot, parameters);
        if (rule is not null)
        {
            var commit = parameters.Find("synchronous_commit") ?? primary.Setting("synchronous_commit")?.Value ?? "on";
            yaml.Under(
                "replication",
                () =>
                    yaml.Line(
                        "synchronous: "
                            + YamlText.Flow([
                                ("method", rule.Method == SynchronousMethod.Any ? "any" : "first"),
                                ("count", YamlText.Number(rule.Count)),
                                ("standbys", YamlText.FlowList(rule.Names)),
                                ("commit", YamlText.Scalar(commit)),
                                ("whenShort", "block"),
                            ])
                    )
            );
        }
        else
        {
            foreach (var name in (string[])["synchronous_standby_names", "synchronous_commit"])
            {
                if (parameters.Find(name) is { Length: > 0 } value)
                    yaml.Comment($"left out: parameter {name} = {value}, which is not a rule over members");
            }
        }
        foreach (var remark in parameters.Remarks)
            yaml.Comment($"left out: parameter {remark}");
        yaml.Under(
            "parameters",
            () =>
            {
                foreach (
                    var (name, value) in parameters.Values.Where(v =>
                        v.Name is not ("synchronous_standby_names" or "synchronous_commit")
                    )
                )
                    yaml.Line($"{YamlText.Key(name)}: {YamlText.Setting(value)}");
            }
        );
    }

    /// <summary>The rule for replication.synchronous, or null where there is none or it names others than members.</summary>
    private static StandbyRule? RuleOf(ClusterSnapshot snapshot, ImportedParameters parameters) =>
        parameters.Find("synchronous_standby_names") is { } text
        && StandbyRule.TryParse(text) is { Count: > 0 } rule
        && rule.Names.All(n => snapshot.Find(n) is not null)
            ? rule
            : null;
}
