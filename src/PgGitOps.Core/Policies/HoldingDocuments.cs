using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>Which documents of a reading rules are given, and which of their runs count.</summary>
/// <remarks>
/// A document that breaks its schema or leads nowhere would make rules repeat, in worse words, what was found already: it is
/// kept from them. A run that asked for documents of its kind has not seen all of them, so what it says is unknown and is left
/// out; the revision is refused for the document itself.
/// </remarks>
public sealed class HoldingDocuments
{
    private readonly HashSet<string> incomplete;
    private readonly bool unknown;

    private HoldingDocuments(IReadOnlyList<ReadDocument> documents, HashSet<string> incomplete, bool unknown)
    {
        Documents = documents;
        this.incomplete = incomplete;
        this.unknown = unknown;
    }

    /// <summary>The documents that hold, in their order.</summary>
    public IReadOnlyList<ReadDocument> Documents { get; }

    /// <summary>Every document holds.</summary>
    public bool AreAll => incomplete.Count == 0 && !unknown;

    /// <summary>Waivers are known, all of them.</summary>
    public bool KnowWaivers => !unknown && !incomplete.Contains("Waiver");

    /// <summary>Settings of rules are known, all of them: without one a rule would ask for something else.</summary>
    public bool KnowSettings => !unknown && !incomplete.Contains("RuleSettings");

    public IEnumerable<Waiver> Waivers => Documents.Select(d => d.Content).OfType<Waiver>();

    public static HoldingDocuments Of(FleetReading reading)
    {
        var errors = reading.Diagnostics.Where(d => d.Severity == Severity.Error).ToList();
        if (errors.Count == 0)
            return new(reading.Documents, [], unknown: false);
        var blamed = errors.Where(e => e.Document is not null).Select(e => (e.Span.Path, e.Document)).ToHashSet();
        // Not about one document, so about its whole file.
        var spoilt = errors.Where(e => e.Document is null).Select(e => e.Span.Path).ToHashSet(StringComparer.Ordinal);
        // A file that could not be read to its end may hold a document of any kind.
        var unknown = errors.Exists(e =>
            e.RuleId.StartsWith("PGY", StringComparison.Ordinal) && FleetReader.IsDocument(e.Span.Path)
        );
        // Nothing is proven of a fleet that does not hold.
        var (holding, incomplete) = (
            new List<ReadDocument>(reading.Documents.Count),
            new HashSet<string>(["Verdicts", "Observation"], StringComparer.Ordinal)
        );
        foreach (var document in reading.Documents)
        {
            if (document.Content is not null && !spoilt.Contains(document.Path) && !blamed.Contains((document.Path, document.Id)))
                holding.Add(document);
            else if (document.Kind is { } kind)
                incomplete.Add(kind);
            else
                unknown = true;
        }
        return new(holding, incomplete, unknown);
    }

    /// <summary>Whether a run saw everything it asked for.</summary>
    public bool Count(RuleRun run) => run.Reads.Kinds.Count == 0 || (!unknown && !run.Reads.Kinds.Any(incomplete.Contains));
}
