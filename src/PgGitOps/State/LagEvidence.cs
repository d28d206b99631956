using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Proofs.Live;

namespace PgGitOps.State;

/// <summary>Where each cluster's primary was in its WAL at which moment, kept as evidence: after a restart a standby that is late is not taken for one that has just begun to be.</summary>
internal sealed class LagEvidence(IEvidenceStore store, string repository, StateConditions conditions)
{
    public const string Series = "lag";

    /// <summary>A sample a minute: a standby's lag is then told as at most so much less than it is, and never as more.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly SeriesCondition condition = new(conditions, Series, "the history of lag");

    // When the last one of each cluster was kept, and of which primary.
    private readonly ConcurrentDictionary<string, LagSample> kept = new(StringComparer.Ordinal);

    public LagHistory Recall(string cluster)
    {
        var history = LagHistory.Empty;
        if (store.Read(SeriesOf(cluster)) is not EvidenceReading.Found { Entries: var entries })
            return history;
        foreach (var sample in entries.Select(e => EvidenceBody.Parse(e, LagJson.Default.LagSample)).OfType<LagSample>())
            (history, kept[cluster]) = (history.With(sample.Source, sample.At, sample.Lsn), sample);
        return history;
    }

    /// <summary>Keeps the newest sample of a history, where the one before it is old enough or of another primary.</summary>
    public void Note(string cluster, LagHistory history)
    {
        if (
            history.Newest is not var (source, at, lsn)
            || (kept.TryGetValue(cluster, out var last) && last.Source == source && at - last.At < Every && at >= last.At)
        )
            return;
        var sample = kept[cluster] = new(source, at, lsn);
        // Not waited for until it is on disk: what a power cut takes is a minute of a comfort.
        var added = store.Append(
            SeriesOf(cluster),
            _ => new EvidenceDraft(at, at + LagHistory.Reach, JsonSerializer.Serialize(sample, LagJson.Default.LagSample))
            {
                MayBeLost = true,
            }
        );
        condition.Tell(cluster, added.Problem);
    }

    private EvidenceSeries SeriesOf(string cluster) => new(cluster, repository, Series);
}

/// <param name="Source">Identity of the primary and its timeline.</param>
internal sealed record LagSample(string Source, DateTimeOffset At, string Lsn);

[JsonSerializable(typeof(LagSample))]
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class LagJson : JsonSerializerContext;
