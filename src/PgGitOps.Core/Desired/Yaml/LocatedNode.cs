using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Yaml;

public enum NodeKind
{
    Mapping,
    Sequence,
    String,
    Integer,
    Float,
    Boolean,
    Null,
}

/// <summary>One value of a YAML document, with the place it was written at.</summary>
/// <remarks>
/// The path of the file is kept once per document and not in each node: five thousand documents hold half a million nodes.
/// An aliased node appears under several parents and keeps the place of its anchor.
/// </remarks>
public sealed class LocatedNode
{
    internal static readonly LocatedNode[] None = [];

    internal LocatedNode(NodeKind kind, string text, int number, int line, int column, int endColumn)
    {
        Kind = kind;
        Text = text;
        Number = number;
        Line = line;
        Column = column;
        EndColumn = endColumn;
    }

    public NodeKind Kind { get; }

    /// <summary>The scalar as written, without quotes; empty for mappings and sequences.</summary>
    public string Text { get; }

    /// <summary>Serial number in its file, from 1; finds the node again from a schema error.</summary>
    public int Number { get; }

    public int Line { get; }

    /// <summary>Counts Unicode code points, from 1.</summary>
    public int Column { get; }
    public int EndColumn { get; }

    /// <summary>Keys of a mapping, in written order; empty otherwise.</summary>
    public IReadOnlyList<LocatedNode> Keys => KeyNodes;

    /// <summary>Values of a mapping beside its keys, or items of a sequence.</summary>
    public IReadOnlyList<LocatedNode> Items => ItemNodes;

    internal LocatedNode[] KeyNodes { get; init; } = None;
    internal LocatedNode[] ItemNodes { get; init; } = None;

    public bool IsScalar => Kind is not (NodeKind.Mapping or NodeKind.Sequence);

    /// <summary>The value under a key, or null.</summary>
    public LocatedNode? this[string key]
    {
        get
        {
            var index = IndexOf(key);
            return index < 0 ? null : ItemNodes[index];
        }
    }

    public LocatedNode? KeyOf(string key)
    {
        var index = IndexOf(key);
        return index < 0 ? null : KeyNodes[index];
    }

    public SourceSpan SpanIn(string path) => new(path, Line, Column, EndColumn);

    private int IndexOf(string key)
    {
        for (var i = 0; i < KeyNodes.Length; i++)
        {
            if (KeyNodes[i].Text == key)
                return i;
        }
        return -1;
    }
}
