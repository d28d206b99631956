using System.Globalization;
using System.Text;
using PgGitOps.Core.Desired.Yaml;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>Types of JSON values. An integer is a number without a fraction, however it is written.</summary>
[Flags]
internal enum ValueTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Fraction = 8,
    Text = 16,
    List = 32,
    Mapping = 64,
    Number = Integer | Fraction,
    All = Null | Boolean | Number | Text | List | Mapping,
}

/// <summary>What JSON Schema means by the type and the equality of values.</summary>
internal static class JsonValues
{
    public static ValueTypes TypeOf(LocatedNode node) =>
        node.Kind switch
        {
            NodeKind.Mapping => ValueTypes.Mapping,
            NodeKind.Sequence => ValueTypes.List,
            NodeKind.String => ValueTypes.Text,
            NodeKind.Integer => ValueTypes.Integer,
            NodeKind.Float => IsWhole(node) ? ValueTypes.Integer : ValueTypes.Fraction,
            NodeKind.Boolean => ValueTypes.Boolean,
            NodeKind.Null => ValueTypes.Null,
        };

    /// <summary>Equal exactly for equal values: 1 and 1.0 are one, and the order of keys says nothing.</summary>
    public static string Key(LocatedNode node)
    {
        var key = new StringBuilder();
        Write(node, key);
        return key.ToString();
    }

    /// <summary>Less than 0, 0 or more than 0, as the first number is less than, equal to or more than the second.</summary>
    public static int Compare(LocatedNode a, LocatedNode b) =>
        Exact(a) is { } x && Exact(b) is { } y ? x.CompareTo(y) : Rough(a).CompareTo(Rough(b));

    public static bool IsMultiple(LocatedNode value, LocatedNode of)
    {
        if (Exact(value) is { } x && Exact(of) is { } y)
            return x % y == 0;
        var ratio = Rough(value) / Rough(of);
        return double.IsFinite(ratio) && ratio == Math.Floor(ratio);
    }

    private static bool IsWhole(LocatedNode node) =>
        Exact(node) is { } exact
            ? exact == decimal.Truncate(exact)
            : Rough(node) is var rough && double.IsFinite(rough) && rough == Math.Floor(rough);

    private static decimal? Exact(LocatedNode node) =>
        decimal.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && (value != 0 || Rough(node) == 0)
            ? value
            : null;

    private static double Rough(LocatedNode node) => double.Parse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static void Write(LocatedNode node, StringBuilder to)
    {
        switch (node.Kind)
        {
            case NodeKind.Mapping:
                to.Append('{');
                foreach (var i in Enumerable.Range(0, node.Keys.Count).OrderBy(i => node.Keys[i].Text, StringComparer.Ordinal))
                {
                    Text(node.Keys[i].Text, to);
                    Write(node.Items[i], to);
                }
                to.Append('}');
                break;
            case NodeKind.Sequence:
                to.Append('[');
                foreach (var item in node.Items)
                    Write(item, to);
                to.Append(']');
                break;
            case NodeKind.String:
                Text(node.Text, to);
                break;
            case NodeKind.Integer or NodeKind.Float:
                to.Append('#')
                    .Append(
                        Exact(node) is { } exact
                            ? exact.ToString("0.############################", CultureInfo.InvariantCulture)
                            : Rough(node).ToString("R", CultureInfo.InvariantCulture)
                    )
                    .Append(';');
                break;
            case NodeKind.Boolean:
                to.Append(node.Text[0] is 't' or 'T' ? 'y' : 'n');
                break;
            case NodeKind.Null:
                to.Append('~');
                break;
        }
    }

    // The length before the text, so that no two values are written alike.
    private static void Text(string text, StringBuilder to) =>
        to.Append(CultureInfo.InvariantCulture, $"\"{text.Length}:").Append(text);

    /// <summary>Steps that it takes to write a value down, as comparing it with another one does.</summary>
    public static long Size(LocatedNode node)
    {
        const int StepsPerValue = 8;
        long size = StepsPerValue + (node.Text.Length >> 5);
        for (var i = 0; i < node.Items.Count; i++)
            size += Size(node.Items[i]) + (node.Kind == NodeKind.Mapping ? StepsPerValue + (node.Keys[i].Text.Length >> 5) : 0);
        return size;
    }
}
