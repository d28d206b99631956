using PgGitOps.Core.Desired.Yaml;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>Schemas that judge one value, one within the other. They are followed on the stack, and one that comes back to itself would be followed for ever.</summary>
internal static class SchemaChains
{
    public const int LengthMax = 32;

    /// <returns>Where a chain that is too long starts, or null.</returns>
    public static LocatedNode? TooLong(IReadOnlyDictionary<LocatedNode, SchemaPart> parts)
    {
        var lengths = new Dictionary<SchemaPart, int>(ReferenceEqualityComparer.Instance);
        return parts
            .OrderBy(p => p.Key.Number)
            .Where(p => Length(p.Value, lengths) > LengthMax)
            .Select(p => (LocatedNode?)p.Key)
            .FirstOrDefault();
    }

    private static int Length(SchemaPart part, Dictionary<SchemaPart, int> lengths)
    {
        if (lengths.TryGetValue(part, out var known))
            return known;
        // Met again before its own length is known: a circle.
        lengths[part] = int.MaxValue / 2;
        var inner = part.InPlace.Select(p => Length(p, lengths)).DefaultIfEmpty(0).Max();
        return lengths[part] = Math.Min(int.MaxValue / 2, 1 + inner);
    }
}
