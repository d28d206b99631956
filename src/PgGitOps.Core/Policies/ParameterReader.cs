using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>Declarations and values of parameters, as YAML spells them.</summary>
internal static class ParameterReader
{
    private static readonly (string Name, ParameterType Type)[] Types =
    [
        ("duration", ParameterType.Duration),
        ("integer", ParameterType.Integer),
        ("size", ParameterType.Size),
        ("boolean", ParameterType.Boolean),
        ("text", ParameterType.Text),
        ("texts", ParameterType.Texts),
    ];

    private static readonly string[] Known = ["type", "default", "min", "max", "oneOf", "description"];

    public static ParameterDeclaration? Declaration(
        string path,
        LocatedNode key,
        LocatedNode node,
        Action<LocatedNode, string, string?> wrong
    )
    {
        if (
            node.Kind != NodeKind.Mapping
            || node["type"] is not { IsScalar: true } typeNode
            || node["default"] is not { } defaultNode
        )
        {
            wrong(
                node.Kind == NodeKind.Mapping ? key : node,
                $"parameter '{key.Text}' needs a type and a default",
                "such as { type: duration, default: 7d, description: … }"
            );
            return null;
        }
        foreach (var inner in node.Keys)
        {
            if (Known.Contains(inner.Text))
                continue;
            wrong(inner, $"unknown key '{inner.Text}'", $"known are {string.Join(", ", Known)}");
            return null;
        }
        var named = Types.FirstOrDefault(t => t.Name == typeNode.Text);
        if (named.Name is null)
        {
            wrong(
                typeNode,
                $"'{typeNode.Text}' is no parameter type",
                $"types are {string.Join(", ", Types.Select(t => t.Name))}"
            );
            return null;
        }
        var (min, max) = (Limit(node["min"]), Limit(node["max"]));
        var oneOf = node["oneOf"]?.Items.Select(i => i.Text).ToEquatableArray() ?? [];
        var declaration = new ParameterDeclaration(
            key.Text,
            named.Type,
            new ParameterValue.OfText(""),
            min,
            max,
            oneOf,
            node["description"]?.Text ?? "",
            key.SpanIn(path)
        );
        if (Value(declaration, defaultNode, out var problem) is { } value)
            return declaration with { Default = value };
        wrong(defaultNode, $"the default of '{key.Text}' {problem}", null);
        return null;

        ParameterValue? Limit(LocatedNode? given)
        {
            if (given is not { } limit)
                return null;
            if (Typed(named.Type, limit) is { } value)
                return value;
            wrong(limit, $"'{limit.Text}' is no {named.Name}", null);
            return null;
        }
    }

    /// <summary>The value of a parameter, or null and what is wrong with it.</summary>
    public static ParameterValue? Value(ParameterDeclaration declaration, LocatedNode node, out string problem)
    {
        problem = "";
        var type = Types.First(t => t.Type == declaration.Type).Name;
        if (Typed(declaration.Type, node) is not { } value)
            problem = node.IsScalar ? $"is '{node.Text}', which is no {type}" : $"is no {type}";
        else if (declaration.Min is { } min && Compare(value, min) < 0)
            problem = $"is {value.Spell()}, less than {min.Spell()}";
        else if (declaration.Max is { } max && Compare(value, max) > 0)
            problem = $"is {value.Spell()}, more than {max.Spell()}";
        else if (
            declaration.OneOf.Count > 0
            && Spellings(value).FirstOrDefault(s => !declaration.OneOf.Contains(s)) is { } stranger
        )
            problem = $"has '{stranger}', which is not one of {string.Join(", ", declaration.OneOf)}";
        else
            return value;
        return null;
    }

    private static EquatableArray<string> Spellings(ParameterValue value) =>
        value is ParameterValue.OfTexts texts ? texts.Values : [value.Spell()];

    private static int Compare(ParameterValue a, ParameterValue b) =>
        (a, b) switch
        {
            (ParameterValue.OfDuration x, ParameterValue.OfDuration y) => x.Value.CompareTo(y.Value),
            (ParameterValue.OfInteger x, ParameterValue.OfInteger y) => x.Value.CompareTo(y.Value),
            (ParameterValue.OfSize x, ParameterValue.OfSize y) => x.Bytes.CompareTo(y.Bytes),
            _ => 0,
        };

    private static ParameterValue? Typed(ParameterType type, LocatedNode node) =>
        type switch
        {
            ParameterType.Texts => node.Kind == NodeKind.Sequence && node.Items.All(i => i.IsScalar)
                ? new ParameterValue.OfTexts(node.Items.Select(i => i.Text).ToEquatableArray())
                : null,
            _ when !node.IsScalar => null,
            ParameterType.Duration => DurationText.TryParse(node.Text, out var duration)
                ? new ParameterValue.OfDuration(duration)
                : null,
            ParameterType.Integer => long.TryParse(
                node.Text,
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var integer
            )
                ? new ParameterValue.OfInteger(integer)
                : null,
            ParameterType.Size => ByteCount.TryParse(node.Text, out var size) ? new ParameterValue.OfSize(size.Bytes) : null,
            ParameterType.Boolean => node.Kind == NodeKind.Boolean
                ? new ParameterValue.OfBoolean(node.Text[0] is 't' or 'T')
                : null,
            ParameterType.Text => new ParameterValue.OfText(node.Text),
            _ => throw new InvalidOperationException($"No reader for parameters of type {type}."),
        };
}
