using System.Globalization;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>What a part of a repository's schema asks for, in words.</summary>
internal static class SchemaNames
{
    private static readonly (ValueTypes Type, string Word)[] Words =
    [
        (ValueTypes.Mapping, "a mapping"),
        (ValueTypes.List, "a list"),
        (ValueTypes.Text, "text"),
        (ValueTypes.Number, "a number"),
        (ValueTypes.Integer, "a whole number"),
        (ValueTypes.Boolean, "true or false"),
        (ValueTypes.Null, "nothing"),
    ];

    public static string Types(ValueTypes types)
    {
        if (types == ValueTypes.All)
            return "any value";
        var words = new List<string>();
        foreach (var (type, word) in Words)
        {
            if ((types & type) != type)
                continue;
            words.Add(word);
            types &= ~type;
        }
        return string.Join(" or ", words);
    }

    public static string Of(SchemaPart part)
    {
        part = part.Actual;
        if (part.Never)
            return "no value at all";
        if (part.Title is { Length: > 0 } title)
            return title;
        if (part.Allowed is { } allowed)
            return Allowed(allowed);
        if (part.Types == ValueTypes.All && part.Required.Length > 0)
            return "a mapping with " + BoundedText.List(part.Required);
        return part.Types == ValueTypes.Mapping && part.Required.Length > 0
            ? "a mapping with " + BoundedText.List(part.Required)
            : Types(part.Types);
    }

    public static string Allowed(LocatedNode[] values) =>
        values.Length == 1 ? Value(values[0]) : "one of " + BoundedText.List([.. values.Select(Value)]);

    public static string Range(SchemaPart part)
    {
        var low =
            part.Minimum is { } least ? $"of at least {least.Text}"
            : part.Above is { } above ? $"above {above.Text}"
            : null;
        var high =
            part.Maximum is { } most ? $"at most {most.Text}"
            : part.Below is { } below ? $"below {below.Text}"
            : null;
        return (low, high) switch
        {
            ({ }, { }) when part is { Minimum: { } l, Maximum: { } h } => $"a number from {l.Text} to {h.Text}",
            ({ } l, { } h) => $"a number {l} and {h}",
            ({ } l, null) => $"a number {l}",
            (null, { } h) => part.Maximum is null ? $"a number {h}" : $"a number of {h}",
            (null, null) => "a number",
        };
    }

    public static string Count(string noun, int? low, int? high) =>
        (low, high) switch
        {
            ({ } l, { } h) => string.Create(CultureInfo.InvariantCulture, $"{l} to {h} {noun}s"),
            (null, { } h) => string.Create(CultureInfo.InvariantCulture, $"at most {h} {noun}{(h == 1 ? "" : "s")}"),
            (1, null) => $"at least one {noun}",
            ({ } l, null) => string.Create(CultureInfo.InvariantCulture, $"at least {l} {noun}s"),
            (null, null) => noun,
        };

    private static string Value(LocatedNode node) =>
        node.Kind switch
        {
            NodeKind.Mapping => "a certain mapping",
            NodeKind.Sequence => "a certain list",
            NodeKind.Null => "nothing",
            NodeKind.String or NodeKind.Integer or NodeKind.Float or NodeKind.Boolean => node.Text,
        };
}
