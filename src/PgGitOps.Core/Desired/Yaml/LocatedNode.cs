using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Yaml;

public enum NodeKind : byte
{
    Mapping,
    Sequence,
    String,
    Integer,
    Float,
    Boolean,
    Null,
}

/// <summary>One value of a YAML document, with the place it was written at: a row of its file's <see cref="NodeTable"/>.</summary>
/// <remarks>
/// Made when it is asked for and never kept alive by itself: five thousand documents hold half a million values, and as objects they
/// cost the collector more than reading them. Two are equal where they are the same value of the same file.
/// The path of the file is kept once per document. An aliased node appears under several parents and keeps the place of its anchor.
/// </remarks>
public readonly struct LocatedNode : IEquatable<LocatedNode>
{
    private readonly NodeTable table;
    private readonly int row;

    internal LocatedNode(NodeTable table, int row)
    {
        this.table = table;
        this.row = row;
    }

    public NodeKind Kind => table.RowAt(row).Kind;

    /// <summary>The scalar as written, without quotes; empty for mappings and sequences.</summary>
    public string Text => table.TextOf(row);

    /// <summary>Serial number in its file, from 1; finds the node again from a schema error.</summary>
    public int Number => row + 1;

    public int Line => table.RowAt(row).Line;

    /// <summary>Counts Unicode code points, from 1.</summary>
    public int Column => table.RowAt(row).Column;

    /// <summary>Of a scalar on one line, the column after it; else <see cref="Column"/>.</summary>
    public int EndColumn => table.RowAt(row).EndColumn;

    /// <summary>Keys of a mapping, in written order; empty otherwise.</summary>
    public NodeList Keys => table.KeysOf(row);

    /// <summary>Values of a mapping beside its keys, or items of a sequence.</summary>
    public NodeList Items => table.ItemsOf(row);

    public bool IsScalar => Kind is not (NodeKind.Mapping or NodeKind.Sequence);

    /// <summary>The value under a key, or null.</summary>
    public LocatedNode? this[string key]
    {
        get
        {
            var keys = Keys;
            var index = keys.IndexOf(key);
            return index < 0 ? null : Items[index];
        }
    }

    public LocatedNode? KeyOf(string key)
    {
        var keys = Keys;
        var index = keys.IndexOf(key);
        return index < 0 ? null : keys[index];
    }

    public SourceSpan SpanIn(string path)
    {
        ref readonly var at = ref table.RowAt(row);
        return new(path, at.Line, at.Column, at.EndColumn);
    }

    /// <summary>Place in the table, for who builds it.</summary>
    internal int Row => row;

    public bool Equals(LocatedNode other) => ReferenceEquals(table, other.table) && row == other.row;

    public override bool Equals(object? obj) => obj is LocatedNode other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(table), row);

    public static bool operator ==(LocatedNode left, LocatedNode right) => left.Equals(right);

    public static bool operator !=(LocatedNode left, LocatedNode right) => !left.Equals(right);

    public override string ToString() => IsScalar ? Text : $"{Kind} of {Items.Count}";
}
