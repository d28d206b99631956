using System.Globalization;
using System.Text;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Schemas;

/// <summary>Where a node stands in its document.</summary>
/// <param name="Key">The key that leads to it, or null for the root and for list items.</param>
/// <param name="Above">What holds it, or null for the root.</param>
/// <param name="Item">Of a list's item, which one.</param>
internal sealed record NodePlace(LocatedNode Node, LocatedNode? Key, NodePlace? Above, int Item)
{
    private const int LengthMax = 512;

    /// <summary>Such as <c>spec.members[1].host</c>; empty for the root. Of a path longer than 512 characters, its end behind an ellipsis.</summary>
    /// <remarks>Made when it is asked for: kept for every node, the paths below one long key would take the square of a file.</remarks>
    public string Field
    {
        get
        {
            var segments = new Stack<string>();
            var length = 0;
            for (var at = this; at.Above is { } above && length <= LengthMax; at = above)
            {
                segments.Push(at.Segment());
                length += segments.Peek().Length;
            }
            if (length > LengthMax)
                segments.Push("…");
            var path = new StringBuilder(length);
            foreach (var segment in segments)
                NodeIndex.Append(path, segment);
            return path.ToString();
        }
    }

    private string Segment() =>
        Key is { } key ? NodeIndex.Segment(key.Text) : string.Create(CultureInfo.InvariantCulture, $"[{Item}]");
}

/// <summary>Nodes of one document by serial number and by place. Built only when there is something to report.</summary>
internal sealed class NodeIndex
{
    private const int SegmentLengthMax = 128;

    private readonly LocatedNode root;
    private readonly Dictionary<int, NodePlace> byNumber = [];
    private readonly Dictionary<(int Line, int Column), NodePlace> byPlace = [];

    public NodeIndex(LocatedNode root)
    {
        this.root = root;
        Visit(new NodePlace(root, null, null, 0));
    }

    public NodePlace? Find(int number) => byNumber.GetValueOrDefault(number);

    /// <summary>The value at a path as <see cref="NodePlace.Field"/> gives it, or null.</summary>
    public LocatedNode? FindField(string field)
    {
        LocatedNode? at = root;
        for (var from = 0; from < field.Length && at is { } node; )
            (at, from) = Step(node, field, from);
        return at;
    }

    public string? FieldAt(SourceSpan span) => byPlace.GetValueOrDefault((span.Line, span.Column))?.Field;

    public static string Child(string field, string key)
    {
        var path = new StringBuilder(field);
        Append(path, Segment(key));
        return path.ToString();
    }

    /// <summary>A key as it stands in a path: behind a point where it is a plain word, else in brackets.</summary>
    internal static string Segment(string key)
    {
        var plain = key.Length is > 0 and <= SegmentLengthMax && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        return plain ? key : $"['{BoundedText.Cut(key, SegmentLengthMax)}']";
    }

    internal static void Append(StringBuilder path, string segment)
    {
        if (path.Length > 0 && segment[0] != '[')
            path.Append('.');
        path.Append(segment);
    }

    /// <summary>The child that the path names next, and where the path goes on behind it.</summary>
    private static (LocatedNode? Node, int From) Step(LocatedNode node, string field, int from)
    {
        var rest = field.AsSpan(from);
        for (var i = 0; i < node.Items.Count; i++)
        {
            var segment =
                node.Kind == NodeKind.Mapping
                    ? Segment(node.Keys[i].Text)
                    : string.Create(CultureInfo.InvariantCulture, $"[{i}]");
            if (!rest.StartsWith(segment, StringComparison.Ordinal))
                continue;
            var behind = from + segment.Length;
            if (behind == field.Length || field[behind] == '[')
                return (node.Items[i], behind);
            if (field[behind] == '.')
                return (node.Items[i], behind + 1);
        }
        return (null, field.Length);
    }

    private void Visit(NodePlace place)
    {
        var node = place.Node;
        // An aliased node is found where it first appears.
        if (!byNumber.TryAdd(node.Number, place))
            return;
        byPlace.TryAdd((node.Line, node.Column), place);
        for (var i = 0; i < node.Items.Count; i++)
        {
            var item = node.Items[i];
            if (node.Kind == NodeKind.Mapping)
            {
                var key = node.Keys[i];
                var named = new NodePlace(key, key, place, 0);
                byNumber.TryAdd(key.Number, named);
                // A block mapping starts where its first key does; the key's own field is the better answer there.
                byPlace[(key.Line, key.Column)] = named;
                Visit(new NodePlace(item, key, place, 0));
            }
            else
                Visit(new NodePlace(item, null, place, i));
        }
    }
}
