using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PgGitOps.Tests.Schemas;

/// <param name="Pointer">Place of the keyword, such as <c>/definitions/duration/pattern</c>.</param>
/// <param name="Document">A document that breaks this keyword.</param>
/// <param name="Relaxed">The schema without the keyword, or null where another keyword of the same schema refuses the value as well.</param>
internal sealed record SchemaMutation(string Pointer, string Keyword, JsonNode Document, JsonObject? Relaxed);

/// <summary>Walks a schema; for every keyword that refuses something, makes a document that is valid but for it.</summary>
internal sealed class SchemaMutations(JsonObject root)
{
    private static readonly string[] Words =
    [
        "a",
        "abc",
        "30s",
        "128MB",
        "2MB/s",
        "2027-03-31",
        "80%",
        "0 2 * * *",
        "user:x",
        "10.0.0.0/8",
        "UTC",
        "4.1.5",
        "PG101",
        "RecoveryPolicy/x",
        "aaaaaaaaaaaa",
        "b",
        "c",
        "member/x",
    ];

    private readonly List<SchemaMutation> made = [];

    public IReadOnlyList<SchemaMutation> Make()
    {
        Walk(root, "", value => value);
        return made;
    }

    /// <summary>A valid value with what is required and nothing else.</summary>
    public JsonNode Valid(JsonObject schema, int variant = 0)
    {
        schema = SchemaFiles.Resolve(root, schema);
        if (schema["anyOf"] is JsonArray forms)
            return Valid(forms[0]!.AsObject(), variant);
        switch (schema["type"] is JsonArray types ? types[0]!.GetValue<string>() : schema["type"]!.GetValue<string>())
        {
            case "object":
                var value = new JsonObject();
                foreach (var name in Required(schema))
                    value[name] = Valid(schema["properties"]![name]!.AsObject(), variant);
                if (value.Count < (schema["minProperties"]?.GetValue<int>() ?? 0))
                {
                    var (name, child) = (schema["properties"] ?? schema["patternProperties"])!.AsObject().First();
                    value[schema["properties"] is null ? "a" : name] = Valid(child!.AsObject(), variant);
                }
                return value;
            case "array":
                return Items(schema, schema["minItems"]?.GetValue<int>() ?? 0);
            case "integer":
                return schema["minimum"]?.GetValue<int>() ?? 1;
            case "boolean":
                return true;
            default:
                var words = schema["enum"] is JsonArray list
                    ? list.Select(w => w!.GetValue<string>())
                    : Words.Where(w => Fits(schema, w));
                return words.ElementAt(Math.Min(variant, words.Count() - 1));
        }
    }

    private void Walk(JsonObject schema, string pointer, Func<JsonNode, JsonNode> wrap)
    {
        if (schema["$ref"] is { } reference)
        {
            Walk(SchemaFiles.Resolve(root, schema), reference.GetValue<string>()[1..], wrap);
            return;
        }
        foreach (var (keyword, argument) in schema.Where(k => SchemaFiles.Assertions.Contains(k.Key)).ToList())
            Break(schema, pointer, keyword, argument!, wrap);
        foreach (var (name, child) in schema["properties"]?.AsObject() ?? [])
            Walk(child!.AsObject(), $"{pointer}/properties/{name}", value => wrap(With(schema, name, value)));
        foreach (var (name, child) in schema["patternProperties"]?.AsObject() ?? [])
            Walk(child!.AsObject(), $"{pointer}/patternProperties/{name}", value => wrap(new JsonObject { ["a"] = value }));
        if (schema["additionalProperties"] is JsonObject others)
            Walk(others, $"{pointer}/additionalProperties", value => wrap(new JsonObject { ["a"] = value }));
        if (schema["items"] is JsonObject item)
            Walk(
                item,
                $"{pointer}/items",
                value =>
                    wrap(
                        new JsonArray([
                            value,
                            .. Items(schema, (schema["minItems"]?.GetValue<int>() ?? 1) - 1).Select(i => i!.DeepClone()),
                        ])
                    )
            );
        for (var i = 0; i < (schema["anyOf"]?.AsArray().Count ?? 0); i++)
            Walk(schema["anyOf"]![i]!.AsObject(), $"{pointer}/anyOf/{i}", wrap);
    }

    private void Break(JsonObject schema, string pointer, string keyword, JsonNode argument, Func<JsonNode, JsonNode> wrap)
    {
        switch (keyword)
        {
            case "type":
                // Without its type a schema may still refuse the value by another keyword, so that only the refusal is shown.
                Add(
                    argument is JsonArray types
                        ? types.Any(t => t!.GetValue<string>() == "array")
                            ? new JsonObject()
                            : new JsonArray()
                        : argument.GetValue<string>() == "integer"
                            ? "\u00a7"
                            : 12345,
                    relaxed: false
                );
                break;
            case "enum":
                Add("\u00a7 no such word");
                break;
            case "pattern":
                Add(new[] { "\u00a7 \u00a7", "tab\there" }.First(w => !Regex.IsMatch(w, argument.GetValue<string>())));
                break;
            case "minLength":
                Add("");
                break;
            case "maxLength":
                Add(new string('a', argument.GetValue<int>() + 1));
                break;
            case "minimum":
                Add(argument.GetValue<int>() - 1);
                break;
            case "maximum":
                Add(argument.GetValue<long>() + 1);
                break;
            case "minItems":
                Add(Items(schema, argument.GetValue<int>() - 1));
                break;
            case "maxItems":
                Add(Items(schema, argument.GetValue<int>() + 1));
                break;
            case "uniqueItems":
                var one = Valid(schema["items"]!.AsObject());
                Add(new JsonArray(one, one.DeepClone()));
                break;
            case "minProperties":
                Add(new JsonObject());
                break;
            case "maxProperties":
                Add(
                    new JsonObject(
                        schema["properties"]!
                            .AsObject()
                            .Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Valid(p.Value!.AsObject())))
                    )
                );
                break;
            case "required":
                foreach (var name in Required(schema))
                {
                    var without = Valid(schema).AsObject();
                    without.Remove(name);
                    Add(without);
                }
                break;
            case "additionalProperties" when argument is JsonValue:
                var more = Valid(schema).AsObject();
                if (more.Count > 0 && schema["maxProperties"] is not null)
                    more.Clear();
                more["not a key"] = 1;
                Add(more);
                break;
            case "anyOf":
                Add(true);
                break;
        }

        void Add(JsonNode broken, bool relaxed = true) =>
            made.Add(new SchemaMutation($"{pointer}/{keyword}", keyword, wrap(broken), relaxed ? Relax(schema, keyword) : null));
    }

    private JsonObject Relax(JsonObject schema, string keyword)
    {
        var argument = schema[keyword];
        schema.Remove(keyword);
        var relaxed = root.DeepClone().AsObject();
        schema[keyword] = argument;
        return relaxed;
    }

    private JsonObject With(JsonObject schema, string name, JsonNode value)
    {
        var made = Valid(schema).AsObject();
        if (schema["maxProperties"] is not null)
            made.Clear();
        made[name] = value;
        return made;
    }

    private JsonArray Items(JsonObject schema, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Valid(schema["items"]!.AsObject(), i))];

    private static IEnumerable<string> Required(JsonObject schema) =>
        schema["required"]?.AsArray().Select(r => r!.GetValue<string>()) ?? [];

    private static bool Fits(JsonObject schema, string word) =>
        (schema["pattern"] is not { } pattern || Regex.IsMatch(word, pattern.GetValue<string>()))
        && word.Length >= (schema["minLength"]?.GetValue<int>() ?? 0)
        && word.Length <= (schema["maxLength"]?.GetValue<int>() ?? int.MaxValue);
}
