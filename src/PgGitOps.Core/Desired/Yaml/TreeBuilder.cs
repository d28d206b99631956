using PgGitOps.Core.Sources;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PgGitOps.Core.Desired.Yaml;

/// <summary>Parser events → located nodes, within <see cref="YamlLimits"/>.</summary>
internal sealed class TreeBuilder(string path, CodePointColumns columns)
{
    private sealed class Open(CollectionKind kind, int line, int column, string? anchor, int number)
    {
        public readonly List<LocatedNode> Keys = [];
        public readonly List<LocatedNode> Items = [];
        public readonly CollectionKind Kind = kind;
        public readonly int Line = line;
        public readonly int Column = column;
        public readonly string? Anchor = anchor;
        public readonly int Number = number;
        public LocatedNode? PendingKey;
        public bool Merges;
        public HashSet<string>? Names;
        public bool Flow;
    }

    private enum CollectionKind
    {
        Mapping,
        Sequence,
    }

    private readonly Stack<Open> open = new();
    private readonly Dictionary<string, LocatedNode?> anchors = new(StringComparer.Ordinal);
    private int numbers;
    private int expanded;

    public LocatedNode? Root { get; private set; }
    public Diagnostic? Finding { get; private set; }

    /// <summary>Place of the innermost bracket that is still open.</summary>
    public SourceSpan? OpenFlow
    {
        get
        {
            foreach (var level in open)
            {
                if (level.Flow)
                    return new SourceSpan(path, level.Line, level.Column, level.Column + 1);
            }
            return null;
        }
    }

    public void StartDocument()
    {
        open.Clear();
        anchors.Clear();
        expanded = 0;
        Root = null;
    }

    /// <returns>False when the event is refused; <see cref="Finding"/> says why.</returns>
    public bool Accept(ParsingEvent happened) => happened switch
    {
        Scalar scalar => AcceptScalar(scalar),
        MappingStart start => Start(start, CollectionKind.Mapping, start.Style == MappingStyle.Flow),
        SequenceStart start => Start(start, CollectionKind.Sequence, start.Style == SequenceStyle.Flow),
        MappingEnd or SequenceEnd => End(),
        AnchorAlias alias => AcceptAlias(alias),
        _ => true,
    };

    private bool AcceptScalar(Scalar scalar)
    {
        if (!AcceptTag(scalar))
            return false;
        var kind = scalar.Style == ScalarStyle.Plain ? ScalarKind.Of(scalar.Value) : NodeKind.String;
        var line = (int)scalar.Start.Line;
        var column = columns.Of(line, (int)scalar.Start.Column);
        var end = scalar.End.Line == scalar.Start.Line ? columns.Of(line, (int)scalar.End.Column) : column;
        var node = new LocatedNode(kind, scalar.Value, ++numbers, line, column, end);
        return Remember(scalar.Anchor, node) && Add(node, plainMergeKey: kind == NodeKind.String && scalar.Style == ScalarStyle.Plain && scalar.Value == "<<");
    }

    private bool Start(NodeEvent start, CollectionKind kind, bool flow)
    {
        if (!AcceptTag(start))
            return false;
        var line = (int)start.Start.Line;
        var column = columns.Of(line, (int)start.Start.Column);
        if (open.TryPeek(out var parent) && parent.Kind == CollectionKind.Mapping && parent.PendingKey is null)
            return Refuse(DocumentRules.KeyNotText, Place(line, column, column), "a key is a list or a mapping; keys are text");
        if (open.Count >= YamlLimits.DepthMax)
            return Refuse(DocumentRules.TooDeep, Place(line, column, column), $"values nest more than {YamlLimits.DepthMax} levels deep");
        var anchor = start.Anchor.IsEmpty ? null : start.Anchor.Value;
        if (anchor is not null)
            anchors[anchor] = null;
        open.Push(new Open(kind, line, column, anchor, ++numbers) { Flow = flow });
        return true;
    }

    private bool End()
    {
        var level = open.Pop();
        var node = level.Kind == CollectionKind.Mapping && level.Merges ? Merged(level) : Built(level);
        if (node is null)
            return false;
        if (level.Anchor is not null)
            anchors[level.Anchor] = node;
        return Add(node, plainMergeKey: false);
    }

    private static LocatedNode Built(Open level) => Collection(level, level.Keys, level.Items);

    private static LocatedNode Collection(Open level, List<LocatedNode> keys, List<LocatedNode> items)
    {
        var weight = 1 + keys.Count;
        var height = 0;
        foreach (var item in items)
        {
            weight += item.Weight;
            height = Math.Max(height, item.Height);
        }
        return new LocatedNode(level.Kind == CollectionKind.Mapping ? NodeKind.Mapping : NodeKind.Sequence, "", level.Number, level.Line, level.Column, level.Column)
        {
            KeyNodes = keys.Count == 0 ? LocatedNode.None : [.. keys],
            ItemNodes = items.Count == 0 ? LocatedNode.None : [.. items],
            Weight = weight,
            Height = height + 1,
        };
    }

    // Keys written in the mapping win over merged ones; of merged ones the first wins.
    private LocatedNode? Merged(Open level)
    {
        var keys = new List<LocatedNode>();
        var items = new List<LocatedNode>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var sources = new List<LocatedNode>();
        for (var i = 0; i < level.Keys.Count; i++)
        {
            if (level.Keys[i].Text != "<<")
            {
                names.Add(level.Keys[i].Text);
                keys.Add(level.Keys[i]);
                items.Add(level.Items[i]);
                continue;
            }
            var from = level.Items[i];
            var parts = from.Kind == NodeKind.Sequence ? from.ItemNodes : [from];
            if (parts.FirstOrDefault(p => p.Kind != NodeKind.Mapping) is { } wrong)
            {
                Refuse(DocumentRules.MergeKey, wrong.SpanIn(path), "<< merges a mapping or a list of mappings");
                return null;
            }
            sources.AddRange(parts);
        }
        foreach (var source in sources)
        {
            for (var i = 0; i < source.KeyNodes.Length; i++)
            {
                if (!names.Add(source.KeyNodes[i].Text))
                    continue;
                keys.Add(source.KeyNodes[i]);
                items.Add(source.ItemNodes[i]);
            }
        }
        return Collection(level, keys, items);
    }

    private bool AcceptAlias(AnchorAlias alias)
    {
        var line = (int)alias.Start.Line;
        var span = Place(line, columns.Of(line, (int)alias.Start.Column), columns.Of(line, (int)alias.End.Column));
        var name = alias.Value.Value;
        if (!anchors.TryGetValue(name, out var node))
            return Refuse(DocumentRules.UnknownAnchor, span, $"no anchor '{name}' stands before this alias{Suggestion.Clause(name, anchors.Keys)}");
        if (node is null)
            return Refuse(DocumentRules.UnknownAnchor, span, $"the alias stands inside its own anchor '{name}'");
        if (open.Count + node.Height > YamlLimits.DepthMax)
            return Refuse(DocumentRules.TooDeep, span, $"with this alias written out, values nest more than {YamlLimits.DepthMax} levels deep");
        expanded += node.Weight;
        if (expanded > YamlLimits.ExpandedNodesMax)
            return Refuse(DocumentRules.AliasExpansion, span, $"aliases of this document expand to more than {YamlLimits.ExpandedNodesMax:N0} values");
        return Add(node, plainMergeKey: false);
    }

    private bool AcceptTag(NodeEvent happened)
    {
        if (happened.Tag.IsEmpty)
            return true;
        var line = (int)happened.Start.Line;
        var column = columns.Of(line, (int)happened.Start.Column);
        var tag = happened.Tag.IsNonSpecific ? "!" : happened.Tag.Value.Replace("tag:yaml.org,2002:", "!!", StringComparison.Ordinal);
        return Refuse(DocumentRules.Tag, Place(line, column, column), $"the tag {tag} is not supported", "quote text that must stay text");
    }

    private bool Remember(AnchorName anchor, LocatedNode node)
    {
        if (!anchor.IsEmpty)
            anchors[anchor.Value] = node;
        return true;
    }

    private bool Add(LocatedNode node, bool plainMergeKey)
    {
        if (numbers > YamlLimits.NodesMax)
            return Refuse(DocumentRules.FileTooLarge, node.SpanIn(path), $"the file holds more than {YamlLimits.NodesMax:N0} values");
        if (!open.TryPeek(out var level))
        {
            Root = node;
            return true;
        }
        if (level.Kind == CollectionKind.Sequence)
        {
            level.Items.Add(node);
            return true;
        }
        if (level.PendingKey is { } key)
        {
            level.Keys.Add(key);
            level.Items.Add(node);
            level.PendingKey = null;
            return true;
        }
        return AcceptKey(level, node, plainMergeKey);
    }

    private bool AcceptKey(Open level, LocatedNode key, bool plainMergeKey)
    {
        if (key.Kind != NodeKind.String)
        {
            var what = key.Kind switch
            {
                NodeKind.Integer or NodeKind.Float => "a number",
                NodeKind.Boolean => "a boolean",
                NodeKind.Null => "empty",
                NodeKind.Mapping or NodeKind.Sequence or NodeKind.String => "a list or a mapping",
            };
            return Refuse(DocumentRules.KeyNotText, key.SpanIn(path), $"the key is {what}; keys are text", key.IsScalar && key.Text.Length > 0 ? $"write \"{key.Text}\" in quotes if it is meant" : null);
        }
        if (key.Text.AsSpan().ContainsAny('\n', '\r'))
            return Refuse(DocumentRules.KeyNotText, key.SpanIn(path), "the key holds a line break");
        if (plainMergeKey)
            level.Merges = true;
        else if (FirstOfName(level, key.Text) is { } first)
            return Refuse(DocumentRules.DuplicateKey, key.SpanIn(path), $"the key '{key.Text}' already stands at line {first.Line}", "remove one of the two");
        level.PendingKey = key;
        return true;
    }

    private static LocatedNode? FirstOfName(Open level, string name)
    {
        // Most mappings are small; a large one must not cost its square.
        const int LinearMax = 16;
        if (level.Keys.Count > LinearMax)
        {
            level.Names ??= [.. level.Keys.Select(k => k.Text)];
            if (level.Names.Add(name))
                return null;
        }
        return level.Keys.Find(k => k.Text == name);
    }

    private SourceSpan Place(int line, int column, int end) => new(path, line, column, end);

    private bool Refuse(DiagnosticRule rule, SourceSpan span, string message, string? hint = null)
    {
        Finding = rule.At(span, message, hint);
        return false;
    }
}
