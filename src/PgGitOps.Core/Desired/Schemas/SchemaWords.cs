using System.Globalization;
using NJsonSchema;
using PgGitOps.Core.Desired.Yaml;

namespace PgGitOps.Core.Desired.Schemas;

/// <summary>What a schema asks for and what a document holds, in words.</summary>
internal static class SchemaWords
{
    private const int FoundLengthMax = 60;

    public static string Expected(JsonSchema schema, DiagnosticRule? rule = null)
    {
        if (rule == DocumentRules.NumberRange)
            return Range("a number", schema.Minimum, schema.Maximum);
        if (rule == DocumentRules.ItemCount)
            return Count("item", schema.MinItems, schema.MaxItems);
        if (rule == DocumentRules.TextLength && schema.Title is null)
            return Count("character", schema.MinLength ?? 0, schema.MaxLength ?? 0);
        // A title says what a value is; for a list or a mapping the type is what was missed.
        if (schema.Title is { Length: > 0 } title && !schema.Type.HasFlag(JsonObjectType.Object))
            return title;
        if (schema.Enumeration.Count > 0)
            return "one of " + string.Join(", ", schema.Enumeration);
        return TypeWord(schema.Type);
    }

    public static string Found(LocatedNode node) =>
        node.Kind switch
        {
            NodeKind.Mapping => "a mapping",
            NodeKind.Sequence => node.Items.Count == 0 ? "an empty list"
            : node.Items.Count == 1 ? "a list of one item"
            : string.Create(CultureInfo.InvariantCulture, $"a list of {node.Items.Count} items"),
            NodeKind.Null => "nothing",
            NodeKind.String => $"'{Cut(node.Text)}'",
            NodeKind.Integer or NodeKind.Float => $"the number {Cut(node.Text)}",
            NodeKind.Boolean => node.Text,
        };

    public static string? PatternHint(JsonSchema schema) =>
        schema.PatternProperties.Count == 1 ? "names here match " + schema.PatternProperties.Keys.Single() : null;

    private static string Cut(string text) => text.Length <= FoundLengthMax ? text : text[..FoundLengthMax] + "…";

    private static string TypeWord(JsonObjectType type) =>
        type switch
        {
            JsonObjectType.Object => "a mapping",
            JsonObjectType.Array => "a list",
            JsonObjectType.String => "text",
            JsonObjectType.Integer => "a whole number",
            JsonObjectType.Number => "a number",
            JsonObjectType.Boolean => "true or false",
            _ => type.ToString(),
        };

    private static string Range(string noun, decimal? low, decimal? high) =>
        (low, high) switch
        {
            ({ } l, { } h) => string.Create(CultureInfo.InvariantCulture, $"{noun} from {l} to {h}"),
            ({ } l, null) => string.Create(CultureInfo.InvariantCulture, $"{noun} of at least {l}"),
            (null, { } h) => string.Create(CultureInfo.InvariantCulture, $"{noun} of at most {h}"),
            (null, null) => noun,
        };

    private static string Count(string noun, int low, int high) =>
        (low, high) switch
        {
            (> 0, > 0) => string.Create(CultureInfo.InvariantCulture, $"{low} to {high} {noun}s"),
            (_, > 0) => string.Create(CultureInfo.InvariantCulture, $"at most {high} {noun}s"),
            (1, _) => $"at least one {noun}",
            _ => string.Create(CultureInfo.InvariantCulture, $"at least {low} {noun}s"),
        };
}
