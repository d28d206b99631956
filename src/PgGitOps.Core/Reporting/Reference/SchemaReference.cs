using System.Text;
using System.Text.Json;
using PgGitOps.Core.Desired.Schemas;

namespace PgGitOps.Core.Reporting.Reference;

/// <summary>A document kind's schema as a page for people.</summary>
public static class SchemaReference
{
    /// <summary>Name of the page: <c>RecoveryPolicy</c> → <c>recovery-policy.md</c>.</summary>
    public static string FileName(string kind) =>
        DocumentSchemas.FileName(kind).Replace(".schema.json", ".md", StringComparison.Ordinal);

    public static string ToMarkdown(string kind)
    {
        using var schema = JsonDocument.Parse(DocumentSchemas.Text(kind));
        var root = schema.RootElement;
        var text = new StringBuilder()
            .Append("# ")
            .Append(kind)
            .Append("\n\n")
            .Append(Text(root, "description"))
            .Append("\n\n")
            .Append("Generated from [`schemas/")
            .Append(DocumentSchemas.FileName(kind))
            .Append("`](../../schemas/")
            .Append(DocumentSchemas.FileName(kind))
            .Append("). ")
            .Append("Unknown keys are errors; a field without a default that is left out is not managed.\n\n")
            .Append("| Field | Value | Default | Meaning |\n|---|---|---|---|\n");
        foreach (var (name, child) in Fields(root, root))
            AppendField(text, root, name, child, IsRequired(root, name));
        return text.ToString();
    }

    private static void AppendField(StringBuilder text, JsonElement root, string path, JsonElement written, bool required)
    {
        var schema = Resolve(root, written);
        var @default = Member(written, "default") ?? Member(schema, "default");
        text.Append("| `")
            .Append(path)
            .Append(required ? "` **required**" : "`")
            .Append(" | ")
            .Append(Cell(Value(root, schema)))
            .Append(" | ")
            .Append(
                @default is { } value
                    ? $"`{(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText())}`"
                    : ""
            )
            .Append(" | ")
            .Append(Cell(Meaning(written, schema)))
            .Append(" |\n");
        AppendInner(text, root, path, schema);
    }

    private static void AppendInner(StringBuilder text, JsonElement root, string path, JsonElement schema)
    {
        var inner = schema;
        if (Member(schema, "items") is { } items)
        {
            path += "[]";
            inner = Resolve(root, items);
            if (Member(inner, "anyOf") is { } forms)
                inner = forms
                    .EnumerateArray()
                    .Select(f => Resolve(root, f))
                    .FirstOrDefault(f => Member(f, "properties") is not null);
        }
        if (inner.ValueKind != JsonValueKind.Object)
            return;
        foreach (var (name, child) in Fields(root, inner))
            AppendField(text, root, $"{path}.{name}", child, IsRequired(inner, name));
    }

    private static IEnumerable<(string Name, JsonElement Schema)> Fields(JsonElement root, JsonElement schema) =>
        Member(Resolve(root, schema), "properties") is { } properties
            ? properties.EnumerateObject().Select(p => (p.Name, p.Value))
            : [];

    private static string Value(JsonElement root, JsonElement schema)
    {
        if (Member(schema, "enum") is { } words)
            return string.Join(", ", words.EnumerateArray().Select(w => $"`{w.GetString()}`"));
        if (Member(schema, "items") is { } items)
            return "list of " + Value(root, Resolve(root, items));
        if (Member(schema, "anyOf") is { } forms)
            return string.Join(" or ", forms.EnumerateArray().Select(f => Value(root, Resolve(root, f))));
        if (Text(schema, "title") is { Length: > 0 } title)
            return title;
        var type = Member(schema, "type")?.ToString();
        return type switch
        {
            "integer" => $"{Member(schema, "minimum")} to {Member(schema, "maximum")}",
            "boolean" => "`true`, `false`",
            "string" => "text",
            "object" when Member(schema, "patternProperties") is { } named =>
                $"mapping of {Value(root, Resolve(root, named.EnumerateObject().First().Value))}",
            "object" => "mapping",
            _ => type ?? "",
        };
    }

    private static string Meaning(JsonElement written, JsonElement schema)
    {
        var meaning = Text(written, "description") is { Length: > 0 } own ? own : Text(schema, "description");
        var examples = Member(written, "examples") ?? Member(schema, "examples");
        return examples is { } list
            ? $"{meaning} Example: {string.Join(", ", list.EnumerateArray().Select(e => $"`{e}`"))}."
            : meaning;
    }

    private static bool IsRequired(JsonElement schema, string name) =>
        Member(schema, "required") is { } required && required.EnumerateArray().Any(r => r.GetString() == name);

    private static JsonElement Resolve(JsonElement root, JsonElement schema) =>
        Member(schema, "$ref") is { } reference
            ? root.GetProperty("definitions").GetProperty(reference.GetString()!["#/definitions/".Length..])
            : schema;

    private static JsonElement? Member(JsonElement schema, string name) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var found) ? found : null;

    private static string Text(JsonElement schema, string name) => Member(schema, name)?.GetString() ?? "";

    private static string Cell(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);
}
