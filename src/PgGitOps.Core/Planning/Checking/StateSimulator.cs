using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Checking;

/// <summary>A cluster's facets, and what steps make of them.</summary>
internal sealed class StateSimulator
{
    private readonly Dictionary<FacetKey, FacetValue> values;
    private readonly Dictionary<FacetKey, string> unknown;

    internal StateSimulator(IReadOnlyDictionary<FacetKey, FacetValue> live, IReadOnlyDictionary<FacetKey, string> unknown)
    {
        values = new Dictionary<FacetKey, FacetValue>(live);
        this.unknown = new Dictionary<FacetKey, string>(unknown);
    }

    internal IReadOnlyDictionary<FacetKey, FacetValue> Values => values;

    internal IReadOnlyDictionary<FacetKey, string> Unknown => unknown;

    /// <summary>Null for absent, and for unknown.</summary>
    internal FacetValue? this[FacetKey key] => values.GetValueOrDefault(key);

    internal bool IsUnknown(FacetKey key) => unknown.ContainsKey(key);

    internal bool Is(FacetState expected) => !IsUnknown(expected.Key) && Equals(this[expected.Key], expected.Value);

    internal void Apply(IEnumerable<FacetState> effects)
    {
        foreach (var (key, value) in effects)
        {
            unknown.Remove(key);
            if (value is not null)
            {
                values[key] = value;
                continue;
            }
            values.Remove(key);
            // With an object goes everything inside it.
            if (key.Field == Field.Exists)
            {
                foreach (var inner in values.Keys.Where(k => k.Object == key.Object || k.Object.IsWithin(key.Object)).ToArray())
                    values.Remove(inner);
            }
        }
    }
}
