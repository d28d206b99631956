using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PgGitOps.Core.Evidence;

/// <summary>A named sequence of what was seen of one cluster.</summary>
/// <param name="Repository">Key of the policy repository that declares the cluster: two that are strangers to each other may both have a cluster of that name.</param>
/// <param name="Name">Such as <c>memory</c> or <c>drift</c>.</param>
public sealed record EvidenceSeries(string Cluster, string Repository, string Name);

/// <summary>What is to be added to a series.</summary>
/// <param name="Until">After it the entry counts no more; null where only a newer one replaces it.</param>
/// <param name="Body">JSON on one line.</param>
public sealed record EvidenceDraft(DateTimeOffset At, DateTimeOffset? Until, string Body)
{
    /// <summary>A power cut may take it: it is not waited for until it is on disk.</summary>
    public bool MayBeLost { get; init; }
}

/// <summary>One entry of a series. Never changed; its digest covers it and the digest of the entry before it.</summary>
/// <param name="Number">From 1, without gaps where nothing outlived its lifetime.</param>
/// <param name="Previous">Digest of the entry before it; empty for the first.</param>
public sealed record EvidenceEntry(
    long Number,
    DateTimeOffset At,
    DateTimeOffset? Until,
    string Body,
    string Previous,
    string Digest
)
{
    public static EvidenceEntry After(EvidenceEntry? before, EvidenceDraft draft)
    {
        var entry = new EvidenceEntry((before?.Number ?? 0) + 1, draft.At, draft.Until, draft.Body, before?.Digest ?? "", "");
        return entry with { Digest = entry.Sum() };
    }

    public bool IsWhole => Digest == Sum();

    public bool IsAlive(DateTimeOffset now) => Until is not { } until || until > now;

    private string Sum() =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Previous}\n{Number}\n{At.UtcDateTime:O}\n{Until?.UtcDateTime:O}\n{Body}"
                    )
                )
            )
        );
}
