namespace PgGitOps.Core.Desired.Yaml;

/// <summary>The merge key <c>&lt;&lt;</c>: keys written in the mapping win over merged ones; of merged ones the first wins.</summary>
internal static class MergeKeys
{
    /// <param name="wrong">The value that is no mapping, or null.</param>
    public static (LocatedNode[] Keys, LocatedNode[] Items) Apply(LocatedNode[] keys, LocatedNode[] items, out LocatedNode? wrong)
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
                sources.AddRange(items[i].Kind == NodeKind.Sequence ? items[i].ItemNodes : [items[i]]);
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
            for (var i = 0; i < source.KeyNodes.Length; i++)
            {
                if (!names.Add(source.KeyNodes[i].Text))
                    continue;
                mergedKeys.Add(source.KeyNodes[i]);
                mergedItems.Add(source.ItemNodes[i]);
            }
        }
        return ([.. mergedKeys], [.. mergedItems]);
    }
}
