using System.Runtime.InteropServices;

namespace PgGitOps.Core.Desired.Yaml;

/// <summary>Reads the YAML that nearly every document is written in, and says nothing of any other: the library reads that.</summary>
/// <remarks>
/// Block mappings and lists, one-line scalars, one-line flow collections, comments, documents parted by <c>---</c>. Whatever is rare, odd or
/// wrong makes it give up, and the library's reading, with its findings, is the only one. What it does read is what the library
/// reads, value by value and place by place: a test holds the two together over texts changed at random.
/// It is here because the library takes half of a cold check of five thousand documents (docs/decisions/0009-plain-yaml.md).
/// </remarks>
internal sealed class PlainYaml
{
    // Small against YamlLimits.
    private const int DepthMax = 40,
        KeysMax = 200;

    private readonly string text;
    private readonly PlainLines line;
    private readonly NodeTable table;

    // Keys and items of all open collections, each level's after its parent's.
    private readonly List<LocatedNode> keys = [];
    private readonly List<LocatedNode> items = [];

    private PlainYaml(string text)
    {
        this.text = text;
        line = new PlainLines(text);
        table = new NodeTable(text.Length / YamlLimits.CharactersOfValue);
    }

    /// <returns>The documents of a text, or null where it is not all plain.</returns>
    public static List<LocatedNode>? Read(string text)
    {
        // Columns count code points, which are characters where no pair stands; tabs and carriage returns are the library's.
        if (text.AsSpan().ContainsAny('\t', '\r') || text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return null;
        var reader = new PlainYaml(text);
        var roots = reader.Documents();
        reader.table.Seal();
        return reader.table.Count > YamlLimits.NodesMax ? null : roots;
    }

    private List<LocatedNode>? Documents()
    {
        var roots = new List<LocatedNode>(1);
        if (!line.Next())
            return null;
        while (!line.IsEnd)
        {
            if (line.IsMarker && (!line.Next() || line.IsBreak))
                return null;
            if (Block(-1, 0) is not { } root || !line.IsBreak)
                return null;
            roots.Add(root);
        }
        return roots;
    }

    /// <summary>A mapping or a list on lines of its own, further in than what holds it.</summary>
    private LocatedNode? Block(int outer, int depth) =>
        line.IsBreak || line.Indent <= outer || depth > DepthMax ? null
        : line.IsEntry ? Sequence(depth)
        : Mapping(depth);

    private LocatedNode? Sequence(int depth)
    {
        var indent = line.Indent;
        var node = table.Open(NodeKind.Sequence, line.Number, indent + 1);
        var first = items.Count;
        do
        {
            line.At++;
            if (Item(indent, depth) is not { } item)
                return null;
            items.Add(item);
        } while (!line.IsBreak && line.Indent == indent && line.IsEntry);
        return IsInside(indent) ? null : Close(node, keys.Count, first);
    }

    private LocatedNode? Item(int indent, int depth)
    {
        if (line.IsRestEmpty())
            return line.Next() ? Block(indent, depth + 1) : null;
        if (line.IsEntry || depth >= DepthMax)
            return null;
        // A mapping may start right behind the dash.
        return line.KeyEnd() > 0 ? Mapping(depth + 1) : InLine(indent, depth);
    }

    private LocatedNode? Mapping(int depth)
    {
        var indent = line.Indent;
        var node = table.Open(NodeKind.Mapping, line.Number, indent + 1);
        var (firstKey, firstItem) = (keys.Count, items.Count);
        do
        {
            if (!Key(firstKey) || Value(indent, depth) is not { } value)
                return null;
            items.Add(value);
        } while (!line.IsBreak && line.Indent == indent && !line.IsEntry);
        return IsInside(indent) ? null : Close(node, firstKey, firstItem);
    }

    private LocatedNode? Value(int indent, int depth)
    {
        if (!line.IsRestEmpty())
            return InLine(indent, depth);
        if (!line.Next() || line.IsBreak)
            return null;
        // A list may stand right below its key.
        return Block(line.Indent == indent && line.IsEntry ? indent - 1 : indent, depth + 1);
    }

    // What follows further in would go on with a value that has ended.
    private bool IsInside(int indent) => !line.IsBreak && line.Indent > indent;

    private LocatedNode Close(LocatedNode node, int firstKey, int firstItem)
    {
        table.Close(node, CollectionsMarshal.AsSpan(keys)[firstKey..], CollectionsMarshal.AsSpan(items)[firstItem..]);
        keys.RemoveRange(firstKey, keys.Count - firstKey);
        items.RemoveRange(firstItem, items.Count - firstItem);
        return node;
    }

    /// <summary>Takes a key of its own mapping and goes past its colon.</summary>
    private bool Key(int firstKey)
    {
        var colon = line.KeyEnd();
        if (colon < 0 || keys.Count - firstKey >= KeysMax || text.AsSpan(line.At, colon - line.At) is "<<")
            return false;
        var key = Take(colon - line.At);
        if (key.Kind != NodeKind.String || key.Text.Length > YamlLimits.KeyLengthMax)
            return false;
        for (var i = firstKey; i < keys.Count; i++)
        {
            if (keys[i].Text == key.Text)
                return false;
        }
        keys.Add(key);
        line.At = colon + 1;
        return true;
    }

    /// <summary>A value on the line of its key or dash, and nothing behind it but a comment; then goes to the next line.</summary>
    private LocatedNode? InLine(int indent, int depth)
    {
        var value = line.Char switch
        {
            '[' or '{' => Flow(depth + 1),
            '"' or '\'' => Quoted(),
            _ => Plain(),
        };
        return value is not null && line.IsRestEmpty() && line.Next() && !IsInside(indent) ? value : null;
    }

    private LocatedNode? Plain()
    {
        if (!line.IsPlainStart)
            return null;
        var comment = line.Rest.IndexOf(" #");
        return Take(comment < 0 ? line.Rest : line.Rest[..comment]);
    }

    private LocatedNode? Quoted()
    {
        var quote = line.Char;
        var length = line.Rest[1..].IndexOf(quote);
        if (length < 0)
            return null;
        var inner = line.Rest.Slice(1, length);
        // Escapes, and a quote written twice.
        if (quote == '"' ? inner.Contains('\\') : line.Rest.Length > length + 2 && line.Rest[length + 2] == quote)
            return null;
        var from = line.At;
        line.At += length + 2;
        return table.Add(NodeKind.String, SharedTexts.Of(inner), line.Number, line.ColumnOf(from), line.ColumnOf(line.At));
    }

    private LocatedNode? Flow(int depth)
    {
        if (depth > DepthMax)
            return null;
        var isMapping = line.Char == '{';
        var node = table.Open(isMapping ? NodeKind.Mapping : NodeKind.Sequence, line.Number, line.Indent + 1);
        var (firstKey, firstItem) = (keys.Count, items.Count);
        var end = isMapping ? '}' : ']';
        line.At++;
        line.SkipSpaces();
        for (var isFirst = true; !line.IsDone; isFirst = false)
        {
            if (isFirst && line.Char == end)
            {
                line.At++;
                return Close(node, firstKey, firstItem);
            }
            if (isMapping && !Key(firstKey))
                return null;
            line.SkipSpaces();
            if (line.IsDone || FlowValue(depth) is not { } value)
                return null;
            items.Add(value);
            line.SkipSpaces();
            if (line.IsDone)
                return null;
            var next = line.Char;
            line.At++;
            if (next == end)
                return Close(node, firstKey, firstItem);
            if (next != ',')
                return null;
            line.SkipSpaces();
        }
        return null;
    }

    private LocatedNode? FlowValue(int depth)
    {
        if (line.Char is '[' or '{')
            return Flow(depth + 1);
        if (line.Char is '"' or '\'')
            return Quoted();
        if (!line.IsPlainStart || line.Char == '-')
            return null;
        var length = line.Rest.IndexOfAny(",[]{}");
        return length <= 0 || line.Rest[length] is '[' or '{' || line.Rest[..length].Contains(" #", StringComparison.Ordinal)
            ? null
            : Take(line.Rest[..length]);
    }

    /// <summary>A text without quotes that ends where it is said to, but for spaces; null where something in it ends it before.</summary>
    private LocatedNode? Take(ReadOnlySpan<char> written)
    {
        written = written.TrimEnd(' ');
        return written[^1] == ':' || written.Contains(": ", StringComparison.Ordinal) ? null : Take(written.Length);
    }

    private LocatedNode Take(int length)
    {
        var from = line.At;
        var written = SharedTexts.Of(text.AsSpan(from, length));
        line.At += length;
        return table.Add(ScalarKind.Of(written), written, line.Number, line.ColumnOf(from), line.ColumnOf(line.At));
    }
}
