using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Policies.Machinery;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>A document as rules are given it: its tree and where it comes from.</summary>
internal sealed record RuleDocument(string Path, string Kind, string Name, LocatedNode Root);

/// <summary>Documents on their way into the worker: a table of texts, then each tree depth first. Places stay behind.</summary>
internal static class CorpusCodec
{
    private const int DepthMax = 200;

    public static void Write(BinaryWriter to, IReadOnlyList<RuleDocument> documents)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var texts = new List<string>();
        using var trees = new MemoryStream();
        using var tree = new BinaryWriter(trees);
        foreach (var document in documents)
        {
            tree.Write7BitEncodedInt(Number(document.Path));
            tree.Write7BitEncodedInt(Number(document.Kind));
            tree.Write7BitEncodedInt(Number(document.Name));
            WriteNode(document.Root);
        }
        tree.Flush();
        to.WriteList(texts, to.Write);
        to.Write7BitEncodedInt(documents.Count);
        to.Write(trees.GetBuffer(), 0, (int)trees.Length);

        int Number(string text)
        {
            if (numbers.TryGetValue(text, out var known))
                return known;
            numbers.Add(text, texts.Count);
            texts.Add(text);
            return texts.Count - 1;
        }

        void WriteNode(LocatedNode node)
        {
            tree.Write((byte)node.Kind);
            if (node.IsScalar)
            {
                tree.Write7BitEncodedInt(Number(node.Text));
                return;
            }
            tree.Write7BitEncodedInt(node.Items.Count);
            for (var i = 0; i < node.Items.Count; i++)
            {
                if (node.Kind == NodeKind.Mapping)
                    tree.Write7BitEncodedInt(Number(node.Keys[i].Text));
                WriteNode(node.Items[i]);
            }
        }
    }

    public static Corpus Read(BinaryReader from)
    {
        var texts = from.ReadList(int.MaxValue, from.ReadString).ToArray();
        var documents = new CorpusDocument[from.Read7BitEncodedInt()];
        for (var i = 0; i < documents.Length; i++)
        {
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
