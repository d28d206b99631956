using System.Globalization;
using System.Text.Json;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Providers;
using PgGitOps.State;

namespace PgGitOps.Journal;

/// <summary>The journal of one apply: one file, one writer, JSON lines, each on disk before the call returns.</summary>
/// <remarks>
/// A run that ended by itself renames its file from <c>….open.jsonl</c> to <c>….jsonl</c>. The open file carries a shared lock, which the kernel drops with the process: a file whose lock is free and that has
/// intents without outcome belongs to a process that was killed.
/// </remarks>
internal sealed class JournalFile : IJournal, IDisposable
{
    public const string OpenSuffix = ".open.jsonl";

    private readonly FileStream file;
    private readonly TimeProvider time;
    private readonly Action<string, int> atBoundary;
    private readonly Lock gate = new();
    private int intents;
    private int outcomes;
    private bool torn;

    private JournalFile(FileStream file, TimeProvider time, Action<string, int> atBoundary)
    {
        this.file = file;
        this.time = time;
        this.atBoundary = atBoundary;
    }

    public string Path => file.Name;

    /// <param name="atBoundary">Called after each intent is on disk (<c>intent</c>, n) and after each effect before its outcome is (<c>effect</c>, n); a test stops the process there.</param>
    /// <exception cref="IOException">It cannot be written, or the directory is not to be trusted.</exception>
    public static JournalFile Create(
        string directory,
        JournalEntry begin,
        TimeProvider time,
        Action<string, int> atBoundary,
        StateConditions? conditions = null
    )
    {
        if (conditions?.Distrust(directory) is { } why)
            throw new IOException(why);
        // Gone since the start, or never there: made again.
        OwnDirectory.Make(directory);
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"{begin.At.UtcDateTime:yyyyMMdd'T'HHmmss'.'fffffff'Z'}-{begin.ProcessId}{OpenSuffix}"
        );
        var file = new FileStream(
            System.IO.Path.Combine(directory, name),
            OwnDirectory.Writing(FileMode.CreateNew, FileShare.Read)
        );
        try
        {
            var journal = new JournalFile(file, time, atBoundary);
            journal.Append(begin);
            return journal;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw;
        }
    }

    public void Intent(Step step, long fencingToken)
    {
        lock (gate)
        {
            Append(
                new()
                {
                    Kind = JournalEntryKind.Intent,
                    At = time.GetUtcNow(),
                    Cluster = step.Cluster,
                    Step = step.Id,
                    Title = step.Title,
                    FencingToken = fencingToken,
                    Effects = [.. step.Effects.Select(JournaledEffect.Of)],
                }
            );
            atBoundary("intent", ++intents);
        }
    }

    public void Outcome(Step step, StepOutcome outcome)
    {
        lock (gate)
        {
            atBoundary("effect", ++outcomes);
            Append(JournalEntry.Of(time.GetUtcNow(), step, outcome));
        }
    }

    /// <summary>A step that was done, and that the plan made afterwards still asks for.</summary>
    /// <returns>Why it could not be written, or null.</returns>
    public string? NoEffect(Step step, string seen) =>
        Try(() =>
            Append(
                new()
                {
                    Kind = JournalEntryKind.NoEffect,
                    At = time.GetUtcNow(),
                    Cluster = step.Cluster,
                    Step = step.Id,
                    Title = step.Title,
                    Outcome = "noEffect",
                    Reason = seen,
                }
            )
        );

    /// <summary>The run is over. What it did stands by now, so a file that cannot be ended takes nothing back: a later run closes it.</summary>
    /// <returns>Why it could not be written, or null.</returns>
    public string? End(string outcome) =>
        Try(() =>
        {
            Append(
                new()
                {
                    Kind = JournalEntryKind.End,
                    At = time.GetUtcNow(),
                    Outcome = outcome,
                }
            );
            File.Move(Path, ClosedName(Path));
        });

    public static string ClosedName(string path) => path[..^OpenSuffix.Length] + ".jsonl";

    public void Dispose() => Try(file.Dispose);

    private string? Try(Action write)
    {
        lock (gate)
        {
            try
            {
                write();
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return e.Message;
            }
        }
    }

    private void Append(JournalEntry entry)
    {
        // A full file system may have taken half of the line before: it must not run into this one.
        byte[] line =
        [
            .. torn ? "\n"u8 : [],
            .. JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Lines.JournalEntry),
            (byte)'\n',
        ];
        torn = true;
        file.Write(line);
        file.Flush(flushToDisk: true);
        torn = false;
    }
}
