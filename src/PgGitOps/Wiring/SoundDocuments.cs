using System.Text;
using PgGitOps.Cli;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Schemas;
using PgGitOps.Providers;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Wiring;

/// <summary>Remembers between runs which blobs hold to their schemas. Losing the memory costs time and nothing else.</summary>
internal sealed class SoundDocuments
{
    // About 4 MB; beyond it only what the last tree holds is kept.
    private const int IdsMax = 100_000;
    private const long BytesMax = 64 << 20;

    private readonly string? path;
    private readonly StateOwnership ownership;
    private readonly HashSet<string> known;

    private SoundDocuments(string? path, HashSet<string> known, StateOwnership ownership)
    {
        this.ownership = ownership;
        this.path = path;
        this.known = known;
        Cache = new DocumentCache(known);
    }

    public DocumentCache Cache { get; }

    /// <remarks>The file's name is the digest of schemas and build: another version of the program starts afresh.</remarks>
    public static SoundDocuments Open(Invocation invocation)
    {
        string? path = null;
        try
        {
            path = invocation.State.File($"sound-{DocumentSchemas.Fingerprint[..16]}");
            return new(
                path,
                invocation.Ownership.Distrust(path) is null && RegularFile.TryRead(path, BytesMax) is { } known
                    ? Encoding
                        .ASCII.GetString(known)
                        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                        .ToHashSet(StringComparer.Ordinal)
                    : [],
                invocation.Ownership
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UsageException)
        {
            // Judging documents needs no state directory; what does need one says so itself.
            return new(path, [], invocation.Ownership);
        }
    }

    /// <summary>Writes what the last tree added. A state directory that cannot be written is reported where it matters: by the journal.</summary>
    public void Save()
    {
        var sound = Cache.Sound;
        if (path is null || known.IsSupersetOf(sound) || ownership.Distrust(path) is not null)
            return;
        if (known.Count + sound.Count <= IdsMax)
            sound = sound.Union(known, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        var draft = $"{path}.{Environment.ProcessId}";
        try
        {
            using (var file = new StreamWriter(draft, Encoding.ASCII, OwnDirectory.Writing(FileMode.Create)))
            {
                foreach (var id in sound.Order(StringComparer.Ordinal))
                    file.WriteLine(id);
            }
            foreach (
                var old in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "sound-*").Where(f => f != path && f != draft)
            )
                File.Delete(old);
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A draft may stay behind; the next save removes it.
        }
    }
}
