using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Writing;
using PgGitOps.Providers.Hosts;
using PgGitOps.Providers.Postgres.Probing;

namespace PgGitOps.LiveTests.Hosts;

/// <summary>Archives asked with the restore_command of a real data directory, as its owner.</summary>
public sealed class ArchiveProbeTests : IAsyncLifetime
{
    private const string History = "1\t0/1800000\tno recovery target specified\n";
    private TestDirectory directory = null!;
    private FleetUnderTest fleet = null!;

    private string Data => Path.Combine(directory.Path, "core", "core-1", "data");

    private string Archive => directory.File("archive");

    public async Task InitializeAsync()
    {
        directory = await TestDirectory.CreateAsync();
        fleet = FleetUnderTest.Of(directory.Path, new HostTransport.Local(null));
        await ServerPrograms.RunAsync("mkdir", ["-p", Data, Archive]);
        await ServerPrograms.RunAsync("initdb", ["-D", Data, "-U", "postgres", "-A", "trust", "--no-sync"]);
    }

    public Task DisposeAsync() => directory.DisposeAsync().AsTask();

    private ValueTask<Observation<ArchiveFacts>> AskAsync(int timeline = 1) =>
        new ArchiveProbe(new HostExecutor(), TimeProvider.System).AskAsync(
            fleet.Fleet,
            fleet.Cluster,
            fleet.Cluster.Members[0],
            Data,
            timeline,
            CancellationToken.None
        );

    private ValueTask<Observation<ArchiveFacts>> AskAsync(string command, int timeline = 1)
    {
        File.AppendAllText(
            Path.Combine(Data, "postgresql.auto.conf"),
            $"restore_command = '{command.Replace("'", "''", StringComparison.Ordinal)}'\n"
        );
        return AskAsync(timeline);
    }

    private void Keep(string name, string text) => File.WriteAllText(Path.Combine(Archive, name), text);

    private static ArchiveFacts Facts(Observation<ArchiveFacts> seen) =>
        Assert.IsType<Observation<ArchiveFacts>.Seen>(seen).Value;

    private static string Reason(Observation<ArchiveFacts> seen) =>
        Assert.IsType<Observation<ArchiveFacts>.Unreadable>(seen).Reason;

    [LiveFact]
    public async Task Ask_WithoutARestoreCommand_IsAbsent() => Assert.IsType<Observation<ArchiveFacts>.Absent>(await AskAsync());

    [LiveFact]
    public async Task Ask_GoesUpwardWhileFilesComeBack_AndLeavesNothingBehind()
    {
        Keep("00000002.history", History);
        Keep("00000003.history", History + "2\t0/1900000\tx\n");
        Keep("00000005.history", History);

        var facts = Facts(await AskAsync($"pwd > {Archive}/cwd; echo %f %r %p >> {Archive}/asked; cp {Archive}/%f %p"));

        Assert.Equal([3, 2], facts.Timelines.Select(t => t.Timeline));
        Assert.Equal([new TimelineFork(1, "0/1800000"), new TimelineFork(2, "0/1900000")], facts.Timelines[0].Forks);
        Assert.Null(facts.Gap);
        Assert.Null(facts.SystemIdentifier);
        // As PostgreSQL runs it: in the data directory; then for the WAL in which the youngest timeline begins.
        Assert.Equal(Data, File.ReadAllText(Path.Combine(Archive, "cwd")).Trim());
        var asked = File.ReadLines(Path.Combine(Archive, "asked")).Select(l => l.Split(' ', 3)).ToArray();
        Assert.Equal(
            ["00000002.history", "00000003.history", "00000004.history", "000000030000000000000001"],
            asked.Select(a => a[0])
        );
        Assert.All(asked, a => Assert.Equal("000000000000000000000000", a[1]));
        Assert.All(
            asked,
            a => Assert.False(a[2].StartsWith(Data, StringComparison.Ordinal) || Directory.Exists(Path.GetDirectoryName(a[2])))
        );
    }

    [LiveFact]
    public async Task Ask_OfAYoungerTimeline_AsksForItsOwnToo()
    {
        Keep("00000002.history", History);

        Assert.Equal([2], Facts(await AskAsync($"cp {Archive}/%f %p", 2)).Timelines.Select(t => t.Timeline));
    }

    [LiveFact]
    public async Task Ask_WithQuotesPercentAndMetacharacters_RunsWhatTheServerWouldRun()
    {
        var odd = Path.Combine(Archive, "it's \"50%\" $HOME; & here");
        Directory.CreateDirectory(odd);
        await File.WriteAllTextAsync(Path.Combine(odd, "00000002.history"), History);

        var facts = Facts(
            await AskAsync($"""x='%%'; test "$x" = % && cp '{Archive}/it'"'"'s "50%%" $HOME; & here/%f' "%p" | cat # %q %""")
        );

        Assert.Equal([2], facts.Timelines.Select(t => t.Timeline));
    }

    [LiveTheory]
    // As PostgreSQL takes it: these say that it is not there.
    [InlineData("exit 1")]
    [InlineData("exit 125")]
    [InlineData("true")]
    [InlineData("cp /nowhere/%f %p; exit 3")]
    public async Task Ask_WhenItIsNotThere_HoldsNothing(string command)
    {
        var facts = Facts(await AskAsync($"echo s3cr3t; echo s3cr3t >&2; {command}"));

        Assert.Equal((0, null), (facts.Timelines.Count, facts.Gap));
    }

    [LiveTheory]
    [InlineData("exit 130", "ended with code 130 for 00000002.history")]
    [InlineData("exit 126", "ended with code 126")]
    [InlineData("no-such-program-s3cr3t %f %p", "ended with code 127")]
    [InlineData("kill -9 $$", "ended with code 137")]
    [InlineData("echo s3cr3t > %p", "what it gave as 00000002.history is no timeline history file")]
    [InlineData(": > %p", "what it gave as 00000002.history is no timeline history file")]
    [InlineData("head -c 3000000 /dev/zero > %p", "what it gave as 00000002.history is no timeline history file")]
    public async Task Ask_WhenItCannotTell_IsNotKnown_AndNothingOfTheCommandIsShown(string command, string says)
    {
        var reason = Reason(await AskAsync($"echo s3cr3t; echo s3cr3t >&2; {command}"));

        Assert.Contains(says, reason, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", reason, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Ask_WhenItHangs_EndsItWithItsChildren_AndIsNotKnown()
    {
        var mark = $"6{Random.Shared.Next(100_000, 999_999).ToString(CultureInfo.InvariantCulture)}";

        var seen = await AskAsync($"trap '' TERM; (trap '' TERM; sleep {mark}) & sleep {mark}");

        Assert.Contains("gave no answer for 00000002.history", Reason(seen), StringComparison.Ordinal);
        await Poll.UntilAsync("nothing of it is left", () => !IsRunning(mark));
    }

    [LiveFact]
    public async Task Ask_WhenItGaveOneAndThenFails_KeepsWhatItGave()
    {
        Keep("00000002.history", History);

        var facts = Facts(await AskAsync($"test %f = 00000003.history && exit 255; cp {Archive}/%f %p"));

        Assert.Equal([2], facts.Timelines.Select(t => t.Timeline));
        Assert.Contains("ended with code 255 for 00000003.history", facts.Gap, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Ask_WhenTheWalOfTheNewTimelineIsThere_SaysWhichClusterItIsOf()
    {
        var other = directory.File("other");
        await ServerPrograms.RunAsync("initdb", ["-D", other, "-U", "postgres", "-A", "trust", "--no-sync"]);
        Keep("00000002.history", History);
        foreach (var data in (string[])[other, Data])
        {
            await ServerPrograms.RunAsync(
                "cp",
                [Path.Combine(data, "pg_wal", "000000010000000000000001"), Path.Combine(Archive, "000000020000000000000001")]
            );
            var control = await ServerPrograms.RunAsync("pg_controldata", ["-D", data]);
            var identifier = control
                .Split('\n')
                .Single(l => l.StartsWith("Database system identifier", StringComparison.Ordinal))
                .Split(':')[1]
                .Trim();

            Assert.Equal(identifier, Facts(await AskAsync($"cp {Archive}/%f %p")).SystemIdentifier);
        }
    }

    /// <summary>The directory of the archive is not mounted, or the command lacks what the server's service gives it: it says "not there" to everything.</summary>
    [LiveFact]
    public async Task Ask_WhenItDoesNotGiveWhatItsServerHasArchived_IsNotKnown()
    {
        const string Segment = "000000010000000000000001";
        await ServerPrograms.RunAsync("touch", [Path.Combine(Data, "pg_wal", "archive_status", $"{Segment}.done")]);

        Assert.Contains($"it did not give {Segment}", Reason(await AskAsync($"cp {Archive}/%f %p")), StringComparison.Ordinal);
        await ServerPrograms.RunAsync("cp", [Path.Combine(Data, "pg_wal", Segment), Archive]);
        Assert.Null(Facts(await AskAsync()).Gap);
        File.Delete(Path.Combine(Archive, Segment));
        // On a standby the mark says that the segment was received.
        await ServerPrograms.RunAsync("touch", [Path.Combine(Data, "standby.signal")]);
        Assert.Null(Facts(await AskAsync()).Gap);
    }

    [LiveFact]
    public async Task Ask_WhenTheCommandMovesFiles_DoesNotRunIt()
    {
        Keep("00000002.history", History);

        Assert.Contains("is not run", Reason(await AskAsync($"mv {Archive}/%f %p")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Archive, "00000002.history")));
    }

    [LiveFact]
    public async Task Ask_WhenTheConfigurationLiesElsewhere_FollowsTheCommandLineOfTheLastStart()
    {
        Keep("00000002.history", History);
        var elsewhere = directory.File("etc dir");
        await ServerPrograms.RunAsync("mkdir", [elsewhere]);
        await ServerPrograms.RunAsync("mv", [Path.Combine(Data, "postgresql.conf"), elsewhere]);
        await File.AppendAllTextAsync(
            Path.Combine(elsewhere, "postgresql.conf"),
            $"data_directory = '{Data}'\nrestore_command = 'cp {Archive}/%f %p'\n"
        );

        Assert.Contains("could not be read from the configuration", Reason(await AskAsync()), StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            Path.Combine(Data, "postmaster.opts"),
            $"/usr/lib/postgresql/bin/postgres \"-D\" \"{Data}\" \"-c\" \"config_file={elsewhere}/postgresql.conf\"\n"
        );
        Assert.Equal([2], Facts(await AskAsync()).Timelines.Select(t => t.Timeline));
    }

    private static bool IsRunning(string word)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0').Contains(word))
                    return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has just ended.
            }
        }
        return false;
    }
}
