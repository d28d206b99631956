using System.Globalization;
using System.Text.RegularExpressions;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Schemas;

/// <summary>Keeps a repository's schema inside the part of JSON Schema that is enforced: what would be ignored silently is refused with its place.</summary>
internal static class OwnKindLint
{
    /// <summary>Annotations that are not handed to the validator.</summary>
    public static readonly string[] Dropped = ["$schema", "$id", "$comment", "examples", "default"];

    private static readonly string[] Annotations = [.. Dropped, "title", "description"];
    private static readonly string[] Types = ["object", "array", "string", "integer", "number", "boolean"];
    private static readonly string[] Counts = ["minLength", "maxLength", "minItems", "maxItems"];
    private static readonly string[] Known =
    [
        "type", "required", "properties", "additionalProperties", "items", "enum", "const", "pattern", "minimum", "maximum", "uniqueItems", .. Counts, .. Annotations,
    ];

    public static void Check(string path, LocatedNode schema, List<Diagnostic> findings)
    {
        if (schema.Kind != NodeKind.Mapping)
        {
            Refuse(schema, "a schema is an object");
            return;
        }
        for (var i = 0; i < schema.Keys.Count; i++)
        {
            var (key, value) = (schema.Keys[i], schema.Items[i]);
            var wrong = key.Text switch
            {
                _ when !Known.Contains(key.Text) => $"the keyword '{key.Text}' is not enforced here",
                "type" when value.Kind != NodeKind.String || !Types.Contains(value.Text) => "type is one of " + string.Join(", ", Types),
                "const" when value.Kind != NodeKind.String => "const is text",
                "enum" when value.Kind != NodeKind.Sequence || value.Items.Count == 0 || value.Items.Any(v => v.Kind != NodeKind.String) => "enum is a list of texts",
                "required" when value.Kind != NodeKind.Sequence || value.Items.Any(v => v.Kind != NodeKind.String) => "required is a list of names",
                "properties" when value.Kind != NodeKind.Mapping => "properties is an object of schemas",
                "title" or "description" when value.Kind != NodeKind.String => $"{key.Text} is text",
                "minimum" or "maximum" when value.Kind is not (NodeKind.Integer or NodeKind.Float) => $"{key.Text} is a number",
                "uniqueItems" when value.Kind != NodeKind.Boolean => "uniqueItems is true or false",
                "pattern" when value.Kind != NodeKind.String || Pattern(value.Text) is null => "pattern is a regular expression without look-around and back references",
                _ when Counts.Contains(key.Text) && !(value.Kind == NodeKind.Integer && int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out _)) => $"{key.Text} is a whole number",
                _ when TypeOf(key.Text) is { } type && schema["type"]?.Text != type && !(type == "number" && schema["type"]?.Text == "integer") => $"'{key.Text}' is enforced beside \"type\": \"{type}\" only",
                "enum" or "const" when schema["type"] is { } type && type.Text != "string" => $"'{key.Text}' is enforced for text only",
                _ => null,
            };
            if (wrong is not null)
                Refuse(wrong.StartsWith("the keyword", StringComparison.Ordinal) ? key : value, wrong);
            else if (key.Text == "properties")
            {
                foreach (var property in value.Items)
                    Check(path, property, findings);
            }
            else if (key.Text == "items" || (key.Text == "additionalProperties" && value.Kind != NodeKind.Boolean))
                Check(path, value, findings);
        }

        void Refuse(LocatedNode at, string message) => findings.Add(DocumentRules.OwnKind.At(at.SpanIn(path), message, "enforced: " + string.Join(", ", Known.Except(Annotations).Order(StringComparer.Ordinal))));
    }

    /// <summary>The one text that a top-level field of the kind's documents may have.</summary>
    public static LocatedNode? Fixed(string path, LocatedNode root, string field, List<Diagnostic> findings)
    {
        var schema = root["properties"]?[field];
        var text = schema?["const"] ?? (schema?["enum"] is { Items: [var only] } ? only : null);
        var required = root["required"] is { } list && list.Items.Any(i => i.Text == field);
        if (text is { Kind: NodeKind.String } && required && root["type"]?.Text == "object")
            return text;
        findings.Add(DocumentRules.OwnKind.At((schema ?? root).SpanIn(path), $"a kind is found by its {field}: require it, with one value", $"\"type\": \"object\", \"required\": [\"{field}\"], \"properties\": {{ \"{field}\": {{ \"const\": \"…\" }} }}"));
        return null;
    }

    /// <summary>As JSON Schema means it ($ is the very end), matched in linear time; null where that cannot be.</summary>
    public static Regex? Pattern(string pattern)
    {
        try
        {
            return new Regex(pattern.EndsWith('$') && !pattern.EndsWith("\\$", StringComparison.Ordinal) ? pattern[..^1] + "\\z" : pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string? TypeOf(string keyword) => keyword switch
    {
        "pattern" or "minLength" or "maxLength" => "string",
        "minimum" or "maximum" => "number",
        "items" or "minItems" or "maxItems" or "uniqueItems" => "array",
        "required" or "properties" or "additionalProperties" => "object",
        _ => null,
    };
}
