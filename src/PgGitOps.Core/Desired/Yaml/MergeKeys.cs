namespace PgGitOps.Core.Desired.Yaml;

/// <summary>The merge key <c>&lt;&lt;</c>: keys written in the mapping win over merged ones; of merged ones the first wins.</summary>
internal static class MergeKeys
{
    /// <param name="wrong">The value that is no mapping, or null.</param>
    public static (LocatedNode[] Keys, LocatedNode[] Items) Apply(
        ReadOnlySpan<LocatedNode> keys,
        ReadOnlySpan<LocatedNode> items,
        out LocatedNode? wrong
    )
    {
        var mergedKeys = new List<LocatedNode>();
        var mergedItems = new List<LocatedNode>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var sources = new List<LocatedNode>();
        wrong = null;
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i].Text == "<<")
            {
                if (items[i].Kind == NodeKind.Sequence)
                    sources.AddRange(items[i].Items);
                else
                    sources.Add(items[i]);
                continue;
            }
            names.Add(keys[i].Text);
            mergedKeys.Add(keys[i]);
            mergedItems.Add(items[i]);
        }
        foreach (var source in sources)
        {
            if (source.Kind != NodeKind.Mapping)
            {
                wrong = source;
                break;
            }
            for (var i = 0; i < source.Keys.Count; i++)
            {
                if (!names.Add(source.Keys[i].Text))
                    continue;
                mergedKeys.Add(source.Keys[i]);
                mergedItems.Add(source.Items[i]);
            }
        }
        return ([.. mergedKeys], [.. mergedItems]);
    }
}
