using System.Globalization;
using System.Text;
using PgGitOps.Core.Desired.Yaml;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>A value of a document as a worker numbers it.</summary>
/// <param name="Key">Its key, where it stands in a mapping.</param>
/// <param name="Values">How many values and keys it holds, itself among them.</param>
internal sealed record IndexedValue(LocatedNode Node, LocatedNode? Key, string Path, int Values);

/// <summary>The values of a document by the numbers a worker gives them. Made once: a run may name thousands of places, each of which would else be a walk.</summary>
internal sealed class DocumentIndex
{
    private const int PathLengthMax = 2_000;

    private readonly struct Entry(LocatedNode node, LocatedNode? key, int parent, int place)
    {
        public readonly LocatedNode Node = node;
        public readonly LocatedNode? Key = key;

        // Number of the value around; 0 for the document.
        public readonly int Parent = parent;
        public readonly int Place = place;
    }

    private readonly List<Entry> entries = [default];
    private readonly List<int> ends = [0];

    /// <remarks>Values and keys are counted depth first from 1, every alias written out, as the worker's table does.</remarks>
    public DocumentIndex(LocatedNode root) => Add(root, null, 0, 0);

    private void Add(LocatedNode node, LocatedNode? key, int parent, int place)
    {
        var number = entries.Count;
        entries.Add(new(node, key, parent, place));
        ends.Add(0);
        for (var i = 0; i < node.Items.Count; i++)
        {
            if (node.Kind != NodeKind.Mapping)
            {
                Add(node.Items[i], null, number, i);
                continue;
            }
            // A key stands for its value.
            entries.Add(new(node.Items[i], node.Keys[i], number, i));
            ends.Add(0);
            var own = entries.Count;
            Add(node.Items[i], node.Keys[i], number, i);
            ends[own - 1] = ends[own];
        }
        ends[number] = entries.Count;
    }

    /// <returns>Null where there is no such value.</returns>
    public IndexedValue? Find(int number)
    {
        if (number < 1 || number >= entries.Count)
            return null;
        var entry = entries[number];
        return new(entry.Node, entry.Key, PathOf(number), Math.Max(1, ends[number] - number));
    }

    private string PathOf(int number)
    {
        var steps = new Stack<Entry>();
        for (var at = number; entries[at].Parent > 0; at = entries[at].Parent)
            steps.Push(entries[at]);
        var path = new StringBuilder();
        foreach (var step in steps)
        {
            if (path.Length > PathLengthMax)
                return path.ToString(0, PathLengthMax) + "…";
            if (step.Key is { } key)
                path.Append(path.Length == 0 ? "" : ".").Append(key.Text);
            else
                path.Append(CultureInfo.InvariantCulture, $"[{step.Place}]");
        }
        return path.Length > PathLengthMax ? path.ToString(0, PathLengthMax) + "…" : path.ToString();
    }
}
