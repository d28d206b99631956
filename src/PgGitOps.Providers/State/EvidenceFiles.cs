using System.Collections.Concurrent;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.State;

/// <summary>Evidence as files of a directory: one folder a cluster and repository, one file of JSON lines a series.</summary>
/// <remarks>
/// Who adds holds the folder's lock file, which the kernel drops with the process. An entry is on disk when the call returns; what a killed process left half-written is
/// cut off by the next one that adds. What is another user's, or may be written by others, is neither believed nor added to.
/// </remarks>
/// <param name="directory">Made when something is first added.</param>
/// <param name="distrust">Why what lies at a path is not to be trusted, or null; by default asked of the directory and what lies in it.</param>
public sealed class EvidenceFiles(string directory, TimeProvider time, Func<string, string?>? distrust = null) : IEvidenceStore
{
    /// <summary>Beyond it a series is written anew with the newest entries that are alive and fit into half of it: a thousand clusters with a handful of series each stay below a gigabyte.</summary>
    public const int BytesMax = 128 << 10;

    private const string Suffix = ".jsonl";

    // Ten seconds in all: adding takes milliseconds, so that whoever holds it longer is stopped or frozen.
    private const int LockTriesMax = 2000;

    private static readonly TimeSpan LockPace = TimeSpan.FromMilliseconds(5);

    private readonly Func<string, string?> distrust = distrust ?? (path => OwnDirectory.Distrust(directory, path)?.Why);
    private readonly ConcurrentDictionary<string, Lock> gates = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<EvidenceSeries, Known> known = [];

    public EvidenceReading Latest(EvidenceSeries series)
    {
        try
        {
            var file = PathOf(series);
            if (distrust(file) is { } why)
                return new EvidenceReading.Unreadable(why);
            if (
                known.TryGetValue(series, out var before)
                && before.Stamp is not null
                && before.Stamp == EvidenceFile.StampOf(file)
            )
                return Alive(before.Newest is { } newest ? [newest] : []);
            return Load(series, file) is var content && EvidenceFile.ProblemOf(file, content) is { } problem
                ? new EvidenceReading.Unreadable(problem)
                : Alive(content.Newest is { } found ? [found] : []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new EvidenceReading.Unreadable(e.Message);
        }
    }

    public EvidenceReading Read(EvidenceSeries series)
    {
        try
        {
            var file = PathOf(series);
            if (distrust(file) is { } why)
                return new EvidenceReading.Unreadable(why);
            var content = EvidenceFile.Read(file);
            return EvidenceFile.ProblemOf(file, content) is { } problem
                ? new EvidenceReading.Unreadable(problem)
                : Alive(content.Whole);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new EvidenceReading.Unreadable(e.Message);
        }
    }

    public IReadOnlyList<EvidenceSeries> Elsewhere(EvidenceSeries series)
    {
        try
        {
            var name = Uri.EscapeDataString(series.Cluster) + ".";
            return !Directory.Exists(directory)
                ? []
                :
                [
                    .. Directory
                        .EnumerateDirectories(directory, name + "*")
                        .Select(d => Path.GetFileName(d)[name.Length..])
                        // A name may hold dots itself: then the rest is no key.
                        .Where(key => key != series.Repository && !key.Contains('.', StringComparison.Ordinal))
                        .Order(StringComparer.Ordinal)
                        .Select(key => series with { Repository = key })
                        .Where(s => File.Exists(PathOf(s))),
                ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public IReadOnlyList<EvidenceSeries> Beside(EvidenceSeries series)
    {
        try
        {
            var key = "." + series.Repository;
            return !Directory.Exists(directory)
                ? []
                :
                [
                    .. Directory
                        .EnumerateDirectories(directory, "*" + key)
                        .Select(d => Uri.UnescapeDataString(Path.GetFileName(d)[..^key.Length]))
                        .Where(cluster => cluster != series.Cluster)
                        .Order(StringComparer.Ordinal)
                        .Select(cluster => series with { Cluster = cluster })
                        .Where(s => File.Exists(PathOf(s))),
                ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public IReadOnlyList<EvidenceSeries> Named(string name)
    {
        try
        {
            return !Directory.Exists(directory)
                ? []
                :
                [
                    .. Directory
                        .EnumerateDirectories(directory)
                        .Select(d => Path.GetFileName(d))
                        .Order(StringComparer.Ordinal)
                        .Select(d => (Folder: d, Dot: d.LastIndexOf('.')))
                        .Where(d => d.Dot > 0)
                        .Select(d => new EvidenceSeries(Uri.UnescapeDataString(d.Folder[..d.Dot]), d.Folder[(d.Dot + 1)..], name))
                        .Where(s => File.Exists(PathOf(s))),
                ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public EvidenceAddition Append(EvidenceSeries series, Func<EvidenceEntry?, EvidenceDraft?> next)
    {
        var file = PathOf(series);
        var folder = Path.GetDirectoryName(file)!;
        lock (gates.GetOrAdd(folder, _ => new Lock()))
        {
            try
            {
                var place = Path.Combine(folder, "lock");
                if ((distrust(place) ?? distrust(file)) is { } why)
                    return new(null, why);
                MakeFolder(folder);
                using var held = Hold(place);
                var content =
                    known.TryGetValue(series, out var before)
                    && before.Stamp is not null
                    && before.Stamp == EvidenceFile.StampOf(file)
                        ? null
                        : EvidenceFile.Read(file);
                var (newest, torn) = content is null ? (before!.Newest, before.TornBytes) : (content.Newest, content.TornBytes);
                if (next(newest is not null && newest.IsAlive(time.GetUtcNow()) ? newest : null) is not { } draft)
                {
                    known[series] = new(EvidenceFile.StampOf(file), newest, torn);
                    return new(newest, null);
                }
                var entry = EvidenceEntry.After(newest, draft);
                known.TryRemove(series, out _);
                var length = EvidenceFile.Append(file, torn, entry, !draft.MayBeLost);
                if (length > BytesMax)
                    Shorten(file);
                known[series] = new(EvidenceFile.StampOf(file), entry, 0);
                return new(entry, null);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                known.TryRemove(series, out _);
                return new(null, e.Message);
            }
        }
    }

    private void MakeFolder(string folder)
    {
        foreach (var path in (string[])[directory, folder])
        {
            if (Directory.Exists(path))
                continue;
            OwnDirectory.Make(path);
            EvidenceFile.Give(path);
        }
    }

    private EvidenceContent Load(EvidenceSeries series, string file)
    {
        // The stamp first: what is added meanwhile is read again next time.
        var stamp = EvidenceFile.StampOf(file);
        var content = EvidenceFile.Read(file);
        if (EvidenceFile.ProblemOf(file, content) is null)
            known[series] = new(stamp, content.Newest, content.TornBytes);
        return content;
    }

    private void Shorten(string file)
    {
        var now = time.GetUtcNow();
        var whole = EvidenceFile.Read(file).Whole;
        List<byte[]> kept = [];
        long bytes = 0;
        for (var i = whole.Count - 1; i >= 0; i--)
        {
            // The newest stays whatever its size or lifetime: the chain goes on from it.
            if (i < whole.Count - 1 && !whole[i].IsAlive(now))
                continue;
            var line = EvidenceLines.Write(whole[i]);
            if (kept.Count > 0 && bytes + line.Length > BytesMax / 2)
                break;
            kept.Add(line);
            bytes += line.Length;
        }
        kept.Reverse();
        EvidenceFile.Replace(file, kept);
    }

    /// <summary>Waits for whoever adds to the folder in another process.</summary>
    private static FileStream Hold(string path)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return EvidenceFile.Open(path, FileMode.OpenOrCreate, FileShare.None);
            }
            catch (IOException e) when (FileLock.IsHeld(e) && tries < LockTriesMax)
            {
                Thread.Sleep(LockPace);
            }
        }
    }

    private EvidenceReading.Found Alive(IReadOnlyList<EvidenceEntry> entries)
    {
        var now = time.GetUtcNow();
        return new([.. entries.Where(e => e.IsAlive(now))]);
    }

    private string PathOf(EvidenceSeries series) =>
        Path.Combine(directory, $"{Uri.EscapeDataString(series.Cluster)}.{series.Repository}", series.Name + Suffix);

    private sealed record Known((DateTime, long)? Stamp, EvidenceEntry? Newest, int TornBytes);
}
