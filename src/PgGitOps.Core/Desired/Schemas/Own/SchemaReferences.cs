using System.Globalization;
using PgGitOps.Core.Desired.Yaml;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>Where a <c>$ref</c> such as <c>#/definitions/name</c> leads inside its file.</summary>
internal static class SchemaReferences
{
    private static readonly string[] Maps = ["definitions", "$defs"];

    public static LocatedNode? Find(LocatedNode root, string pointer)
    {
        LocatedNode? target = root;
        foreach (var step in pointer.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target is not { } at)
                return null;
            target = at.Kind == NodeKind.Sequence ? Item(at, name) : at[name];
        }
        return target;
    }

    /// <summary>References that would have been right.</summary>
    public static IEnumerable<string> Known(LocatedNode root) =>
        Maps.SelectMany(map => (root[map]?.Keys ?? []).Select(name => $"#/{map}/{name.Text}"));

    private static LocatedNode? Item(LocatedNode list, string index) =>
        int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < list.Items.Count ? list.Items[number] : null;
}
