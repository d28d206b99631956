using System.Buffers;

namespace PgGitOps.Core.Desired.Yaml;

/// <summary>All values of one file, in the order in which they start: a few arrays, whatever the number of values.</summary>
/// <remarks>Grows while a file is read, in arrays lent by the pool; <see cref="Seal"/> ends that.</remarks>
internal sealed class NodeTable
{
    /// <summary>A value: 16 bytes, beside its text.</summary>
    internal struct Row
    {
        private const int KindBits = 3;

        public int Line;
        public int Column;

        /// <summary>Of a scalar, the number of its text; of a collection, its first link.</summary>
        public int First;

        // Of a scalar, the column after it; of a collection, how many items it has. A file has at most 2^20 bytes, so that both fit.
        private uint extentAndKind;

        public Row(NodeKind kind, int line, int column, int first, int extent)
        {
            (Line, Column, First) = (line, column, first);
            extentAndKind = ((uint)extent << KindBits) | (uint)kind;
        }

        public readonly NodeKind Kind => (NodeKind)(extentAndKind & ((1 << KindBits) - 1));

        public readonly int Count => IsScalar ? 0 : (int)(extentAndKind >> KindBits);

        public readonly int EndColumn => IsScalar ? (int)(extentAndKind >> KindBits) : Column;

        private readonly bool IsScalar => Kind > NodeKind.Sequence;
    }

    private Row[] rows;
    private int[] links;
    private string[] texts;
    private int rowCount,
        linkCount,
        textCount;

    /// <param name="values">About how many values are to come.</param>
    public NodeTable(int values)
    {
        rows = ArrayPool<Row>.Shared.Rent(Math.Max(16, values));
        links = ArrayPool<int>.Shared.Rent(Math.Max(16, values));
        texts = ArrayPool<string>.Shared.Rent(Math.Max(16, values));
    }

    /// <summary>Values so far.</summary>
    public int Count => rowCount;

    public ref readonly Row RowAt(int row) => ref rows[row];

    public int LinkAt(int link) => links[link];

    public string TextOf(int row)
    {
        ref readonly var at = ref rows[row];
        return at.Kind > NodeKind.Sequence ? texts[at.First] : "";
    }

    public NodeList KeysOf(int row)
    {
        ref readonly var at = ref rows[row];
        return at.Kind == NodeKind.Mapping ? new NodeList(this, at.First, at.Count, 2) : new NodeList(this, 0, 0, 1);
    }

    public NodeList ItemsOf(int row)
    {
        ref readonly var at = ref rows[row];
        return at.Kind == NodeKind.Mapping
            ? new NodeList(this, at.First + 1, at.Count, 2)
            : new NodeList(this, at.First, at.Count, 1);
    }

    /// <summary>A scalar, or a key.</summary>
    public LocatedNode Add(NodeKind kind, string text, int line, int column, int endColumn)
    {
        if (textCount == texts.Length)
            Grow(ref texts, textCount);
        texts[textCount] = text;
        return Add(new Row(kind, line, column, textCount++, endColumn));
    }

    /// <summary>A mapping or a sequence, empty until <see cref="Close"/>.</summary>
    public LocatedNode Open(NodeKind kind, int line, int column) => Add(new Row(kind, line, column, 0, 0));

    /// <summary>Gives a collection its items, and a mapping its keys beside them. They may stand elsewhere in the file.</summary>
    public void Close(LocatedNode node, ReadOnlySpan<LocatedNode> keys, ReadOnlySpan<LocatedNode> items)
    {
        var isMapping = keys.Length > 0;
        var first = linkCount;
        while (linkCount + keys.Length + items.Length > links.Length)
            Grow(ref links, linkCount);
        for (var i = 0; i < items.Length; i++)
        {
            if (isMapping)
                links[linkCount++] = keys[i].Row;
            links[linkCount++] = items[i].Row;
        }
        ref var row = ref rows[node.Row];
        row = new Row(row.Kind, row.Line, row.Column, first, items.Length);
    }

    /// <summary>Nothing more comes: keeps what is needed, exactly, and gives the rest back.</summary>
    public void Seal()
    {
        Fit(ref rows, rowCount);
        Fit(ref links, linkCount);
        Fit(ref texts, textCount);
    }

    private LocatedNode Add(Row row)
    {
        if (rowCount == rows.Length)
            Grow(ref rows, rowCount);
        rows[rowCount] = row;
        return new LocatedNode(this, rowCount++);
    }

    private static void Grow<T>(ref T[] items, int used)
    {
        var larger = ArrayPool<T>.Shared.Rent(items.Length * 2);
        items.AsSpan(0, used).CopyTo(larger);
        Return(items, used);
        items = larger;
    }

    private static void Fit<T>(ref T[] items, int used)
    {
        var exact = items.AsSpan(0, used).ToArray();
        Return(items, used);
        items = exact;
    }

    private static void Return<T>(T[] items, int used)
    {
        // A text must not stay alive because an array of the pool still points at it.
        if (typeof(T) == typeof(string))
            items.AsSpan(0, used).Clear();
        ArrayPool<T>.Shared.Return(items);
    }
}
