using System.Text;
using PgGitOps.Cli;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Schemas;
using PgGitOps.Providers;

namespace PgGitOps.Wiring;

/// <summary>Remembers between runs which blobs hold to their schemas. Losing the memory costs time and nothing else.</summary>
internal sealed class ValidatedBlobs
{
    // Some megabytes; beyond it only what the last tree holds is kept.
    private const int IdsMax = 100_000;

    // To check one blob in twenty again costs less than to write them all: a commit of one file writes nothing.
    private const int WrittenFrom = 20;

    private readonly SealedFolder? folder;
    private readonly HashSet<string> known;

    private ValidatedBlobs(SealedFolder? folder, HashSet<string> known)
    {
        this.folder = folder;
        this.known = known;
        Cache = new DocumentCache(known);
    }

    public DocumentCache Cache { get; }

    /// <remarks>An entry is of one build and its schemas, and sealed as compiled rules are: a list that somebody else wrote would pass what was never judged.</remarks>
    public static ValidatedBlobs Open(Invocation invocation)
    {
        try
        {
            var path = Path.Combine(invocation.State.Path, "validated");
            if (invocation.Ownership.Distrust(path) is not null)
                return new(null, []);
            var folder = new SealedFolder(path);
            var known = folder.Find(
                Key,
                Name,
                body =>
                    Encoding
                        .ASCII.GetString(body)
                        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                        .ToHashSet(StringComparer.Ordinal)
            );
            return new(folder, known ?? []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UsageException)
        {
            // Judging documents needs no state directory; what does need one says so itself.
            return new(null, []);
        }
    }

    /// <summary>Writes what the last tree added. A state directory that cannot be written is reported where it matters: by the journal.</summary>
    public void Save()
    {
        var sound = Cache.Sound;
        var unknown = sound.Count(id => !known.Contains(id));
        if (folder is null || unknown == 0 || unknown * WrittenFrom < known.Count)
            return;
        if (known.Count + sound.Count <= IdsMax)
            sound = sound.Union(known, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        folder.Keep(Key, Name, Encoding.ASCII.GetBytes(string.Join('\n', sound.Order(StringComparer.Ordinal))), most: 1);
    }

    private static string Key => $"blobs {DocumentSchemas.Fingerprint}";

    private static string Name => $"{DocumentSchemas.Fingerprint[..16]}.blobs";
}
