using System.Runtime.InteropServices;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Policies.Machinery;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>A document as rules are given it: its tree and where it comes from.</summary>
internal sealed record RuleDocument(string Path, string Kind, string Name, string Id, LocatedNode Root)
{
    /// <summary>Null for a document that rules cannot be told of: one without a kind or a name.</summary>
    public static RuleDocument? Of(ReadDocument document) =>
        document is { Kind: { } kind, Name: { } name, Id: { } id }
            ? new RuleDocument(document.Path, kind, name, id, document.Root)
            : null;
}

/// <summary>Documents on their way into the worker: a table of texts, then each tree depth first. Places stay behind.</summary>
internal static class CorpusCodec
{
    private const int DepthMax = 200;

    /// <summary>Documents that the other side is to have, after those it has.</summary>
    public static void Write(BinaryWriter to, IReadOnlyList<RuleDocument> documents)
    {
        var trees = new TreeWriter();
        foreach (var document in documents)
            trees.Write(document);
        to.WriteList(trees.Texts, to.Write);
        to.Write7BitEncodedInt(documents.Count);
        to.Write(trees.Bytes);
    }

    /// <summary>Trees on their way, by numbers of texts. Grown by hand: a fleet of five thousand documents is a third of a million values.</summary>
    private sealed class TreeWriter
    {
        private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        private byte[] bytes = new byte[64 * 1024];
        private int length;

        public List<string> Texts { get; } = [];

        public ReadOnlySpan<byte> Bytes => bytes.AsSpan(0, length);

        public void Write(RuleDocument document)
        {
            Text(document.Path);
            Text(document.Kind);
            Text(document.Name);
            Node(document.Root);
        }

        private void Number(int number)
        {
            if (length + 8 > bytes.Length)
                Array.Resize(ref bytes, bytes.Length * 2);
            var left = (uint)number;
            while (left > 0x7F)
            {
                bytes[length++] = (byte)(left | 0x80);
                left >>= 7;
            }
            bytes[length++] = (byte)left;
        }

        private void Node(LocatedNode node)
        {
            Number((int)node.Kind);
            if (node.IsScalar)
            {
                Text(node.Text);
                return;
            }
            var (keys, items) = (node.Keys, node.Items);
            Number(items.Count);
            for (var i = 0; i < items.Count; i++)
            {
                if (node.Kind == NodeKind.Mapping)
                    Text(keys[i].Text);
                Node(items[i]);
            }
        }

        private void Text(string text)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, text, out var known);
            if (!known)
            {
                number = Texts.Count;
                Texts.Add(text);
            }
            Number(number);
        }
    }

    public static CorpusDocument[] Read(BinaryReader from)
    {
        var texts = from.ReadList(int.MaxValue, () => SharedTexts.Of(from.ReadString()));
        var documents = new CorpusDocument[from.Read7BitEncodedInt()];
        var trees = new TreeReader(from, texts);
        for (var i = 0; i < documents.Length; i++)
            documents[i] = new CorpusDocument(trees.Text(), trees.Text(), trees.Text(), trees.Root());
        return documents;
    }

    private sealed class TreeReader(BinaryReader from, string[] texts)
    {
        // Keys and items of the nodes being read, each level's after its parent's.
        private readonly List<LocatedNode> keys = [];
        private readonly List<LocatedNode> items = [];
        private NodeTable table = new(0);

        public string Text() => texts[from.Read7BitEncodedInt()];

        public LocatedNode Root()
        {
            table = new NodeTable(128);
            var root = Node(0);
            table.Seal();
            return root;
        }

        private LocatedNode Node(int depth)
        {
            if (depth > DepthMax)
                throw new InvalidDataException("A document nests too deeply.");
            var kind = (NodeKind)from.ReadByte();
            if (kind is not (NodeKind.Mapping or NodeKind.Sequence))
                return table.Add(kind, Text(), 0, 0, 0);
            var node = table.Open(kind, 0, 0);
            var (firstKey, firstItem) = (keys.Count, items.Count);
            for (var left = from.Read7BitEncodedInt(); left > 0; left--)
            {
                if (kind == NodeKind.Mapping)
                    keys.Add(table.Add(NodeKind.String, Text(), 0, 0, 0));
                items.Add(Node(depth + 1));
            }
            table.Close(node, CollectionsMarshal.AsSpan(keys)[firstKey..], CollectionsMarshal.AsSpan(items)[firstItem..]);
            keys.RemoveRange(firstKey, keys.Count - firstKey);
            items.RemoveRange(firstItem, items.Count - firstItem);
            return node;
        }
    }
}
