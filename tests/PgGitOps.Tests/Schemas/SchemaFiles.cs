using System.Text.Json.Nodes;
using PgGitOps.Core.Desired.Schemas;

namespace PgGitOps.Tests.Schemas;

/// <summary>The schemas as JSON, and every place in them.</summary>
internal static class SchemaFiles
{
    /// <summary>Keywords that refuse something.</summary>
    public static readonly string[] Assertions =
    [
        "additionalProperties",
        "anyOf",
        "enum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "pattern",
        "required",
        "type",
        "uniqueItems",
    ];

    /// <summary>Keywords that lead to other schemas.</summary>
    public static readonly string[] Structure = ["$ref", "definitions", "items", "patternProperties", "properties"];

    /// <summary>Keywords for editors and readers.</summary>
    public static readonly string[] Annotations = ["$schema", "default", "description", "examples", "title"];

    public static TheoryData<string> Kinds => [.. DocumentSchemas.Kinds];

    public static JsonObject Read(string kind) => JsonNode.Parse(DocumentSchemas.Text(kind))!.AsObject();

    public static JsonObject Resolve(JsonObject root, JsonObject schema) =>
        schema["$ref"] is { } reference
            ? root["definitions"]![reference.GetValue<string>()["#/definitions/".Length..]]!.AsObject()
            : schema;

    /// <summary>Every schema object below and including <paramref name="schema"/>, definitions once.</summary>
    public static IEnumerable<(string Pointer, JsonObject Schema)> All(JsonObject schema, string pointer = "")
    {
        yield return (pointer, schema);
        foreach (var map in new[] { "properties", "patternProperties", "definitions" })
        {
            foreach (var (name, child) in schema[map]?.AsObject() ?? [])
            {
                foreach (var found in All(child!.AsObject(), $"{pointer}/{map}/{name}"))
                    yield return found;
            }
        }
        foreach (var single in new[] { "items", "additionalProperties" })
        {
            if (schema[single] is JsonObject child)
            {
                foreach (var found in All(child, $"{pointer}/{single}"))
                    yield return found;
            }
        }
        var number = 0;
        foreach (var child in schema["anyOf"]?.AsArray() ?? [])
        {
            foreach (var found in All(child!.AsObject(), $"{pointer}/anyOf/{number++}"))
                yield return found;
        }
    }
}
