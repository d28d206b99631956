using System.Runtime.InteropServices;
using PgGitOps.Core.Sources;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PgGitOps.Core.Desired.Yaml;

/// <summary>Parser events → located nodes, within <see cref="YamlLimits"/>.</summary>
internal sealed class TreeBuilder(string path, CodePointColumns columns, NodeTable table)
{
    private sealed class Open(LocatedNode node, string? anchor, int firstKey, int firstItem)
    {
        public readonly LocatedNode Node = node;
        public readonly NodeKind Kind = node.Kind;
        public readonly string? Anchor = anchor;
        public readonly int FirstKey = firstKey;
        public readonly int FirstItem = firstItem;
        public LocatedNode? PendingKey;
        public bool Merges;
        public HashSet<string>? Names;
        public bool Flow;
    }

    private readonly Stack<Open> open = new();

    // Anchors with their node; null while it is still open.
    private readonly Dictionary<string, LocatedNode?> anchors = new(StringComparer.Ordinal);

    // Keys and items of all open collections, each level's after its parent's.
    private readonly List<LocatedNode> keys = [];
    private readonly List<LocatedNode> items = [];
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
                    return new SourceSpan(path, level.Node.Line, level.Node.Column, level.Node.Column + 1);
            }
            return null;
        }
    }

    public void StartDocument()
    {
        open.Clear();
        keys.Clear();
        items.Clear();
        anchors.Clear();
        expanded = 0;
        Root = null;
    }

    /// <returns>False when the event is refused; <see cref="Finding"/> says why.</returns>
    public bool Accept(ParsingEvent happened) =>
        happened switch
        {
            Scalar scalar => AcceptScalar(scalar),
            MappingStart start => Start(start, NodeKind.Mapping, start.Style == MappingStyle.Flow),
            SequenceStart start => Start(start, NodeKind.Sequence, start.Style == SequenceStyle.Flow),
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
        if (scalar.Value.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !IsWellFormed(scalar.Value))
            return Refuse(
                DocumentRules.Syntax,
                Place(line, column, end),
                "an escape of this text names half of a character",
                SyntaxFinding.EscapeHint
            );
        if (scalar.Value.Contains('\0', StringComparison.Ordinal))
            return Refuse(
                DocumentRules.ForbiddenCharacter,
                Place(line, column, end),
                "the text holds the character U+0000",
                "neither PostgreSQL nor an operating system takes it"
            );
        var node = table.Add(kind, SharedTexts.Of(scalar.Value), line, column, end);
        return Remember(scalar.Anchor, node)
            && Add(node, plainMergeKey: kind == NodeKind.String && scalar.Style == ScalarStyle.Plain && scalar.Value == "<<");
    }

    private bool Start(NodeEvent start, NodeKind kind, bool flow)
    {
        if (!AcceptTag(start))
            return false;
        var line = (int)start.Start.Line;
        var column = columns.Of(line, (int)start.Start.Column);
        if (open.TryPeek(out var parent) && parent.Kind == NodeKind.Mapping && parent.PendingKey is null)
            return Refuse(DocumentRules.KeyNotText, Place(line, column, column), "a key is a list or a mapping; keys are text");
        if (open.Count >= YamlLimits.DepthMax)
            return Refuse(
                DocumentRules.TooDeep,
                Place(line, column, column),
                $"values nest more than {YamlLimits.DepthMax} levels deep"
            );
        var anchor = start.Anchor.IsEmpty ? null : start.Anchor.Value;
        if (anchor is not null)
            anchors[anchor] = null;
        open.Push(new Open(table.Open(kind, line, column), anchor, keys.Count, items.Count) { Flow = flow });
        return true;
    }

    private bool End()
    {
        var level = open.Pop();
        if (!Close(level))
            return false;
        keys.RemoveRange(level.FirstKey, keys.Count - level.FirstKey);
        items.RemoveRange(level.FirstItem, items.Count - level.FirstItem);
        if (level.Anchor is not null)
            anchors[level.Anchor] = level.Node;
        return Add(level.Node, plainMergeKey: false);
    }

    private bool Close(Open level)
    {
        var ownKeys = CollectionsMarshal.AsSpan(keys)[level.FirstKey..];
        var ownItems = CollectionsMarshal.AsSpan(items)[level.FirstItem..];
        if (level.Merges)
        {
            var merged = MergeKeys.Apply(ownKeys, ownItems, out var wrong);
            if (wrong is { } value)
                return Refuse(DocumentRules.MergeKey, value.SpanIn(path), "<< merges a mapping or a list of mappings");
            (ownKeys, ownItems) = merged;
        }
        table.Close(level.Node, ownKeys, ownItems);
        return true;
    }

    private bool AcceptAlias(AnchorAlias alias)
    {
        var line = (int)alias.Start.Line;
        var span = Place(line, columns.Of(line, (int)alias.Start.Column), columns.Of(line, (int)alias.End.Column));
        var name = alias.Value.Value;
        if (!anchors.TryGetValue(name, out var node))
            return Refuse(
                DocumentRules.UnknownAnchor,
                span,
                $"no anchor '{name}' stands before this alias{Suggestion.Clause(name, anchors.Keys)}"
            );
        if (node is not { } target)
            return Refuse(DocumentRules.UnknownAnchor, span, $"the alias stands inside its own anchor '{name}'");
        if (!Measure(target, open.Count))
            return Refuse(
                DocumentRules.TooDeep,
                span,
                $"with this alias written out, values nest more than {YamlLimits.DepthMax} levels deep"
            );
        if (expanded > YamlLimits.ExpandedNodesMax)
            return Refuse(
                DocumentRules.AliasExpansion,
                span,
                $"aliases of this document expand to more than {YamlLimits.ExpandedNodesMax:N0} values"
            );
        return Add(target, plainMergeKey: false);
    }

    // Counts the aliased values into what the document has expanded to; stops once that is too much. False when they nest too deep.
    private bool Measure(LocatedNode node, int depth)
    {
        if (!node.IsScalar && depth >= YamlLimits.DepthMax)
            return false;
        expanded += 1 + node.Keys.Count;
        if (expanded > YamlLimits.ExpandedNodesMax)
            return true;
        foreach (var item in node.Items)
        {
            if (!Measure(item, depth + 1))
                return false;
        }
        return true;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }
        return true;
    }

    private bool AcceptTag(NodeEvent happened)
    {
        if (happened.Tag.IsEmpty)
            return true;
        var line = (int)happened.Start.Line;
        var column = columns.Of(line, (int)happened.Start.Column);
        var tag = happened.Tag.IsNonSpecific
            ? "!"
            : happened.Tag.Value.Replace("tag:yaml.org,2002:", "!!", StringComparison.Ordinal);
        return Refuse(
            DocumentRules.Tag,
            Place(line, column, column),
            $"the tag {tag} is not supported",
            "quote text that must stay text"
        );
    }

    private bool Remember(AnchorName anchor, LocatedNode node)
    {
        if (!anchor.IsEmpty)
            anchors[anchor.Value] = node;
        return true;
    }

    private bool Add(LocatedNode node, bool plainMergeKey)
    {
        if (table.Count > YamlLimits.NodesMax)
            return Refuse(
                DocumentRules.FileTooLarge,
                node.SpanIn(path),
                $"the file holds more than {YamlLimits.NodesMax:N0} values"
            );
        if (!open.TryPeek(out var level))
        {
            Root = node;
            return true;
        }
        if (level.Kind == NodeKind.Sequence)
        {
            items.Add(node);
            return true;
        }
        if (level.PendingKey is { } key)
        {
            keys.Add(key);
            items.Add(node);
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
            return Refuse(
                DocumentRules.KeyNotText,
                key.SpanIn(path),
                $"the key is {what}; keys are text",
                key.IsScalar && key.Text.Length > 0 ? $"write \"{key.Text}\" in quotes if it is meant" : null
            );
        }
        if (key.Text.Length > YamlLimits.KeyLengthMax)
            return Refuse(
                DocumentRules.KeyNotText,
                key.SpanIn(path),
                $"the key has {key.Text.Length:N0} characters; at most {YamlLimits.KeyLengthMax:N0} are read"
            );
        if (key.Text.AsSpan().ContainsAny('\n', '\r'))
            return Refuse(DocumentRules.KeyNotText, key.SpanIn(path), "the key holds a line break");
        if (plainMergeKey)
            level.Merges = true;
        else if (FirstOfName(level, key.Text) is { } first)
            return Refuse(
                DocumentRules.DuplicateKey,
                key.SpanIn(path),
                $"the key '{key.Text}' already stands at line {first.Line}",
                "remove one of the two"
            );
        level.PendingKey = key;
        return true;
    }

    private LocatedNode? FirstOfName(Open level, string name)
    {
        // Most mappings are small; a large one must not cost its square.
        const int LinearMax = 16;
        var own = CollectionsMarshal.AsSpan(keys)[level.FirstKey..];
        if (own.Length > LinearMax)
        {
            if (level.Names is null)
            {
                level.Names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var key in own)
                    level.Names.Add(key.Text);
            }
            if (level.Names.Add(name))
                return null;
        }
        foreach (var key in own)
        {
            if (key.Text == name)
                return key;
        }
        return null;
    }

    private SourceSpan Place(int line, int column, int end) => new(path, line, column, end);

    private bool Refuse(DiagnosticRule rule, SourceSpan span, string message, string? hint = null)
    {
        Finding = rule.At(span, message, hint);
        return false;
    }
}
