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

    // The files of the last tree and their readings, place by place: a file that is the same object at the same place is looked up nowhere.
    private IReadOnlyList<SourceFile> lastFiles = [];
    private FileReading[] lastFound = [];

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
                (readings, lastFiles, lastFound) = (new(StringComparer.Ordinal), [], []);
            fingerprint = kinds.Fingerprint;
            var found = new FileReading[files.Count];
            var missing = new List<int>();
            var places = 0; // paths that were there before
            for (var i = 0; i < files.Count; i++)
            {
                if (i < lastFiles.Count && ReferenceEquals(lastFiles[i], files[i]))
                {
                    found[i] = lastFound[i];
                    places++;
                    continue;
                }
                if (readings.TryGetValue(files[i].Path, out var known))
                    places++;
                if (known?.BlobId == files[i].BlobId)
                    found[i] = known;
                else
                    missing.Add(i);
            }
            Parse(missing, i => found[i] = Read(files[i], kinds, parsed));
            if (places == files.Count && places == readings.Count)
            {
                foreach (var i in missing)
                    readings[files[i].Path] = found[i];
            }
            else
            {
                var next = new Dictionary<string, FileReading>(files.Count, StringComparer.Ordinal);
                for (var i = 0; i < files.Count; i++)
                    next[files[i].Path] = found[i];
                readings = next;
            }
            (lastFiles, lastFound) = (files, found);
            return (found, missing.Count);
        }
    }

    /// <summary>Blobs of the last tree whose documents hold to their schemas, for a later process; with a document of the repository's own kinds, under the schemas that declare those.</summary>
    /// <remarks>A document without content was not judged: the schema a repository gave its kind was refused, and another commit may take that schema away.</remarks>
    public IReadOnlySet<string> Sound
    {
        get
        {
            lock (guard)
                return readings
                    .Values.Where(r => r.Findings.Count == 0 && r.Documents.All(d => d.Content is not null))
                    .Select(r => r.Documents.Any(d => d.Content is OwnDocument) ? Under(fingerprint, r.BlobId) : r.BlobId)
                    .ToHashSet(StringComparer.Ordinal);
        }
    }

    private static string Under(string schemas, string blob) => $"{blob} {schemas}";

    private FileReading Read(SourceFile file, OwnKinds kinds, Action<ReadDocument>? parsed)
    {
        var reading = DocumentParser.Read(file, SoundnessOf(file.BlobId, kinds), kinds);
        if (parsed is not null)
        {
            foreach (var document in reading.Documents)
                parsed(document);
        }
        return reading;
    }

    private Soundness SoundnessOf(string blob, OwnKinds kinds) =>
        sound is null ? Soundness.Unknown
        : sound.Contains(blob) ? Soundness.EnginesKinds
        : kinds.Fingerprint.Length > 0 && sound.Contains(Under(kinds.Fingerprint, blob)) ? Soundness.AllKinds
        : Soundness.Unknown;

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
