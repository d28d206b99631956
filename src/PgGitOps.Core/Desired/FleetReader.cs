using PgGitOps.Core.Desired.References;
using PgGitOps.Core.Desired.Schemas.Own;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

/// <param name="Fleet">The fleet, or null when there is an error.</param>
/// <param name="Diagnostics">Everything found, ordered by place; with a fleet only notes and warnings.</param>
/// <param name="Documents">Every document, ordered by path and place, also those that are wrong.</param>
/// <param name="ParsedFiles">Files that had to be parsed.</param>
/// <param name="CachedFiles">Files whose reading was known.</param>
public sealed record FleetReading(
    ValidFleet? Fleet,
    EquatableArray<Diagnostic> Diagnostics,
    IReadOnlyList<ReadDocument> Documents,
    int ParsedFiles,
    int CachedFiles
)
{
    /// <summary>Kinds that the revision's schemas declare, as rules call them; null where some schema cannot be read.</summary>
    public IReadOnlyList<string>? OwnKinds { get; init; } = [];
}

/// <summary>The bytes of a revision → the fleet it declares, or everything that is wrong with it.</summary>
/// <remarks>
/// YAML, then the schema of each document, then what documents say of each other. A document that breaks its schema
/// is known by name, so that documents referring to it are not blamed for it; its own references are checked when it is mended.
/// Remembers the last revision: what a document says alone, and a cluster in its environment, is not looked at twice.
/// </remarks>
public sealed class FleetReader(DocumentCache cache)
{
    public FleetReader()
        : this(new DocumentCache()) { }

    private OwnKinds kinds = OwnKinds.None;
    private Dictionary<ReadDocument, PlacedCluster> placed = [];
    private FleetDraft? last;

    /// <param name="parsed">Told of each document that had to be parsed, in no order and from any thread, long before all are read.</param>
    public FleetReading Read(SourceTree tree, Action<ReadDocument>? parsed = null)
    {
        var own = kinds.Fingerprint == OwnKinds.FingerprintOf(tree.Files) ? kinds : OwnKinds.Read(tree.Files);
        kinds = own;
        var files = tree.Files.Where(f => IsDocument(f.Path)).InOrder(f => f.Path);
        var (readings, count) = cache.Read(files, own, parsed);
        var documents = new List<ReadDocument>(files.Count);
        var findings = new List<Diagnostic>(own.Findings);
        foreach (var reading in readings)
        {
            for (var i = 0; i < reading.Documents.Count; i++)
                documents.Add(reading.Documents[i]);
            if (reading.Findings.Count > 0)
                findings.AddRange(reading.Findings);
        }
        // What a file declares that could not be read to its end is unknown.
        var complete = findings.All(f => f.Severity != Severity.Error || !f.RuleId.StartsWith("PGY", StringComparison.Ordinal));
        var draft =
            last?.Followed(tree.Revision, documents, complete) ?? FleetDraft.Of(tree.Revision, documents, complete, placed);
        if (draft.Clusters != last?.Clusters)
            placed = draft.Clusters.ToDictionary(c => c.Document);
        last = draft;
        findings.AddRange(draft.Check());
        var all = findings
            .Distinct()
            .OrderBy(d => d.Span)
            .ThenBy(d => d.RuleId, StringComparer.Ordinal)
            .ThenBy(d => d.Message, StringComparer.Ordinal)
            .ToList();
        FindingLimit.Apply(all, FindingLimit.OfRevision);
        var ordered = all.ToEquatableArray();
        var fleet = ordered.Any(d => d.Severity == Severity.Error) ? null : draft.ToFleet();
        return new FleetReading(fleet, ordered, documents, count, files.Count - count)
        {
            OwnKinds = own.Findings.Any(f => f.Severity == Severity.Error)
                ? null
                : [.. own.Declared.Select(k => Schemas.Own.OwnKinds.NameOf(k.ApiVersion, k.Kind))],
        };
    }

    /// <summary>Whether a path holds documents: YAML under <c>policies/</c> or <c>environments/</c>, but not the fixtures of rules.</summary>
    public static bool IsDocument(string path)
    {
        if (!path.EndsWith(".yaml", StringComparison.Ordinal) && !path.EndsWith(".yml", StringComparison.Ordinal))
            return false;
        if (path.StartsWith("environments/", StringComparison.Ordinal))
            return true;
        return path.StartsWith("policies/", StringComparison.Ordinal)
            && !(
                path.StartsWith("policies/rules/", StringComparison.Ordinal)
                && (path.EndsWith(".test.yaml", StringComparison.Ordinal) || path.EndsWith(".test.yml", StringComparison.Ordinal))
            );
    }
}
