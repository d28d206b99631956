using PgGitOps.Core.Evidence;

namespace PgGitOps.Core.Ports;

/// <summary>What was seen of clusters, kept outside of them: it outlives their disks and every process. Only ever added to, until an entry's lifetime or the room of its series is over.</summary>
/// <remarks>Safe for clusters in parallel and for processes beside each other. Nothing throws for what the outside world does.</remarks>
public interface IEvidenceStore
{
    /// <summary>The newest entry that is whole and alive.</summary>
    EvidenceReading Latest(EvidenceSeries series);

    /// <summary>Every entry that is whole and alive, oldest first.</summary>
    EvidenceReading Read(EvidenceSeries series);

    /// <summary>The same of clusters of that name that other repositories declare.</summary>
    IReadOnlyList<EvidenceSeries> Elsewhere(EvidenceSeries series);

    /// <summary>The same of other clusters that this repository declares or declared.</summary>
    IReadOnlyList<EvidenceSeries> Beside(EvidenceSeries series);

    /// <summary>Every series of that name, whoever's cluster it is.</summary>
    IReadOnlyList<EvidenceSeries> Named(string name);

    /// <param name="next">Given the newest entry, says what to add, or null for nothing. Nobody else adds to the series meanwhile.</param>
    EvidenceAddition Append(EvidenceSeries series, Func<EvidenceEntry?, EvidenceDraft?> next);
}

/// <summary>Closed: <see cref="Found"/>, <see cref="Unreadable"/>.</summary>
public abstract record EvidenceReading
{
    private EvidenceReading() { }

    /// <param name="Entries">None where nothing was ever added.</param>
    public sealed record Found(IReadOnlyList<EvidenceEntry> Entries) : EvidenceReading
    {
        public EvidenceEntry? Newest => Entries.Count == 0 ? null : Entries[^1];
    }

    /// <summary>Something was added, and what it was is not known.</summary>
    public sealed record Unreadable(string Reason) : EvidenceReading;

    public T Match<T>(Func<Found, T> found, Func<Unreadable, T> unreadable) =>
        this switch
        {
            Found r => found(r),
            Unreadable r => unreadable(r),
            _ => throw new InvalidOperationException("EvidenceReading is closed"),
        };
}

/// <param name="Newest">What is the newest entry now; null where it is not known, or where there is none.</param>
/// <param name="Problem">Why nothing could be added; null where it was, or where nothing was to be.</param>
public sealed record EvidenceAddition(EvidenceEntry? Newest, string? Problem);
