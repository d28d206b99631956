using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Verdicts;

/// <summary>What rules are told besides the documents: verdicts on every context and, where somebody looked, what was seen of the clusters.</summary>
/// <remarks>Each is a small document of its own that stands where the name of its context or cluster is written, so that a finding on it leads there.</remarks>
public static class RuleFacts
{
    /// <param name="live">By context; a context that is not there was not looked at, and every live verdict of it is unknown.</param>
    public static ReadDocument Verdicts(ContextProof proof, LiveContext? live)
    {
        var at = proof.Policy.Head.At;
        return Document(
            "Verdicts",
            proof.Name,
            at,
            [
                ("verdict", Text(Id(proof.Verdict))),
                ("live", Text(Id(live?.Verdict ?? Verdict.Unknown))),
                ("scenarios", List([.. proof.Scenarios.Select(s => (Fact)Map([.. Cell(s, live?.Find(s.Scenario))]))])),
            ]
        );
    }

    public static ReadDocument Observation(Cluster cluster, ClusterSnapshot seen) =>
        Document(
            "Observation",
            cluster.Name,
            cluster.Head.At,
            [
                ("primary", Text(seen.Primaries.ToList() is [var only] ? only.Name : "")),
                ("members", List([.. seen.Members.Select(m => (Fact)Map([.. Member(m)]))])),
            ]
        );

    /// <summary>As rules compare it: <c>atRisk</c>.</summary>
    public static string Id(Verdict verdict) => char.ToLowerInvariant($"{verdict}"[0]) + $"{verdict}"[1..];

    private static IEnumerable<(string, Fact)> Cell(ScenarioProof cell, LiveCell? live)
    {
        yield return ("scenario", Text(cell.Scenario.Id()));
        yield return ("verdict", Text(Id(cell.Verdict)));
        yield return ("loss", Text(Id(cell.LossVerdict)));
        yield return ("outage", Text(Id(cell.OutageVerdict)));
        yield return ("live", Text(Id(live?.Live.Verdict ?? Verdict.Unknown)));
        yield return ("because", Text(live?.Live.Because ?? "the cluster was not observed"));
    }

    private static IEnumerable<(string, Fact)> Member(MemberSnapshot member)
    {
        yield return ("name", Text(member.Name));
        yield return (
            "state",
            Text(
                member.Server switch
                {
                    Observation<ServerFacts>.Seen => "seen",
                    Observation<ServerFacts>.Absent => "absent",
                    _ => "unreadable",
                }
            )
        );
        if (member.Server is Observation<ServerFacts>.Seen { Value: var server })
            yield return ("inRecovery", new Fact(NodeKind.Boolean, server.InRecovery ? "true" : "false", [], []));
    }

    private sealed record Fact(NodeKind Kind, string Value, string[] Keys, Fact[] Items);

    private static Fact Text(string text) => new(NodeKind.String, text, [], []);

    private static Fact List(Fact[] items) => new(NodeKind.Sequence, "", [], items);

    private static Fact Map((string Key, Fact Value)[] pairs) =>
        new(NodeKind.Mapping, "", [.. pairs.Select(p => p.Key)], [.. pairs.Select(p => p.Value)]);

    private static ReadDocument Document(string kind, string name, SourceSpan at, (string, Fact)[] spec)
    {
        var table = new NodeTable(64);
        var root = Node(Map([("kind", Text(kind)), ("metadata", Map([("name", Text(name))])), ("spec", Map(spec))]));
        table.Seal();
        return new ReadDocument(at.Path, kind, name, root, null);

        LocatedNode Node(Fact fact)
        {
            if (fact.Kind is not (NodeKind.Mapping or NodeKind.Sequence))
                return table.Add(fact.Kind, fact.Value, at.Line, at.Column, at.EndColumn);
            var node = table.Open(fact.Kind, at.Line, at.Column);
            LocatedNode[] keys = [.. fact.Keys.Select(k => table.Add(NodeKind.String, k, at.Line, at.Column, at.EndColumn))];
            LocatedNode[] items = [.. fact.Items.Select(Node)];
            table.Close(node, keys, items);
            return node;
        }
    }
}
