using System.Text.Json.Nodes;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Schemas;
using PgGitOps.Core.Desired.Schemas.Own;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Schemas;

/// <summary>Validates a value the way documents are: as YAML, through the product's own path.</summary>
internal static class SchemaCheck
{
    public static bool IsValid(JsonObject schema, JsonNode value) => Findings(schema, value).Count == 0;

    public static IReadOnlyList<Diagnostic> Findings(JsonObject schema, JsonNode value)
    {
        var findings = new List<Diagnostic>();
        var text = new JsonObject { ["value"] = value.DeepClone() }.ToJsonString();
        var root = Assert.Single(YamlDocuments.Read("value.yaml", text, findings));
        Assert.Empty(findings);
        var (slow, quick) = Compiled.GetValue(schema, s => Tuple.Create(DocumentSchemas.Compile(Wrapped(s)), Parsed(s)));
        var answer = SchemaFindings.Of("value.yaml", root, slow, new Suggestions());
        // Who says yes quickly says what the validator says, to each of these documents.
        if (quick is not null)
            Assert.True(QuickCheck.Holds(quick, root) == (answer.Count == 0), $"the quick check disagrees about {text}");
        return answer;
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<
        JsonObject,
        Tuple<NJsonSchema.JsonSchema, SchemaPart?>
    > Compiled = [];

    // A schema that was relaxed for a test may hold a keyword that never takes effect, which is refused.
    private static SchemaPart? Parsed(JsonObject schema)
    {
        try
        {
            return QuickCheck.Parse("schema", Wrapped(schema));
        }
        catch (InvalidOperationException) when (schema["$schema"] is null)
        {
            return null;
        }
    }

    private static string Wrapped(JsonObject schema)
    {
        // Keywords beside a $ref are annotations here (the lint sees to it), and a root that is a reference needs a wrapper.
        JsonObject wrapper = new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["value"] = Without(Without(schema, "definitions"), "$schema") },
        };
        if (schema["definitions"] is { } definitions)
            wrapper["definitions"] = definitions.DeepClone();
        return wrapper.ToJsonString();
    }

    private static JsonObject Without(JsonObject schema, string key)
    {
        var copy = schema.DeepClone().AsObject();
        copy.Remove(key);
        return copy;
    }
}
