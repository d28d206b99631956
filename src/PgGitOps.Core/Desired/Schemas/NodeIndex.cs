using System.Globalization;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Schemas;

/// <summary>Where a node stands in its document.</summary>
/// <param name="Field">Such as <c>spec.members[1].host</c>; empty for the root.</param>
/// <param name="Key">The key that leads to it, or null for the root and for list items.</param>
internal sealed record NodePlace(LocatedNode Node, string Field, LocatedNode? Key);

/// <summary>Nodes of one document by serial number and by place. Built only when there is something to report.</summary>
internal sealed class NodeIndex
{
    private readonly Dictionary<int, NodePlace> byNumber = [];
    private readonly Dictionary<(int Line, int Column), string> byPlace = [];

    public NodeIndex(LocatedNode root) => Visit(new NodePlace(root, "", null));

    public NodePlace? Find(int number) => byNumber.GetValueOrDefault(number);

    public LocatedNode? FindField(string field) =>
        byNumber.Values.Where(p => p.Field == field).OrderBy(p => p.Node == p.Key).FirstOrDefault()?.Node;

    public string? FieldAt(SourceSpan span) => byPlace.GetValueOrDefault((span.Line, span.Column));

    public static string Child(string field, string key)
    {
        var plain = key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        var segment = plain ? key : $"['{key}']";
        return field.Length == 0 || !plain ? field + segment : field + "." + segment;
    }

    private void Visit(NodePlace place)
    {
        var node = place.Node;
        // An aliased node is found where it first appears.
        if (!byNumber.TryAdd(node.Number, place))
            return;
        byPlace.TryAdd((node.Line, node.Column), place.Field);
        for (var i = 0; i < node.Items.Count; i++)
        {
            var item = node.Items[i];
            if (node.Kind == NodeKind.Mapping)
            {
                var key = node.Keys[i];
                var field = Child(place.Field, key.Text);
                byNumber.TryAdd(key.Number, new NodePlace(key, field, key));
                // A block mapping starts where its first key does; the key's own field is the better answer there.
                byPlace[(key.Line, key.Column)] = field;
                Visit(new NodePlace(item, field, key));
            }
            else
                Visit(new NodePlace(item, string.Create(CultureInfo.InvariantCulture, $"{place.Field}[{i}]"), null));
        }
    }
}
