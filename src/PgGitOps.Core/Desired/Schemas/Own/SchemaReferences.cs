using System.Globalization;
using PgGitOps.Core.Desired.Yaml;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>Where a <c>$ref</c> such as <c>#/definitions/name</c> leads inside its file.</summary>
internal sealed class SchemaReferences(LocatedNode root)
{
    private const int LengthMax = 1_024,
        IndexedFrom = 16;

    private static readonly string[] Maps = ["definitions", "$defs"];

    // A file may refer ten thousand times into a mapping of ten thousand.
    private readonly Dictionary<LocatedNode, Dictionary<string, LocatedNode>> members = [];

    public LocatedNode? Find(string pointer)
    {
        if (pointer.Length > LengthMax)
            return null;
        LocatedNode? target = root;
        foreach (var step in pointer.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(step)
                .Replace("~1", "/", StringComparison.Ordinal)
                .Replace("~0", "~", StringComparison.Ordinal);
            if (target is not { } at)
                return null;
            target = at.Kind == NodeKind.Sequence ? Item(at, name) : Member(at, name);
        }
        return target;
    }

    /// <summary>References that would have been right.</summary>
    public IEnumerable<string> Known() => Maps.SelectMany(map => (root[map]?.Keys ?? []).Select(name => $"#/{map}/{name.Text}"));

    private LocatedNode? Member(LocatedNode mapping, string name)
    {
        if (mapping.Keys.Count < IndexedFrom)
            return mapping[name];
        if (!members.TryGetValue(mapping, out var known))
        {
            members[mapping] = known = new(StringComparer.Ordinal);
            for (var i = 0; i < mapping.Keys.Count; i++)
                known.TryAdd(mapping.Keys[i].Text, mapping.Items[i]);
        }
        return known.TryGetValue(name, out var found) ? found : null;
    }

    private static LocatedNode? Item(LocatedNode list, string index) =>
        int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < list.Items.Count
            ? list.Items[number]
            : null;
}
