using PgGitOps.Core.Desired.Reading;
using PgGitOps.Core.Desired.Schemas;
using PgGitOps.Core.Desired.Schemas.Own;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

/// <summary>Readings of files by path and blob id, so that a commit costs what it changes. Holds the files of the last tree only.</summary>
/// <param name="sound">
/// Blobs that an earlier process found to hold to their schemas, by the same <see cref="DocumentSchemas.Fingerprint"/>. They are
/// parsed as ever and not checked against their schema again: that check, cold, is half of what a short command costs.
/// </param>
public sealed class DocumentCache(IReadOnlySet<string>? sound = null)
{
    private readonly Lock guard = new();
    private Dictionary<string, FileReading> readings = new(StringComparer.Ordinal);
    private string fingerprint = "";

    /// <summary>The reading of every file, in their order, and how many had to be parsed.</summary>
    internal (FileReading[] Readings, int Parsed) Read(
        IReadOnlyList<SourceFile> files,
        OwnKinds kinds,
        Action<ReadDocument>? parsed = null
    )
    {
        lock (guard)
        {
            if (fingerprint != kinds.Fingerprint)
                readings = new(StringComparer.Ordinal);
            fingerprint = kinds.Fingerprint;
            var found = new FileReading[files.Count];
            var missing = new List<int>();
            for (var i = 0; i < files.Count; i++)
            {
                if (readings.TryGetValue(files[i].Path, out var known) && known.BlobId == files[i].BlobId)
                    found[i] = known;
                else
                    missing.Add(i);
            }
            Parse(missing, i => found[i] = Read(files[i], kinds, parsed));
            if (missing.Count > 0 || readings.Count != files.Count)
            {
                var next = new Dictionary<string, FileReading>(files.Count, StringComparer.Ordinal);
                for (var i = 0; i < files.Count; i++)
                    next[files[i].Path] = found[i];
                readings = next;
            }
            return (found, missing.Count);
        }
    }

    /// <summary>Blobs of the last tree whose documents hold to their schemas, for a later process.</summary>
    /// <remarks>A document without content was not judged: the schema a repository gave its kind was refused, and another commit may take that schema away.</remarks>
    public IReadOnlySet<string> Sound
    {
        get
        {
            lock (guard)
                return readings
                    .Values.Where(r => r.Findings.Count == 0 && r.Documents.All(d => d.Content is not (null or OwnDocument)))
                    .Select(r => r.BlobId)
                    .ToHashSet(StringComparer.Ordinal);
        }
    }

    private FileReading Read(SourceFile file, OwnKinds kinds, Action<ReadDocument>? parsed)
    {
        var reading = DocumentParser.Read(file, sound is not null && sound.Contains(file.BlobId), kinds);
        if (parsed is not null)
        {
            foreach (var document in reading.Documents)
                parsed(document);
        }
        return reading;
    }

    private static void Parse(List<int> missing, Action<int> read)
    {
        // Files are independent of each other; below this many, starting a second worker costs more than it saves.
        const int ParallelFrom = 32;
        if (missing.Count < ParallelFrom)
        {
            foreach (var i in missing)
                read(i);
        }
        else
            Parallel.ForEach(missing, read);
    }
}
