using System.Collections;

namespace PgGitOps.Core.Desired.Yaml;

/// <summary>Keys or items of a node, in written order.</summary>
public readonly struct NodeList : IReadOnlyList<LocatedNode>
{
    private readonly NodeTable table;
    private readonly int first;
    private readonly int step;

    internal NodeList(NodeTable table, int first, int count, int step)
    {
        this.table = table;
        this.first = first;
        this.step = step;
        Count = count;
    }

    public int Count { get; }

    public LocatedNode this[int index] =>
        (uint)index < (uint)Count
            ? new LocatedNode(table, table.LinkAt(first + index * step))
            : throw new ArgumentOutOfRangeException(nameof(index));

    public LocatedNode? First => Count > 0 ? this[0] : null;

    /// <summary>Place of the scalar with this text, or -1.</summary>
    public int IndexOf(string text)
    {
        for (var i = 0; i < Count; i++)
        {
            if (table.TextOf(table.LinkAt(first + i * step)) == text)
                return i;
        }
        return -1;
    }

    public Enumerator GetEnumerator() => new(this);

    IEnumerator<LocatedNode> IEnumerable<LocatedNode>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public struct Enumerator(NodeList list) : IEnumerator<LocatedNode>
    {
        private int at = -1;

        public readonly LocatedNode Current => list[at];

        readonly object IEnumerator.Current => Current;

        public bool MoveNext() => ++at < list.Count;

        public void Reset() => at = -1;

        public readonly void Dispose() { }
    }
}
