using System.Text.Json.Nodes;
using NJsonSchema;
using PgGitOps.Core.Desired.Schemas;

namespace PgGitOps.Tests.Schemas;

public sealed class SchemaReaderTests
{
    public static TheoryData<string> Kinds => [.. DocumentSchemas.Kinds];

    // Annotations are not read; what does the enforcing must be what the validator's own reader makes of the text.
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Read_EverySchema_IsWhatTheValidatorsOwnReaderMakesOfIt(string kind)
    {
        var bare = JsonNode.Parse(DocumentSchemas.Text(kind))!.AsObject();
        DropAnnotations(bare);
        var own = await JsonSchema.FromJsonAsync(bare.ToJsonString());

        Assert.Equal(Shape(own.ToJson()), Shape(SchemaReader.Read(DocumentSchemas.Text(kind)).ToJson()));
    }

    [Theory]
    [InlineData("""{ "properties": { "a": { "oneOf": [] } } }""")]
    [InlineData("""{ "multipleOf": 2 }""")]
    [InlineData("""{ "items": { "$ref": "#/definitions/missing" } }""")]
    [InlineData("""{ "type": "text" }""")]
    public void Read_KeywordThatWouldNotBeEnforced_IsRefused(string json) =>
        Assert.Throws<InvalidOperationException>(() => SchemaReader.Read(json));

    private static void DropAnnotations(JsonObject schema)
    {
        foreach (var annotation in (string[])["default", "examples"])
            schema.Remove(annotation);
        foreach (var (name, value) in schema.ToList())
        {
            if (name is "properties" or "patternProperties" or "definitions")
            {
                foreach (var part in value!.AsObject().Select(p => p.Value).OfType<JsonObject>())
                    DropAnnotations(part);
            }
            else if (value is JsonObject part)
                DropAnnotations(part);
            else if (name == "anyOf")
            {
                foreach (var alternative in value!.AsArray().OfType<JsonObject>())
                    DropAnnotations(alternative);
            }
        }
    }

    // Order of keys aside: both write them in the order they were met.
    private static string Shape(string json) => Sorted(JsonNode.Parse(json)!).ToJsonString();

    private static JsonNode Sorted(JsonNode node) =>
        node switch
        {
            JsonObject o => new JsonObject(
                o.OrderBy(p => p.Key, StringComparer.Ordinal)
                    .Select(p => KeyValuePair.Create(p.Key, p.Value is null ? null : Sorted(p.Value)))
            ),
            JsonArray a => new JsonArray([.. a.Select(i => i is null ? null : Sorted(i))]),
            _ => node.DeepClone(),
        };
}
