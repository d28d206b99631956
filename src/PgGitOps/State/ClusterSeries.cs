using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Ports;

namespace PgGitOps.State;

/// <summary>One value of each cluster that grows from pass to pass, kept as evidence. Where it cannot be kept it is known in this process, and kept as soon as that is possible.</summary>
/// <param name="name">Of the series.</param>
/// <param name="words">What it holds, for people.</param>
/// <param name="repository">Key of the policy repository.</param>
/// <param name="before">What an earlier version kept elsewhere, or null.</param>
internal sealed class ClusterSeries<T>(
    IEvidenceStore store,
    string name,
    string words,
    string repository,
    JsonTypeInfo<T> json,
    StateConditions conditions,
    Func<string, T?> before
)
    where T : class
{
    private readonly ConcurrentDictionary<string, Cell> cells = new(StringComparer.Ordinal);
    private readonly SeriesCondition condition = new(conditions, name, words);

    /// <summary>Null where nothing is known. What cannot be understood starts anew: these values comfort, and decide nothing.</summary>
    public T? Latest(string cluster)
    {
        var cell = CellOf(cluster);
        lock (cell.Gate)
            return Latest(cluster, cell);
    }

    /// <param name="next">Given what is known, says what is known from now on; null for no change. May be asked twice.</param>
    /// <returns>What is known from now on.</returns>
    public T? Update(string cluster, DateTimeOffset now, Func<T?, T?> next)
    {
        var cell = CellOf(cluster);
        lock (cell.Gate)
        {
            var known = Latest(cluster, cell);
            if (next(known) is not { } wanted)
            {
                if (cell.Unsaved is null)
                    return known;
                wanted = cell.Unsaved;
            }
            // Another process may have added to it since: what it knows is the ground, unless ours is waiting to be kept.
            var added = store.Append(
                Series(cluster),
                newest =>
                {
                    if (cell.Unsaved is null && newest is not null && newest.Digest != cell.Digest && Parse(newest) is { } theirs)
                        wanted = next(theirs) ?? theirs;
                    return new EvidenceDraft(now, null, JsonSerializer.Serialize(wanted, json));
                }
            );
            cell.Unsaved = added.Problem is null ? null : wanted;
            if (added.Newest is { } entry && added.Problem is null)
                (cell.Digest, cell.Value) = (entry.Digest, wanted);
            condition.Tell(cluster, added.Problem);
            return wanted;
        }
    }

    private T? Latest(string cluster, Cell cell)
    {
        if (cell.Unsaved is { } unsaved)
            return unsaved;
        if (store.Latest(Series(cluster)) is not EvidenceReading.Found { Newest: { } newest })
            return cell.Value ??= before(cluster);
        if (cell.Digest != newest.Digest)
            (cell.Digest, cell.Value) = (newest.Digest, Parse(newest));
        return cell.Value;
    }

    private T? Parse(EvidenceEntry entry) => EvidenceBody.Parse(entry, json);

    private EvidenceSeries Series(string cluster) => new(cluster, repository, name);

    private Cell CellOf(string cluster) => cells.GetOrAdd(cluster, _ => new Cell());

    private sealed class Cell
    {
        public Lock Gate { get; } = new();

        /// <summary>Of the entry that <see cref="Value"/> was read from or written to.</summary>
        public string? Digest { get; set; }

        public T? Value { get; set; }

        public T? Unsaved { get; set; }
    }
}
