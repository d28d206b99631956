using System.Text.Json;
using NJsonSchema;

namespace PgGitOps.Core.Desired.Schemas;

/// <summary>JSON text of one of our own schemas → the validator's schema.</summary>
/// <remarks>
/// The validator's own reader finds out about its properties by reflection each time a process starts, which takes longer
/// than checking a hundred documents, and which a native program can do only with all its names kept. This one knows the keywords that
/// <c>schemas/</c> uses and refuses every other; a test compares the two.
/// </remarks>
internal static class SchemaReader
{
    private const string DefinitionPrefix = "#/definitions/";

    /// <exception cref="InvalidOperationException">A keyword that is not known here, or a reference that leads nowhere: a mistake in <c>schemas/</c>.</exception>
    public static JsonSchema Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = new JsonSchema();
        // Made first and filled afterwards: definitions refer to one another.
        if (document.RootElement.TryGetProperty("definitions", out var definitions))
        {
            foreach (var definition in definitions.EnumerateObject())
                root.Definitions.Add(definition.Name, new JsonSchema());
            foreach (var definition in definitions.EnumerateObject())
                Fill(root.Definitions[definition.Name], definition.Value, root);
        }
        Fill(root, document.RootElement, root);
        return root;
    }

    private static JsonSchema Part(JsonElement element, JsonSchema root)
    {
        var part = new JsonSchema();
        Fill(part, element, root);
        return part;
    }

    private static void Fill(JsonSchema schema, JsonElement element, JsonSchema root)
    {
        foreach (var keyword in element.EnumerateObject())
            Apply(schema, keyword.Name, keyword.Value, root);
    }

    private static void Apply(JsonSchema schema, string keyword, JsonElement value, JsonSchema root)
    {
        switch (keyword)
        {
            // Annotations: for editors and for the reference, not for the validator.
            case "default" or "examples" or "definitions":
                break;
            case "$schema":
                schema.SchemaVersion = value.GetString()!;
                break;
            case "description":
                schema.Description = value.GetString();
                break;
            case "title":
                schema.Title = value.GetString();
                break;
            case "$ref":
                schema.Reference = Definition(value.GetString()!, root);
                break;
            case "type":
                schema.Type =
                    value.ValueKind == JsonValueKind.Array
                        ? value.EnumerateArray().Aggregate(JsonObjectType.None, (types, t) => types | Type(t))
                        : Type(value);
                break;
            case "enum":
                foreach (var item in value.EnumerateArray())
                    schema.Enumeration.Add(item.GetString()!);
                break;
            case "pattern":
                schema.Pattern = value.GetString();
                break;
            case "minLength":
                schema.MinLength = value.GetInt32();
                break;
            case "maxLength":
                schema.MaxLength = value.GetInt32();
                break;
            case "minimum":
                schema.Minimum = value.GetDecimal();
                break;
            case "maximum":
                schema.Maximum = value.GetDecimal();
                break;
            case "minItems":
                schema.MinItems = value.GetInt32();
                break;
            case "maxItems":
                schema.MaxItems = value.GetInt32();
                break;
            case "uniqueItems":
                schema.UniqueItems = value.GetBoolean();
                break;
            case "minProperties":
                schema.MinProperties = value.GetInt32();
                break;
            case "maxProperties":
                schema.MaxProperties = value.GetInt32();
                break;
            case "required":
                foreach (var name in value.EnumerateArray())
                    schema.RequiredProperties.Add(name.GetString()!);
                break;
            case "properties":
                foreach (var property in value.EnumerateObject())
                    schema.Properties.Add(property.Name, Property(property.Value, root));
                break;
            case "patternProperties":
                foreach (var property in value.EnumerateObject())
                    schema.PatternProperties.Add(property.Name, Property(property.Value, root));
                break;
            case "additionalProperties" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                schema.AllowAdditionalProperties = value.GetBoolean();
                break;
            case "additionalProperties":
                schema.AdditionalPropertiesSchema = Part(value, root);
                break;
            case "items":
                schema.Item = Part(value, root);
                break;
            case "anyOf":
                foreach (var alternative in value.EnumerateArray())
                    schema.AnyOf.Add(Part(alternative, root));
                break;
            default:
                throw new InvalidOperationException($"The keyword {keyword} of a schema is not read.");
        }
    }

    private static JsonSchemaProperty Property(JsonElement element, JsonSchema root)
    {
        var property = new JsonSchemaProperty();
        Fill(property, element, root);
        return property;
    }

    private static JsonSchema Definition(string reference, JsonSchema root) =>
        reference.StartsWith(DefinitionPrefix, StringComparison.Ordinal)
        && root.Definitions.TryGetValue(reference[DefinitionPrefix.Length..], out var definition)
            ? definition
            : throw new InvalidOperationException($"The reference {reference} of a schema leads nowhere.");

    private static JsonObjectType Type(JsonElement name) =>
        name.GetString() switch
        {
            "object" => JsonObjectType.Object,
            "array" => JsonObjectType.Array,
            "string" => JsonObjectType.String,
            "integer" => JsonObjectType.Integer,
            "number" => JsonObjectType.Number,
            "boolean" => JsonObjectType.Boolean,
            "null" => JsonObjectType.Null,
            var other => throw new InvalidOperationException($"There is no type {other}."),
        };
}
