using System.Globalization;
using System.Text;

namespace PgGitOps.Tests.Hostile;

/// <summary>Files just below 1 MiB, each made so that one part of the reader would cost the square of it, or more.</summary>
internal static class HostileFiles
{
    private const string Head = "apiVersion: pggitops.dev/v1\nkind: RecoveryPolicy\nmetadata: { name: a, owner: x }\n";
    private const string OwnHead = "apiVersion: x.org/v1\nkind: T\nmetadata: { name: a }\n";

    /// <summary>Name, files.</summary>
    public static IEnumerable<(string Name, (string Path, string Text)[] Files)> All()
    {
        // Paths of fields.
        yield return One(
            "children of a long key",
            Head + "spec:\n  ? " + new string('k', 300_000) + "\n  : " + string.Join("\n    ", Range(45_000, i => $"a{i}: 1"))
        );
        yield return One(
            "children of the longest keys",
            Head
                + "spec:\n"
                + string.Concat(Enumerable.Range(1, 90).Select(d => new string(' ', d) + new string('k', 1000) + ":\n"))
                + string.Concat(Range(6_000, i => $"{new string(' ', 91)}a{i}: 1\n"))
        );
        yield return One(
            "children of quoted keys in a flow",
            Head
                + "spec: {"
                + string.Concat(Enumerable.Repeat("\"" + new string('ä', 900) + "\": {", 90))
                + string.Join(',', Range(60_000, i => $"a{i}: 1"))
                + new string('}', 91)
        );
        // Suggestions.
        yield return One("a long anchor", "a: &" + new string('x', 400_000) + " 1\nb: *" + new string('x', 399_999) + "y\n");
        yield return One("many anchors", string.Concat(Range(50_000, i => $"k{i}: &a{i} 1\n")) + "z: *nope\n");
        yield return Own(
            "many unknown keys beside many known ones",
            OwnHead + "spec: {" + string.Join(',', Range(80_000, i => $"w{i}: 1")) + "}\n",
            """{"additionalProperties":false,"properties":{""" + string.Join(',', Range(60_000, i => $"\"p{i}\":true")) + "}}"
        );
        yield return Own(
            "many values outside a long list",
            OwnHead + "spec: [" + string.Join(',', Range(80_000, i => $"wrong{i}")) + "]\n",
            """{"items":{"enum":[""" + string.Join(',', Range(80_000, i => $"\"p{i}\"")) + "]}}"
        );
        yield return (
            "many unknown keys in many documents",
            [
                (
                    Schema,
                    OwnSchema(
                        """{"additionalProperties":false,"properties":{"""
                            + string.Join(',', Range(60_000, i => $"\"p{i}\":true"))
                            + "}}"
                    )
                ),
                (
                    "policies/a.yaml",
                    string.Concat(
                        Range(
                            12_000,
                            i => $"---\napiVersion: x.org/v1\nkind: T\nmetadata: {{ name: a{i} }}\nspec: {{ wrong{i}: 1 }}\n"
                        )
                    )
                ),
            ]
        );
        // References of a schema.
        yield return (
            "many references into nothing",
            [
                (
                    Schema,
                    OwnSchema(
                        "{}",
                        """,{"definitions":{"""
                            + string.Join(',', Range(20_000, i => $"\"d{i}\":true"))
                            + "},\"allOf\":["
                            + string.Join(',', Range(20_000, i => $$"""{"$ref":"#/definitions/e{{i}}"}"""))
                            + "]}"
                    )
                ),
            ]
        );
        yield return (
            "many references into many",
            [
                (
                    Schema,
                    OwnSchema(
                        "{}",
                        """,{"definitions":{"""
                            + string.Join(',', Range(20_000, i => $"\"d{i}\":true"))
                            + "},\"allOf\":["
                            + string.Join(',', Range(20_000, i => $$"""{"$ref":"#/definitions/d{{19_999 - i}}"}"""))
                            + "]}"
                    )
                ),
            ]
        );
        // Matching.
        var ab = new string([.. Range(900, i => i % 7 % 2 == 0 ? 'a' : 'b')]);
        yield return Own(
            "large patterns for keys",
            OwnHead + "spec: {" + string.Join(',', Range(1_000, i => $"{ab}{i}: 1")) + "}\n",
            """{"patternProperties":{""" + string.Join(',', Range(15, i => $"\"[ab]*a[ab]{{{900 + i}}}c\":true")) + "}}"
        );
        yield return Own(
            "a large pattern for a long text",
            OwnHead + "spec: \"" + string.Concat(Enumerable.Repeat(ab, 1_100)) + "\"\n",
            """{"pattern":"[ab]*a[ab]{900}c"}"""
        );
        yield return Own(
            "many patterns",
            OwnHead + "spec: { a: 1 }\n",
            """{"patternProperties":{""" + string.Join(',', Range(15_000, i => $"\"[ab]*a[ab]{{900}}c{i}\":true")) + "}}"
        );
        yield return Own(
            "repeated repetitions",
            OwnHead + "spec: { a: 1 }\n",
            """{"pattern":"((((a{1000}){1000}){1000}){1000}){1000}"}"""
        );
        yield return Own(
            "nested groups",
            OwnHead + "spec: { a: 1 }\n",
            "{\"pattern\":\"" + new string('(', 200_000) + new string(')', 200_000) + "\"}"
        );
        yield return Own(
            "expressions as texts",
            OwnHead + "spec: [" + string.Join(',', Range(40_000, i => $"\"(a{{40}}){{9{i % 10}}}\"")) + "]\n",
            """{"items":{"format":"regex"}}"""
        );
        yield return Own(
            "a pattern that counts in two ways",
            OwnHead
                + "spec: ["
                + string.Join(
                    ',',
                    Range(1_000, i => "\"" + new string([.. Range(500, j => (i + j * j) % 7 < 4 ? 'a' : 'b')]) + "\"")
                )
                + "]\n",
            """{"items":{"pattern":"^([a-z][a-z0-9]?|[A-Z]){1,500}$"}}"""
        );
        yield return Own(
            "a text of one letter and nested stars",
            OwnHead + "spec: \"" + new string('a', 500_000) + "!\"\n",
            """{"pattern":"^((((a*)*)*)*)*$"}"""
        );
        // Steps.
        yield return Own(
            "a long text judged often",
            OwnHead + "spec: \"" + new string('x', 900_000) + "\"\n",
            "{\"allOf\":[" + string.Join(',', Range(30_000, i => $$"""{"maxLength":{{i + 1_000_000}}}""")) + "]}"
        );
        yield return Own(
            "a long list judged often",
            OwnHead + "spec: [" + string.Join(',', Range(100_000, i => $"{i}")) + "]\n",
            "{\"allOf\":[" + string.Join(',', Enumerable.Repeat("""{"uniqueItems":true}""", 40_000)) + "]}"
        );
        yield return Own(
            "a large mapping with many required keys",
            OwnHead + "spec: {" + string.Join(',', Range(60_000, i => $"k{i}: 1")) + "}\n",
            "{\"required\":[" + string.Join(',', Range(60_000, i => $"\"r{i}\"")) + "]}"
        );
        yield return Own(
            "a large mapping with many dependencies",
            OwnHead + "spec: {" + string.Join(',', Range(60_000, i => $"k{i}: 1")) + "}\n",
            "{\"dependencies\":{" + string.Join(',', Range(30_000, i => $"\"k{i}\":[\"r{i}\"]")) + "}}"
        );
        yield return Own(
            "a long list without what it should hold",
            OwnHead + "spec: [" + string.Join(',', Range(100_000, i => $"{i}")) + "]\n",
            "{\"allOf\":[" + string.Join(',', Range(20_000, i => $$$"""{"contains":{"const":"x{{{i}}}"}}""")) + "]}"
        );
        yield return Own(
            "many forms of which none fits",
            OwnHead + "spec: [" + string.Join(',', Range(9_000, i => $"{{a: {i}}}")) + "]\n",
            "{\"items\":{\"oneOf\":[" + string.Join(',', Range(10_000, i => $$"""{"required":["x{{i}}"]}""")) + "]}}"
        );
        yield return Own(
            "a large value compared often",
            OwnHead + "spec: {a: [" + string.Join(',', Range(100_000, i => $"{i}")) + "]}\n",
            """{"additionalProperties":{"anyOf":[""" + string.Join(',', Range(30_000, i => $$"""{"const":[{{i}}]}""")) + "]}}"
        );
        // Places and excerpts.
        yield return One("one line of unknown keys", Head + "spec: {" + string.Join(',', Range(80_000, i => $"a{i}: 1")) + "}\n");
        yield return One(
            "one line with a wide character",
            Head + "spec: { \"\U0001F600\": 1, " + string.Join(',', Range(80_000, i => $"a{i}: 1")) + "}\n"
        );
        yield return (
            "a schema on one line",
            [
                (
                    Schema,
                    OwnSchema("{\"properties\":{" + string.Join(',', Range(60_000, i => $"\"ä{i}\":true")) + "}}")
                        .ReplaceLineEndings(" ")
                ),
            ]
        );
        yield return (
            "the same key again and again",
            [(Schema, OwnSchema("{\"properties\":{" + string.Join(',', Enumerable.Repeat("\"a\":true", 90_000)) + "}}"))]
        );
        // Structure.
        yield return One("many documents", string.Concat(Enumerable.Repeat("---\na: 1\n", 110_000)));
        yield return One("many empty documents", string.Concat(Enumerable.Repeat("---\n", 250_000)));
        yield return One("documents without a kind", string.Concat(Enumerable.Repeat("--- [a]\n", 120_000)));
        yield return One("open brackets", new string('[', 1_000_000));
        yield return One("open mappings", string.Concat(Enumerable.Repeat("{a: ", 250_000)));
        yield return One("dashes", string.Concat(Enumerable.Repeat("- ", 500_000)));
        yield return One("question marks", string.Concat(Enumerable.Repeat("? ", 500_000)));
        yield return One("backslashes", "a: \"" + new string('\\', 1_000_000) + "\"");
        yield return One("folded lines", "a: >\n" + string.Concat(Enumerable.Repeat(" x\n\n", 200_000)));
        yield return One("a quote that never ends", "a: \"" + string.Concat(Enumerable.Repeat("x\n", 500_000)));
        yield return One(
            "merges of merges",
            "k0: &k0 {a0: 1}\n" + string.Concat(Range(4_000, i => $"k{i + 1}: &k{i + 1} {{<<: *k{i}, a{i + 1}: 1}}\n"))
        );
        yield return One(
            "one mapping merged often",
            "a: &a {"
                + string.Join(',', Range(4_000, i => $"k{i}: 1"))
                + "}\nb: {<<: ["
                + string.Join(',', Enumerable.Repeat("*a", 200))
                + "]}\n"
        );
        yield return One(
            "aliases of aliases",
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
                + string.Concat(
                    Range(
                        9,
                        i => $"b{i}: &b{i} [" + string.Join(',', Enumerable.Repeat(i == 0 ? "*a" : $"*b{i - 1}", 10)) + "]\n"
                    )
                )
        );
        yield return One(
            "a long number again and again",
            Head
                + "spec: { n: &n "
                + new string('9', 500_000)
                + ", l: ["
                + string.Join(',', Enumerable.Repeat("*n", 9_000))
                + "] }\n"
        );
        yield return One("tag directives", string.Concat(Range(30_000, i => $"%TAG !a{i}! tag:x,2000:\n")) + "---\na: 1\n");
        yield return One("tabs", "a:\n" + new string('\t', 900_000) + "b");
        // References between documents.
        yield return One(
            "policies on clusters that are not there",
            string.Concat(
                Range(
                    1_800,
                    i =>
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $$"""
                            ---
                            apiVersion: pggitops.dev/v1
                            kind: RecoveryPolicy
                            metadata: { name: p{{i}}, owner: x }
                            spec:
                              store: { cluster: missing-{{i}}, database: d }
                              rpoClass: zero
                              rtoClass: minutes
                              crossSite: { replication: optional, dataLossWindow: 5m, rtoClass: hours }
                              failover: { local: manual, crossSite: manual }
                              promotion: { authority: [ group:x ], requires: [ fencing, approval ], onPartition: keepPrimary }

                            """
                        )
                )
            )
        );
        // Fixtures and headers of rules.
        yield return (
            "a file of empty cases",
            [("policies/rules/a.test.yaml", string.Concat(Enumerable.Repeat("# case: a\n", 100_000)))]
        );
        yield return ("a header of a long key", [("policies/rules/a.csx", "/*---\n" + new string('k', 50_000) + ": 1\n---*/\n")]);
    }

    private const string Schema = "schemas/kinds/t.schema.json";

    private static IEnumerable<string> Range(int count, Func<int, string> item) => Enumerable.Range(0, count).Select(item);

    private static IEnumerable<char> Range(int count, Func<int, char> item) => Enumerable.Range(0, count).Select(item);

    private static (string, (string, string)[]) One(string name, string text) => (name, [("policies/a.yaml", text)]);

    private static (string, (string, string)[]) Own(string name, string text, string spec) =>
        (name, [(Schema, OwnSchema(spec)), ("policies/a.yaml", text)]);

    /// <param name="beside">What stands beside the properties at the top, with its comma and in braces of its own.</param>
    public static string OwnSchema(string spec, string? beside = null)
    {
        var text = new StringBuilder("""{"properties":{"apiVersion":{"const":"x.org/v1"},"kind":{"const":"T"},"spec":""")
            .Append(spec)
            .Append('}');
        return (beside is null ? text : text.Append(',').Append(beside.AsSpan(2, beside.Length - 3))).Append('}').ToString();
    }
}
