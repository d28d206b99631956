using PgGitOps.Core.Facets;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Journal;
using PgGitOps.Providers;
using PgGitOps.State;
using PgGitOps.Tests.Builders;

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
        Assert.Equal(
            ("b", "core", 7L, "plan-1", "c0ffee"),
            (intent.StepId, intent.Cluster, intent.FencingToken, intent.PlanId, intent.Commit)
        );
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
        using var journal = JournalFile.Create(
            directory,
            BeginEntry(),
            TimeProvider.System,
            (kind, n) => boundaries.Add($"{kind}:{n}:{File.ReadLines(Directory.GetFiles(directory).Single()).Count()}")
        );

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
            File.WriteAllText(
                Path.Combine(directory, i == 0 ? "2026000000.open.jsonl" : $"2026{i:D6}.jsonl"),
                """{"kind":"Begin","at":"2026-01-01T00:00:00+00:00","plan":"p"}""" + "\n"
            );
        File.AppendAllText(
            Path.Combine(directory, "2026000000.open.jsonl"),
            """{"kind":"Intent","at":"2026-01-01T00:00:00+00:00","cluster":"core","step":"s"}""" + "\n"
        );

        new JournalArchive(directory, TimeProvider.System).Trim();

        var left = Directory.GetFiles(directory).Select(Path.GetFileName).ToHashSet();
        Assert.Equal(JournalArchive.FilesMax, left.Count);
        Assert.Contains("2026000000.open.jsonl", left);
        Assert.DoesNotContain("2026000001.jsonl", left);
        Assert.DoesNotContain("2026000002.jsonl", left);
    }

    [Fact]
    public void Journal_WhenItsDirectoryIsGone_MakesItAgain()
    {
        Directory.Delete(directory, recursive: true);
        var archive = new JournalArchive(directory, TimeProvider.System);
        Assert.Empty(archive.Unfinished());
        archive.Trim();

        using (var journal = Begin())
        {
            journal.Intent(StepNamed("a"), 1);
            // And gone once more, under the run.
            Directory.Delete(directory, recursive: true);
            journal.Outcome(StepNamed("a"), new StepOutcome.Done(TimeSpan.Zero));
            Assert.NotNull(journal.End("core: applied"));
        }
        Directory.CreateDirectory(directory);
    }

    [Fact]
    public void Unfinished_WhenOneFileCannotBeUsed_NamesItOnceAndPassesItOver()
    {
        // Bytes that are no file: a directory of that name.
        Directory.CreateDirectory(Path.Combine(directory, "20260101.open.jsonl"));
        using (var journal = Begin())
            journal.Intent(StepNamed("a"), 1);
        List<string> said = [];
        var archive = new JournalArchive(directory, TimeProvider.System, new StateConditions(said.Add));

        Assert.Equal("a", Assert.Single(archive.Unfinished()).Intent.StepId);
        Assert.Single(archive.Unfinished());

        // Directory.EnumerateFiles leaves directories out; a file that may not be opened is told.
        if (OperatingSystem.IsLinux() && Environment.UserName != "root")
        {
            var locked = Path.Combine(directory, "20260102.open.jsonl");
            File.WriteAllText(locked, "");
            File.SetUnixFileMode(locked, UnixFileMode.None);
            Assert.Single(archive.Unfinished());
            Assert.Single(archive.Unfinished());
            Assert.Single(said);
        }
    }

    [Theory]
    // Read-only file system, no space, quota, input/output error: none of them is a live writer.
    [InlineData(30)]
    [InlineData(28)]
    [InlineData(122)]
    [InlineData(5)]
    public void AFileThatCannotBeOpened_IsHeldByAnotherOnlyWhereTheKernelSaysSo(int error) =>
        Assert.Equal(
            (false, true),
            (FileLock.IsHeld(new IOException("told", error)), FileLock.IsHeld(new IOException("told", 11)))
        );

    [Fact]
    public void Unfinished_WhenAJournalCannotBeOpenedForWriting_SaysSo_AndTakesItForNoLiveWriters()
    {
        // More links than the kernel follows: an IOException that is no lock, whoever asks.
        var loop = Path.Combine(directory, "20260103.open.jsonl");
        File.CreateSymbolicLink(loop, loop);
        List<string> said = [];

        Assert.Empty(new JournalArchive(directory, TimeProvider.System, new StateConditions(said.Add)).Unfinished());

        Assert.Contains("what was interrupted is not known", Assert.Single(said), StringComparison.Ordinal);
        Assert.Contains(loop, said[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Journal_KeepsWhatAStepIsToBringAbout_SoThatAnotherProcessCanVerifyIt()
    {
        using (var journal = Begin())
            journal.Intent(
                StepNamed("a") with
                {
                    Effects =
                    [
                        new(Paths.Key("role/app", "login"), FacetValue.Of(true)),
                        new(Paths.Key("role/app", "note"), FacetValue.Of(new string('x', 500))),
                    ],
                },
                1
            );

        var intent = Assert.Single(new JournalArchive(directory, TimeProvider.System).Unfinished()).Intent;

        Assert.Equal(new JournaledEffect("role/app", "login", "true"), intent.Effects[0]);
        Assert.StartsWith("sha256:", intent.Effects[1].Value, StringComparison.Ordinal);
    }

    private JournalFile Begin() => JournalFile.Create(directory, BeginEntry(), TimeProvider.System, (_, _) => { });

    private static JournalEntry BeginEntry() =>
        new()
        {
            Kind = JournalEntryKind.Begin,
            At = DateTimeOffset.UtcNow,
            Plan = "plan-1",
            Commit = "c0ffee",
            ProcessId = Environment.ProcessId,
        };

    private static Step StepNamed(string id) =>
        new()
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
