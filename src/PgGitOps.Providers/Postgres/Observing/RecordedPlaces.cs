using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Kinds;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Databases and schemas that hold something of the record and that no document mentions any more.</summary>
internal static class RecordedPlaces
{
    /// <returns>Whole targets, what documents mention included.</returns>
    public static IEnumerable<DatabaseTarget> Beyond(IReadOnlyCollection<DatabaseTarget> declared, ServerDraft draft)
    {
        var recorded = draft
            .Applied.Select(a => a.Object)
            .Concat(draft.Inventory.Select(i => i.Object))
            .Distinct(StringComparer.Ordinal)
            .Select(ObjectText.Parse)
            .Where(p => p is not (ObjectPath.Database or ObjectPath.DatabaseSetting) && p.DatabaseName is not null)
            .GroupBy(p => p.DatabaseName!, StringComparer.Ordinal);
        foreach (var database in recorded)
        {
            var schemas = database.Select(SchemaOf).OfType<string>().ToHashSet(StringComparer.Ordinal);
            var mentioned = declared.FirstOrDefault(d => d.Name == database.Key);
            if (mentioned is null)
                yield return new DatabaseTarget(database.Key, schemas);
            else if (mentioned.Schemas is { } seen && !schemas.IsSubsetOf(seen))
                yield return new DatabaseTarget(database.Key, [.. seen.Union(schemas, StringComparer.Ordinal)]);
        }
    }

    /// <summary>The schema whose objects have to be read to know of it.</summary>
    private static string? SchemaOf(ObjectPath path) =>
        path is ObjectPath.Grant { Target: not (GrantTarget.Database or GrantTarget.Schema) } grant ? grant.Schema : null;
}
