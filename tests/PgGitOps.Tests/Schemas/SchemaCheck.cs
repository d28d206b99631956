using System.Text.Json.Nodes;
using PgGitOps.Core.Desired.Schemas;
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
        return SchemaFindings.Of("value.yaml", root, Compiled.GetValue(schema, Compile));
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<JsonObject, NJsonSchema.JsonSchema> Compiled = [];

    private static NJsonSchema.JsonSchema Compile(JsonObject schema)
    {
        // Keywords beside a $ref are annotations here (the lint sees to it), and a root that is a reference needs a wrapper.
        JsonObject wrapper = new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["value"] = Without(schema, "definitions") },
        };
        if (schema["definitions"] is { } definitions)
            wrapper["definitions"] = definitions.DeepClone();
        return DocumentSchemas.Compile(wrapper.ToJsonString());
    }

    private static JsonObject Without(JsonObject schema, string key)
    {
        var copy = schema.DeepClone().AsObject();
        copy.Remove(key);
        return copy;
    }
}
