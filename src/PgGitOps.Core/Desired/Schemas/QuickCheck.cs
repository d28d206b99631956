using PgGitOps.Core.Desired.Schemas.Own;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Schemas;

/// <summary>Says of a document that it holds to the schema of its kind, or says nothing.</summary>
/// <remarks>
/// Nearly every document is right. This looks at its nodes as they are and keeps nothing, where the validator that explains what is
/// wrong needs them as JSON first; that one is asked about the rest, and only then read at all. A test holds the two together.
/// </remarks>
internal static class QuickCheck
{
    private static readonly Dictionary<string, Lazy<SchemaPart>> Read = DocumentSchemas.Kinds.ToDictionary(
        kind => kind,
        kind => new Lazy<SchemaPart>(() => Parse(DocumentSchemas.FileName(kind), DocumentSchemas.Text(kind))),
        StringComparer.Ordinal
    );

    public static bool Holds(string kind, LocatedNode root) => Holds(Read[kind].Value, root);

    internal static bool Holds(SchemaPart schema, LocatedNode root) =>
        !HasWholeFloat(root) && PartJudge.Fits(root, schema, new SchemaBudget());

    /// <exception cref="InvalidOperationException">The schema is not one that is enforced as a whole.</exception>
    internal static SchemaPart Parse(string name, string json)
    {
        var findings = new List<Diagnostic>();
        var part = JsonDocuments.Read(name, json, findings) is { } root
            ? new SchemaPartReader(name, root, findings, trusted: true).Read()
            : null;
        return findings.Count == 0 && part is not null
            ? part
            : throw new InvalidOperationException($"Our own schemas are read without findings; {findings[0]}");
    }

    // 5432.0 is a whole number to JSON Schema and none to the readers of our documents.
    private static bool HasWholeFloat(LocatedNode node)
    {
        if (node.Kind == NodeKind.Float)
            return JsonValues.TypeOf(node) == ValueTypes.Integer;
        foreach (var item in node.Items)
        {
            if (HasWholeFloat(item))
                return true;
        }
        return false;
    }
}
