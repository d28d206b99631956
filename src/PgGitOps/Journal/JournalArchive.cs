using System.Text;
using System.Text.Json;
using PgGitOps.Core.Passes;
using PgGitOps.Providers;
using PgGitOps.State;

namespace PgGitOps.Journal;

/// <summary>The journals of earlier runs in one directory, newest last. A directory or a file that cannot be used is told as a condition and passed over.</summary>
internal sealed class JournalArchive(string directory, TimeProvider time, StateConditions? conditions = null)
{
    private const string Part = "journal";

    /// <summary>Beyond it the oldest finished runs go.</summary>
    public const int FilesMax = 500;

    /// <summary>An unfinished run is never removed, whatever the size.</summary>
    public const long BytesMax = 64L << 20;

    /// <summary>Empty where there is no directory. What is no file is none of ours: a pipe would hold whoever reads it.</summary>
    public IReadOnlyList<string> Files()
    {
        try
        {
            return conditions?.Distrust(directory) is null && Directory.Exists(directory)
                ?
                [
                    .. Directory
                        .EnumerateFiles(directory, "*.jsonl")
                        .Where(f => Posix.KindOf(f) is FileKind.File or FileKind.None && conditions?.Distrust(f) is null)
                        .Order(StringComparer.Ordinal),
                ]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            conditions?.Tell(Part, $"the journals in {directory} cannot be listed: {e.Message}");
            return [];
        }
    }

    /// <summary>The entries of one file. A last line that was torn by a crash is left out; so is a line that is not ours.</summary>
    public static IReadOnlyList<JournalEntry> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return Read(stream);
    }

    /// <summary>Intents without outcome of processes that are gone, each with the file that holds it.</summary>
    public IReadOnlyList<(string File, UnfinishedIntent Intent)> Unfinished()
    {
        var found = new List<(string, UnfinishedIntent)>();
        List<string> unusable = [];
        foreach (var file in Files().Where(f => f.EndsWith(JournalFile.OpenSuffix, StringComparison.Ordinal)))
        {
            try
            {
                // A live writer holds the shared lock: then this open fails and the file is none of our business.
                using var stream = TryLock(file);
                if (stream is null)
                    continue;
                var intents = UnfinishedOf(Read(stream)).ToList();
                found.AddRange(intents.Select(i => (file, i)));
                if (intents.Count == 0)
                    File.Move(file, JournalFile.ClosedName(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                unusable.Add($"{file}: {e.Message}");
            }
        }
        conditions?.Tell(
            "journals of earlier runs",
            unusable.Count == 0
                ? null
                : $"what was interrupted is not known, {unusable.Count} journal(s) cannot be used, first {unusable[0]}"
        );
        return found;
    }

    /// <summary>Writes what a second look showed, so that the intent is reported once. Where it cannot be written it is reported again.</summary>
    public void Resolve(string file, UnfinishedIntent intent, string verdict, string? reason)
    {
        try
        {
            WriteResolved(file, intent, verdict, reason);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            conditions?.Tell(Part, $"{file} cannot be written: {e.Message}");
        }
    }

    private void WriteResolved(string file, UnfinishedIntent intent, string verdict, string? reason)
    {
        using var stream = TryLock(file);
        if (stream is null)
            return;
        stream.Seek(0, SeekOrigin.End);
        var entry = new JournalEntry
        {
            Kind = JournalEntryKind.LookedAgain,
            At = time.GetUtcNow(),
            Cluster = intent.Cluster,
            Step = intent.StepId,
            Outcome = verdict,
            Reason = reason,
        };
        // The line break first: the last line may be torn.
        stream.Write([(byte)'\n', .. JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Lines.JournalEntry), (byte)'\n']);
        stream.Flush(flushToDisk: true);
        stream.Seek(0, SeekOrigin.Begin);
        if (!UnfinishedOf(Read(stream)).Any())
            File.Move(file, JournalFile.ClosedName(file));
    }

    /// <summary>Removes the oldest finished runs beyond the bounds.</summary>
    public void Trim()
    {
        var files = Files().Select(f => (Path: f, Bytes: LengthOf(f))).ToList();
        var count = files.Count;
        var bytes = files.Sum(f => f.Bytes);
        foreach (var (path, length) in files.Where(f => !f.Path.EndsWith(JournalFile.OpenSuffix, StringComparison.Ordinal)))
        {
            if (count <= FilesMax && bytes <= BytesMax)
                return;
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its owner, or whoever makes room, removes it; the run that is over does not depend on it.
                conditions?.Tell(Part, $"{path} cannot be removed: {e.Message}");
                continue;
            }
            count--;
            bytes -= length;
        }
    }

    private static List<JournalEntry> Read(FileStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, false, 4096, leaveOpen: true);
        var entries = new List<JournalEntry>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0)
                continue;
            try
            {
                if (JsonSerializer.Deserialize(line, JournalJson.Lines.JournalEntry) is { } entry)
                    entries.Add(entry);
            }
            catch (JsonException)
            {
                // Torn by a crash in the middle of a write: the effect it announces had not begun, as intents are synced first.
            }
        }
        return entries;
    }

    private static IEnumerable<UnfinishedIntent> UnfinishedOf(IReadOnlyList<JournalEntry> entries)
    {
        var begin = entries.FirstOrDefault(e => e.Kind == JournalEntryKind.Begin);
        var answered = entries
            .Where(e => e.Kind is JournalEntryKind.Outcome or JournalEntryKind.LookedAgain)
            .Select(e => e.Step)
            .ToHashSet(StringComparer.Ordinal);
        return entries
            .Where(e => e is { Kind: JournalEntryKind.Intent, Step: not null, Cluster: not null } && !answered.Contains(e.Step))
            .Select(e => new UnfinishedIntent(
                begin?.Plan ?? "",
                begin?.Commit ?? "",
                e.Cluster!,
                e.Step!,
                e.Title ?? e.Step!,
                e.FencingToken ?? 0,
                e.At
            )
            {
                Effects = e.Effects ?? [],
            });
    }

    /// <summary>0 for a file that another process has just removed.</summary>
    private static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }

    /// <summary>Null for the file of a live writer, and for one that another process has just closed.</summary>
    /// <exception cref="IOException">It cannot be opened at all, which says nothing about its writer.</exception>
    private static FileStream? TryLock(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 4096);
        }
        catch (IOException e) when (e is FileNotFoundException || FileLock.IsHeld(e))
        {
            return null;
        }
    }
}
