using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Reconciling;

namespace PgGitOps.Tests.Shell;

public sealed class JournalTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-journal-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Unfinished_WhenAProcessEndedInFlight_NamesTheStepOnce()
    {
        string path;
        using (var journal = Begin())
        {
            path = journal.Path;
            journal.Intent(StepNamed("a"), 7);
            journal.Outcome(StepNamed("a"), new StepOutcome.Done(TimeSpan.FromSeconds(1)));
            journal.Intent(StepNamed("b"), 7);
        }
        // What a crash in the middle of a write leaves behind.
        File.AppendAllText(path, """{"kind":"Outcome","step":"b","outc""");
        var archive = new JournalArchive(directory, TimeProvider.System);

        var (file, intent) = Assert.Single(archive.Unfinished());
        Assert.Equal(("b", "core", 7L, "plan-1", "c0ffee"), (intent.StepId, intent.Cluster, intent.FencingToken, intent.PlanId, intent.Commit));
        archive.Resolve(file, intent, "happened", null);

        Assert.Empty(archive.Unfinished());
        Assert.Equal("happened", JournalArchive.Read(JournalFile.ClosedName(path))[^1].Outcome);
    }

    [Fact]
    public void Unfinished_WhileTheWriterLives_LeavesItAlone()
    {
        using var journal = Begin();
        journal.Intent(StepNamed("a"), 1);

        // The lock is per open file, so that it also holds within one process.
        Assert.Empty(new JournalArchive(directory, TimeProvider.System).Unfinished());
    }

    [Fact]
    public void Intent_IsOnDiskBeforeTheCallReturns()
    {
        var boundaries = new List<string>();
        using var journal = JournalFile.Create(directory, BeginEntry(), TimeProvider.System, (kind, n) =>
            boundaries.Add($"{kind}:{n}:{File.ReadLines(Directory.GetFiles(directory).Single()).Count()}"));

        journal.Intent(StepNamed("a"), 1);
        journal.Outcome(StepNamed("a"), new StepOutcome.Failed("no space left on device", null));
        journal.Intent(StepNamed("b"), 1);

        // Begin and intent stand before the effect; the outcome does not yet.
        Assert.Equal(["intent:1:2", "effect:1:2", "intent:2:4"], boundaries);
    }

    [Fact]
    public void Trim_RemovesTheOldestFinishedRuns_AndKeepsTheUnfinished()
    {
        for (var i = 0; i < JournalArchive.FilesMax + 2; i++)
            File.WriteAllText(Path.Combine(directory, i == 0 ? "2026000000.open.jsonl" : $"2026{i:D6}.jsonl"), """{"kind":"Begin","at":"2026-01-01T00:00:00+00:00","plan":"p"}""" + "\n");
        File.AppendAllText(Path.Combine(directory, "2026000000.open.jsonl"), """{"kind":"Intent","at":"2026-01-01T00:00:00+00:00","cluster":"core","step":"s"}""" + "\n");

        new JournalArchive(directory, TimeProvider.System).Trim();

        var left = Directory.GetFiles(directory).Select(Path.GetFileName).ToHashSet();
        Assert.Equal(JournalArchive.FilesMax, left.Count);
        Assert.Contains("2026000000.open.jsonl", left);
        Assert.DoesNotContain("2026000001.jsonl", left);
        Assert.DoesNotContain("2026000002.jsonl", left);
    }

    private JournalFile Begin() => JournalFile.Create(directory, BeginEntry(), TimeProvider.System, (_, _) => { });

    private static JournalEntry BeginEntry() => new()
    {
        Kind = JournalEntryKind.Begin, At = DateTimeOffset.UtcNow, Plan = "plan-1", Commit = "c0ffee", ProcessId = Environment.ProcessId,
    };

    private static Step StepNamed(string id) => new()
    {
        Id = id,
        Cluster = "core",
        Title = $"do {id}",
        Action = new StepAction.StartServer("core-1"),
        Preconditions = [],
        Effects = [],
        Hazards = [],
        Timeout = TimeSpan.FromSeconds(1),
        DependsOn = [],
        Because = SourceSpan.WholeFile("x.yaml"),
    };
}
