using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Policies.Machinery;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>A document as rules are given it: its tree and where it comes from.</summary>
internal sealed record RuleDocument(string Path, string Kind, string Name, string Id, LocatedNode Root);

/// <summary>Documents on their way into the worker: a table of texts, then each tree depth first. Places stay behind.</summary>
internal static class CorpusCodec
{
    private const int DepthMax = 200;

    /// <param name="held">Documents the other side has from before: of those that are the same, only the number is sent.</param>
    public static void Write(BinaryWriter to, IReadOnlyList<RuleDocument> documents, IReadOnlyList<RuleDocument> held)
    {
        var known = new Dictionary<LocatedNode, int>(held.Count, ReferenceEqualityComparer.Instance);
        for (var i = 0; i < held.Count; i++)
            known[held[i].Root] = i;
        var trees = new TreeWriter();
        foreach (var document in documents)
        {
            if (known.TryGetValue(document.Root, out var at) && held[at].Path == document.Path && held[at].Kind == document.Kind)
                trees.Number(at + 1);
            else
                trees.Write(document);
        }
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
            Number(0);
            Text(document.Path);
            Text(document.Kind);
            Text(document.Name);
            Node(document.Root);
        }

        public void Number(int number)
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
            var (keys, items) = (node.KeyNodes, node.ItemNodes);
            Number(items.Length);
            for (var i = 0; i < items.Length; i++)
            {
                if (node.Kind == NodeKind.Mapping)
                    Text(keys[i].Text);
                Node(items[i]);
            }
        }

        private void Text(string text)
        {
            ref var number = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(numbers, text, out var known);
            if (!known)
            {
                number = Texts.Count;
                Texts.Add(text);
            }
            Number(number);
        }
    }

    /// <param name="held">What was received before.</param>
    public static Corpus Read(BinaryReader from, Corpus held)
    {
        var texts = from.ReadList(int.MaxValue, from.ReadString);
        var documents = new CorpusDocument[from.Read7BitEncodedInt()];
        for (var i = 0; i < documents.Length; i++)
        {
            if (from.Read7BitEncodedInt() is var before && before > 0)
            {
                documents[i] = held.Documents[before - 1];
                continue;
            }
            var (path, kind, name) = (texts[from.Read7BitEncodedInt()], texts[from.Read7BitEncodedInt()], texts[from.Read7BitEncodedInt()]);
            var number = 0;
            documents[i] = new CorpusDocument(path, kind, name, ReadNode(ref number, 0));
        }
        return new Corpus(documents);

        ModelNode ReadNode(ref int number, int depth)
        {
            if (depth > DepthMax)
                throw new InvalidDataException("A document nests too deeply.");
            var mine = number++;
            var kind = (ModelKind)from.ReadByte();
            if (kind is not (ModelKind.Mapping or ModelKind.Sequence))
                return new ModelNode(kind, texts[from.Read7BitEncodedInt()], mine, ModelNode.None, ModelNode.None);
            var count = from.Read7BitEncodedInt();
            var keys = kind == ModelKind.Mapping && count > 0 ? new ModelNode[count] : ModelNode.None;
            var items = count > 0 ? new ModelNode[count] : ModelNode.None;
            for (var i = 0; i < count; i++)
            {
                if (kind == ModelKind.Mapping)
                    keys[i] = new ModelNode(ModelKind.Text, texts[from.Read7BitEncodedInt()], number++, ModelNode.None, ModelNode.None);
                items[i] = ReadNode(ref number, depth + 1);
            }
            return new ModelNode(kind, "", mine, keys, items);
        }
    }

    /// <summary>The node a number of the worker stands for, its key, and its path; null when there is no such node.</summary>
    public static (LocatedNode Node, LocatedNode? Key, string Path)? Find(LocatedNode root, int wanted)
    {
        var number = 0;
        return Walk(root, null, "");

        (LocatedNode, LocatedNode?, string)? Walk(LocatedNode node, LocatedNode? key, string path)
        {
            if (number++ == wanted)
                return (node, key, path);
            for (var i = 0; i < node.Items.Count; i++)
            {
                var inner = node.Kind == NodeKind.Mapping ? (path.Length == 0 ? node.Keys[i].Text : $"{path}.{node.Keys[i].Text}") : $"{path}[{i}]";
                if (node.Kind == NodeKind.Mapping && number++ == wanted)
                    return (node.Items[i], node.Keys[i], inner);
                if (Walk(node.Items[i], node.Kind == NodeKind.Mapping ? node.Keys[i] : null, inner) is { } found)
                    return found;
            }
            return null;
        }
    }
}
