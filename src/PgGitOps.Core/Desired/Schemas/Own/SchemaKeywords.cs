using PgGitOps.Core.Desired.Yaml;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>The words of draft 7 that are known here.</summary>
internal static class SchemaKeywords
{
    /// <summary>They refuse nothing.</summary>
    public static readonly string[] Annotations =
    [
        "$comment",
        "title",
        "description",
        "default",
        "examples",
        "readOnly",
        "writeOnly",
        "deprecated",
        "definitions",
        "$defs",
    ];

    /// <summary>They refuse something, each of values of these types.</summary>
    public static readonly Dictionary<string, ValueTypes> Assertions = new(StringComparer.Ordinal)
    {
        ["type"] = ValueTypes.All,
        ["enum"] = ValueTypes.All,
        ["const"] = ValueTypes.All,
        ["allOf"] = ValueTypes.All,
        ["anyOf"] = ValueTypes.All,
        ["oneOf"] = ValueTypes.All,
        ["not"] = ValueTypes.All,
        ["if"] = ValueTypes.All,
        ["then"] = ValueTypes.All,
        ["else"] = ValueTypes.All,
        ["minimum"] = ValueTypes.Number,
        ["maximum"] = ValueTypes.Number,
        ["exclusiveMinimum"] = ValueTypes.Number,
        ["exclusiveMaximum"] = ValueTypes.Number,
        ["multipleOf"] = ValueTypes.Number,
        ["minLength"] = ValueTypes.Text,
        ["maxLength"] = ValueTypes.Text,
        ["pattern"] = ValueTypes.Text,
        ["format"] = ValueTypes.Text,
        ["items"] = ValueTypes.List,
        ["additionalItems"] = ValueTypes.List,
        ["contains"] = ValueTypes.List,
        ["minItems"] = ValueTypes.List,
        ["maxItems"] = ValueTypes.List,
        ["uniqueItems"] = ValueTypes.List,
        ["required"] = ValueTypes.Mapping,
        ["properties"] = ValueTypes.Mapping,
        ["patternProperties"] = ValueTypes.Mapping,
        ["additionalProperties"] = ValueTypes.Mapping,
        ["propertyNames"] = ValueTypes.Mapping,
        ["minProperties"] = ValueTypes.Mapping,
        ["maxProperties"] = ValueTypes.Mapping,
        ["dependencies"] = ValueTypes.Mapping,
    };

    public static readonly (string Name, ValueTypes Type)[] Types =
    [
        ("object", ValueTypes.Mapping),
        ("array", ValueTypes.List),
        ("string", ValueTypes.Text),
        ("integer", ValueTypes.Integer),
        ("number", ValueTypes.Number),
        ("boolean", ValueTypes.Boolean),
        ("null", ValueTypes.Null),
    ];

    public static ValueTypes TypesOf(LocatedNode value, Action<LocatedNode, string, string?> refuse)
    {
        var types = ValueTypes.None;
        foreach (var name in value.Kind == NodeKind.Sequence ? (IEnumerable<LocatedNode>)value.Items : [value])
        {
            var named = Array.Find(Types, t => name.Kind == NodeKind.String && t.Name == name.Text);
            if (named.Name is null)
                refuse(name, "type is one of " + string.Join(", ", Types.Select(t => t.Name)), null);
            types |= named.Type;
        }
        if (value is { Kind: NodeKind.Sequence, Items.Count: 0 })
            refuse(value, "type names at least one type", null);
        return types;
    }
}
