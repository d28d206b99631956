using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Schemas;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Schemas;

/// <summary>Who says yes quickly never says more than the validator that explains.</summary>
public sealed class QuickCheckTests
{
    private static readonly string[] Values =
    [
        "1",
        "1.0",
        "-1",
        "0",
        "1e3",
        "1.5",
        "99999999999999999999",
        "65536",
        "true",
        "null",
        "~",
        "\"1\"",
        "\"true\"",
        "''",
        "[]",
        "{}",
        "[ a, a ]",
        "[ 1, 1.0 ]",
        "{ a: b }",
        "{ env: X }",
        "{ file: x }",
        "30s",
        "0s",
        "1MB",
        "2MB/s",
        "any",
        "first",
        "on",
        "native",
        "Ünïcode",
        "x y",
        "\"a\\nb\"",
        "a-b_c",
        "\"\U0001F600\"",
        "\"x\\n\"",
        "٣",
        "UTC",
        "required",
    ];

    [Fact]
    public void Holds_OfShippedDocuments_IsYes() =>
        Assert.All(Documents().SelectMany(Roots), d => Assert.True(QuickCheck.Holds(d.Kind, d.Root)));

    [Fact]
    public void Holds_OfDocumentsChangedAtRandom_IsWhatTheValidatorSays()
    {
        var random = new Random(7);
        var texts = Documents().ToArray();
        var (held, broken, silent) = (0, 0, 0);
        for (var change = 0; change < 4000; change++)
        {
            var text = Changed(texts[random.Next(texts.Length)], random);
            foreach (var (kind, root) in Roots(text))
            {
                var quick = QuickCheck.Holds(kind, root);
                var findings = SchemaFindings.Of("x.yaml", root, DocumentSchemas.Of(kind), new Suggestions());
                Assert.False(quick && findings.Count > 0, $"{string.Join(" ", findings)}\n{text}");
                if (quick)
                    held++;
                else if (findings.Count > 0)
                    broken++;
                else
                    silent++;
            }
        }
        // It may say nothing of a few that are right, such as those with 1.0 for a parameter.
        Assert.True(held > 500 && broken > 1000 && silent < 200, $"{held} held, {broken} did not, {silent} got no answer");
    }

    private static string Changed(string text, Random random)
    {
        var lines = text.Split('\n').ToList();
        var at = random.Next(lines.Count);
        var line = lines[at];
        switch (random.Next(6))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(
                    at,
                    new string(' ', line.Length - line.TrimStart().Length) + "extra: " + Values[random.Next(Values.Length)]
                );
                break;
            default:
                // One of the values of the line, or of a flow collection in it.
                var colons = Enumerable
                    .Range(0, line.Length)
                    .Where(i => line[i] is ':' or '[' or ',' && i + 1 < line.Length && line[i + 1] == ' ')
                    .ToArray();
                if (colons.Length == 0)
                    break;
                var from = colons[random.Next(colons.Length)] + 1;
                var to = line.IndexOfAny([',', '}', ']'], from);
                lines[at] = line[..from] + " " + Values[random.Next(Values.Length)] + (to < 0 ? "" : " " + line[to..]);
                break;
        }
        return string.Join('\n', lines);
    }

    private static IEnumerable<string> Documents() =>
        Trees
            .OfProject()
            .Files.Concat(Proofs.ScenarioTests.TreeOf("base").Files)
            .Where(f => Core.Desired.FleetReader.IsDocument(f.Path))
            .Select(f => Encoding.UTF8.GetString(f.Content.Span));

    private static IEnumerable<(string Kind, LocatedNode Root)> Roots(string text)
    {
        var findings = new List<Diagnostic>();
        var roots = YamlDocuments.Read("x.yaml", text, findings);
        return findings.Count > 0
            ? []
            : roots
                .Where(r => r["kind"] is { } kind && DocumentSchemas.Kinds.Contains(kind.Text))
                .Select(r => (r["kind"]!.Value.Text, r));
    }
}
