using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Writing;
using PgGitOps.Providers.Hosts;
using PgGitOps.Providers.Postgres.Probing;

namespace PgGitOps.LiveTests.Hosts;

public sealed class DataDirectoryProbeTests : IAsyncLifetime
{
    private TestDirectory directory = null!;
    private FleetUnderTest fleet = null!;

    public async Task InitializeAsync()
    {
        directory = await TestDirectory.CreateAsync();
        fleet = FleetUnderTest.Of(directory.Path, new HostTransport.Local(null));
    }

    public Task DisposeAsync() => directory.DisposeAsync().AsTask();

    private string Data => Path.Combine(directory.Path, "core", "core-1", "data");

    private ValueTask<Observation<DataDirectoryFacts>> LookAsync(ValidFleet? other = null) =>
        new DataDirectoryProbe(new HostExecutor(), TimeProvider.System).LookAsync(
            other ?? fleet.Fleet,
            fleet.Cluster,
            fleet.Cluster.Members[0],
            CancellationToken.None
        );

    [LiveFact]
    public async Task Look_NoDirectory_IsAbsentAndSaysWhere() =>
        Assert.Equal(
            $"no directory {Data} on osl-1",
            Assert.IsType<Observation<DataDirectoryFacts>.Absent>(await LookAsync()).Evidence
        );

    [LiveFact]
    public async Task Look_EmptyDirectory_IsAbsent()
    {
        await ServerPrograms.RunAsync("mkdir", ["-p", Data]);
        Assert.Equal(
            $"{Data} is empty on osl-1",
            Assert.IsType<Observation<DataDirectoryFacts>.Absent>(await LookAsync()).Evidence
        );
    }

    [LiveFact]
    public async Task Look_DirectoryThatMayNotBeSearched_IsUnreadableAndNotAbsent()
    {
        await ServerPrograms.RunAsync("mkdir", ["-p", Data]);
        await ServerPrograms.RunAsync("chmod", ["0", Path.Combine(directory.Path, "core")]);
        var seen = await LookAsync();
        await ServerPrograms.RunAsync("chmod", ["700", Path.Combine(directory.Path, "core")]);
        Assert.Equal(UnreadableKind.Faulty, Assert.IsType<Observation<DataDirectoryFacts>.Unreadable>(seen).Kind);
    }

    [LiveFact]
    public async Task Look_OtherFiles_AreUnreadableAndNotAbsent()
    {
        await ServerPrograms.RunAsync("mkdir", ["-p", Path.Combine(Data, "lost+found")]);
        Assert.Contains(
            "no PG_VERSION",
            Assert.IsType<Observation<DataDirectoryFacts>.Unreadable>(await LookAsync()).Reason,
            StringComparison.Ordinal
        );
    }

    [LiveFact]
    public async Task Look_BackupThatIsBeingRestored_IsNoPrimarysData()
    {
        await ServerPrograms.RunAsync("mkdir", ["-p", Data]);
        await ServerPrograms.RunAsync("initdb", ["-D", Data, "-U", "postgres", "-A", "trust", "--no-sync"]);
        foreach (var sign in (string[])["recovery.signal", "backup_label"])
        {
            await ServerPrograms.RunAsync("touch", [Path.Combine(Data, sign)]);
            Assert.Contains(
                $"holds {sign}",
                Assert.IsType<Observation<DataDirectoryFacts>.Unreadable>(await LookAsync()).Reason,
                StringComparison.Ordinal
            );
            // A standby's own copy has a label until its first start.
            await ServerPrograms.RunAsync("touch", [Path.Combine(Data, "standby.signal")]);
            Assert.True(Assert.IsType<Observation<DataDirectoryFacts>.Seen>(await LookAsync()).Value.StandbySignal);
            await ServerPrograms.RunAsync("rm", [Path.Combine(Data, sign), Path.Combine(Data, "standby.signal")]);
        }
        Assert.IsType<Observation<DataDirectoryFacts>.Seen>(await LookAsync());
    }

    [LiveFact]
    public async Task Look_StoppedServer_SaysWhatItIs()
    {
        await ServerPrograms.RunAsync("mkdir", ["-p", Data]);
        await ServerPrograms.RunAsync("initdb", ["-D", Data, "-U", "postgres", "-A", "trust", "--no-sync"]);
        await ServerPrograms.RunAsync("touch", [Path.Combine(Data, "standby.signal")]);
        // A stale postmaster.pid that names a live process of somebody else.
        await File.WriteAllTextAsync(Path.Combine(Data, "postmaster.pid"), $"{Environment.ProcessId}\n{Data}\n");
        var seen = Assert.IsType<Observation<DataDirectoryFacts>.Seen>(await LookAsync()).Value;
        Assert.Equal(
            (Data, ServerPrograms.Major, true, false),
            (seen.Path, seen.PostgresMajor, seen.StandbySignal, seen.Running)
        );
        Assert.Matches("^[0-9]{15,20}$", seen.SystemIdentifier);
    }

    /// <summary>Half a record was written when the server crashed: a standby may have received that half.</summary>
    [LiveTheory("pg_ctl", "pg_controldata", "pg_waldump", "psql")]
    [InlineData(1)]
    [InlineData(9)]
    public async Task Look_ServerThatCrashedInTheMiddleOfARecord_SaysHowFarItsWalWasWritten(int megabytes)
    {
        await StartAsync();
        // Segments of their own after the last checkpoint, and behind them the record.
        await SayAsync(
            string.Concat(Enumerable.Repeat("select pg_switch_wal(); select pg_logical_emit_message(true, 'x', 'x'); ", 3))
        );
        var begin = Lsn.TryParse((await SayAsync("select pg_current_wal_insert_lsn()")).Trim())!.Value.Bytes;
        await SayAsync($"select pg_logical_emit_message(true, 'x', repeat('x', {megabytes}000000))");
        await ServerPrograms.RunAsync("pg_ctl", ["stop", "-s", "-m", "immediate", "-D", Data], TimeSpan.FromSeconds(60));
        var cut = (begin + 500_000UL) / 8192 * 8192;
        var segment = Path.Combine(Data, "pg_wal", $"00000001{cut >> 32:X8}{(uint)cut / (16 * 1024 * 1024):X8}");
        await using (var file = new FileStream(segment, FileMode.Open, FileAccess.Write))
        {
            file.Position = (long)(cut % (16 * 1024 * 1024));
            await file.WriteAsync(new byte[file.Length - file.Position]);
        }

        var seen = Assert.IsType<Observation<DataDirectoryFacts>.Seen>(await LookAsync()).Value;

        Assert.Equal(new Lsn(cut).ToString(), seen.Lsn);
    }

    /// <summary>Behind its last WAL file there is none, for which pg_waldump waits: a standby has received all of it.</summary>
    [LiveFact("pg_ctl", "pg_waldump", "psql")]
    public async Task Look_ServerThatCrashedRightAfterASegmentSwitch_SaysThatItsWalReachesToTheEndOfIt()
    {
        await StartAsync();
        var before = Lsn.TryParse((await SayAsync("select pg_current_wal_insert_lsn()")).Trim())!.Value.Bytes;
        await SayAsync("select pg_switch_wal()");
        await ServerPrograms.RunAsync("pg_ctl", ["stop", "-s", "-m", "immediate", "-D", Data], TimeSpan.FromSeconds(60));
        var end = ((before / (16 * 1024 * 1024)) + 1) * 16 * 1024 * 1024;
        // A background process may have begun the next one.
        File.Delete(Path.Combine(Data, "pg_wal", $"00000001{end >> 32:X8}{(uint)end / (16 * 1024 * 1024):X8}"));

        var seen = Assert.IsType<Observation<DataDirectoryFacts>.Seen>(await LookAsync()).Value;

        Assert.Equal(new Lsn(end).ToString(), seen.Lsn);
    }

    private async Task StartAsync()
    {
        await ServerPrograms.RunAsync("mkdir", ["-p", Data]);
        await ServerPrograms.RunAsync("initdb", ["-D", Data, "-U", "postgres", "-A", "trust", "--no-sync"]);
        await ServerPrograms.RunAsync(
            "pg_ctl",
            [
                "start",
                "-w",
                "-s",
                "-D",
                Data,
                "-l",
                Path.Combine(directory.Path, "log"),
                "-o",
                $"-c listen_addresses= -c unix_socket_directories={directory.Path}",
            ],
            TimeSpan.FromSeconds(60)
        );
    }

    private Task<string> SayAsync(string sql) =>
        ServerPrograms.RunAsync(
            "psql",
            ["-X", "-q", "-A", "-t", "-h", directory.Path, "-U", "postgres", "-d", "postgres", "-c", sql]
        );
}
