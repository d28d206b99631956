using System.Net;
using System.Net.Sockets;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Writing;

/// <summary>Steps on hosts that cannot do what they should: the reason is said, and nothing half is left.</summary>
public sealed class HostStepFailureTests
{
    private static readonly StepAction Initialise = new StepAction.InitialisePrimary("core-1");
    private static readonly StepAction Clone = new StepAction.CloneStandby("core-2", "core-1", "core_2");

    [LiveFact("mount")]
    public async Task Initialise_OnAFullDisk_FailsWithTheReasonAndLeavesNothing()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await using var disk = await SmallDisk.MountAsync(fleet.PathOf("core-1", ""), "24m");
        if (disk is null)
            return;
        await using var writer = await fleet.OpenAsync(fleet.Nothing);
        var failed = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(Initialise));
        Assert.Contains("No space left on device", failed.Reason, StringComparison.Ordinal);
        Assert.Equal("the host's disk is full", failed.Hint);
        AssertNothingHalf(fleet, "core-1");
    }

    [LiveFact("mount")]
    public async Task Clone_OnAFullDisk_FailsWithTheReasonAndLeavesNothing()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync(standby: false);
        await using var disk = await SmallDisk.MountAsync(fleet.PathOf("core-2", ""), "24m");
        if (disk is null)
            return;
        await using var writer = await fleet.OpenAsync();
        var failed = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(Clone));
        Assert.Contains("No space left on device", failed.Reason, StringComparison.Ordinal);
        AssertNothingHalf(fleet, "core-2");
    }

    [LiveFact]
    public async Task Initialise_WithAParameterThatDoesNotExist_FailsAndLeavesNothing()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null, ("no_such_parameter", "1"));
        await using var writer = await fleet.OpenAsync(fleet.Nothing);
        var failed = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(Initialise));
        Assert.Contains("no_such_parameter", failed.Reason, StringComparison.Ordinal);
        AssertNothingHalf(fleet, "core-1");
    }

    [LiveFact]
    public async Task Initialise_WhilePortIsTaken_FailsAndTheCompleteServerStartsLater()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await using var writer = await fleet.OpenAsync(fleet.Nothing);
        using (var other = new TcpListener(IPAddress.Parse(FleetUnderTest.PrimaryAddress), fleet.Fleet.Cluster.Members[0].Port))
        {
            other.Start();
            var failed = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(Initialise));
            Assert.Contains("Address already in use", failed.Reason, StringComparison.Ordinal);
            Assert.Equal("another program listens on the member's port", failed.Hint);
        }
        Assert.IsType<StepOutcome.Refused>(await writer.RunAsync(Initialise));
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(new StepAction.StartServer("core-1")));
        Assert.Equal("1", await fleet.AskAsync("core-1", "select count(*) from pg_replication_slots where slot_name = 'core_2'"));
    }

    [LiveFact]
    public async Task Initialise_WhileAnotherMemberMayHaveData_IsRefused()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        var unknown = fleet.Nothing with
        {
            Members =
            [
                fleet.Nothing.Members[0],
                fleet.Nothing.Members[1] with
                {
                    Host = new Core.Observed.Observation<Core.Observed.DataDirectoryFacts>.Unreadable(
                        Core.Observed.UnreadableKind.Unreachable,
                        "no route",
                        DateTimeOffset.UnixEpoch
                    ),
                },
            ],
        };
        await using var writer = await fleet.OpenAsync(unknown);
        var refused = Assert.IsType<StepOutcome.Refused>(await writer.RunAsync(Initialise));
        Assert.Contains("core-2", refused.Precondition, StringComparison.Ordinal);
        Assert.False(Directory.Exists(fleet.PathOf("core-1", "")));
    }

    [LiveFact]
    public async Task Clone_WithAWrongPassword_FailsWithoutShowingIt_AndWorksOnceItIsRight()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync(standby: false);
        await using var writer = await fleet.OpenAsync();
        await fleet.AskAsync("core-1", "alter role replicator password 'something else'");
        var failed = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(Clone));
        Assert.Contains("password authentication failed", failed.Reason, StringComparison.Ordinal);
        Assert.Contains("replicationPassword", failed.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("0815", failed.ToString(), StringComparison.Ordinal);
        AssertNothingHalf(fleet, "core-2");
        Assert.IsType<StepOutcome.Done>(
            await writer.RunAsync(
                new StepAction.SetPassword("core-1", "replicator", fleet.Fleet.Fleet.Environments[0].Access.ReplicationPassword!)
            )
        );
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(Clone));
        var again = Assert.IsType<StepOutcome.Refused>(await writer.RunAsync(Clone));
        Assert.Contains("in use", again.Precondition, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Clone_OntoAnotherDirectory_IsRefusedAndTouchesNothing()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync(standby: false);
        await ServerPrograms.RunAsync("mkdir", ["-p", Path.Combine(fleet.PathOf("core-2", "data"), "precious")]);
        await using var writer = await fleet.OpenAsync();
        var refused = Assert.IsType<StepOutcome.Refused>(await writer.RunAsync(Clone));
        Assert.Contains("not empty", refused.Precondition, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(fleet.PathOf("core-2", "data"), "precious")));
        Assert.Contains(
            "no physical slot",
            Assert
                .IsType<StepOutcome.Refused>(await writer.RunAsync(new StepAction.CloneStandby("core-2", "core-1", "other")))
                .Precondition,
            StringComparison.Ordinal
        );
    }

    [LiveFact]
    [Trait("Requirement", "R-08")]
    public async Task Start_FormerPrimary_StaysDownBesideTheNewOne()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync();
        await fleet.StopAsync("core-1");
        await fleet.AskAsync("core-2", "select pg_promote(true, 30)");
        // The caller's own look is older than the promotion.
        await using (var writer = await fleet.OpenAsync(fleet.Nothing))
        {
            var refused = Assert.IsType<StepOutcome.Refused>(await writer.RunAsync(new StepAction.StartServer("core-1")));
            Assert.Contains("core-2 accepts writes", refused.Precondition, StringComparison.Ordinal);
        }
        await fleet.StopAsync("core-2");
        await using (var writer = await fleet.OpenAsync(fleet.Nothing))
        {
            var refused = Assert.IsType<StepOutcome.Refused>(await writer.RunAsync(new StepAction.StartServer("core-1")));
            Assert.Contains("last primary", refused.Precondition, StringComparison.Ordinal);
        }
        Assert.Null(fleet.PidOf("core-1"));
    }

    [LiveFact]
    public async Task Restart_WithABrokenConfiguration_FailsWithTheServersOwnWordsAndLeavesTheServerRunning()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync(standby: false);
        await using var writer = await fleet.OpenAsync();
        await File.AppendAllTextAsync(
            Path.Combine(fleet.PathOf("core-1", "data"), "pggitops.conf"),
            "shared_preload_libraries = 'no_such_library'\n"
        );
        var failed = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(new StepAction.RestartServer("core-1")));
        Assert.Contains("no_such_library", failed.Reason, StringComparison.Ordinal);
        // It was found before the stop, so the writer goes on with the server it has.
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(WriterUnderTest.Sql("select 1")));
    }

    [LiveFact]
    public async Task Start_WhereOurOwnAccessListKeepsTheServerDown_WritesWhatIsDeclaredNow()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync();
        await fleet.StopAsync("core-2");
        await fleet.StopAsync("core-1");
        await using var writer = await fleet.OpenAsync(fleet.Nothing);
        foreach (var member in (string[])["core-1", "core-2"])
        {
            var list = Path.Combine(fleet.PathOf(member, "data"), "pg_hba.conf");
            var declared = await File.ReadAllTextAsync(list);
            await File.AppendAllTextAsync(list, "host all all 127.0.0.0/33 scram-sha-256\n");
            var started = await writer.RunAsync(new StepAction.StartServer(member));
            Assert.True(started is StepOutcome.Done, $"{member}: {started}");
            Assert.Equal(declared, await File.ReadAllTextAsync(list));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(list));
            Assert.EndsWith(
                "127.0.0.0/33 scram-sha-256\n",
                await File.ReadAllTextAsync(list + ".refused"),
                StringComparison.Ordinal
            );
            Assert.False(Directory.Exists(fleet.PathOf(member, ".staging")));
        }
    }

    [LiveFact]
    public async Task Start_WithAnAccessListOfOthers_LeavesItAsItIs_AndOneOfOursThatServersReadToo()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync(standby: false);
        var list = Path.Combine(fleet.PathOf("core-1", "data"), "pg_hba.conf");
        var ours = await File.ReadAllTextAsync(list);
        await using var writer = await fleet.OpenAsync(fleet.Nothing);

        await fleet.StopAsync("core-1");
        var theirs = "# Ours\n" + ours + "host all all 127.0.0.0/33 scram-sha-256\n";
        await File.WriteAllTextAsync(list, theirs);
        var failed = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(new StepAction.StartServer("core-1")));
        Assert.Contains("invalid CIDR mask", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(theirs, await File.ReadAllTextAsync(list));

        var edited = ours + "host all all 10.0.0.0/8 scram-sha-256\n";
        await File.WriteAllTextAsync(list, edited);
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(new StepAction.StartServer("core-1")));
        Assert.Equal(edited, await File.ReadAllTextAsync(list));
    }

    [LiveFact]
    public async Task Start_ThatFails_SaysWhatThisStartWrote_AndNothingOlder()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync(standby: false);
        await fleet.StopAsync("core-1");
        foreach (var day in (string[])["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
            await ServerPrograms.RunAsync(
                "sh",
                ["-c", "echo 'FATAL:  of last week' >> \"$1\"", "sh", fleet.PathOf("core-1", $"log/postgresql-{day}.log")]
            );
        await using var writer = await fleet.OpenAsync(fleet.Nothing);
        var data = fleet.PathOf("core-1", "data");

        await File.AppendAllTextAsync(Path.Combine(data, "pggitops.conf"), "shared_preload_libraries = 'no_such_library'\n");
        var library = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(new StepAction.StartServer("core-1")));
        Assert.Contains("no_such_library", library.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("of last week", library.Reason, StringComparison.Ordinal);

        File.Move(Path.Combine(data, "global/pg_control"), Path.Combine(data, "global/pg_control.away"));
        var control = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(new StepAction.StartServer("core-1")));
        Assert.Contains("could not find the database system", control.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("of last week", control.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("no_such_library", control.Reason, StringComparison.Ordinal);

        File.Move(Path.Combine(data, "PG_VERSION"), Path.Combine(data, "PG_VERSION.away"));
        var version = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(new StepAction.StartServer("core-1")));
        Assert.Contains("PG_VERSION", version.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("of last week", version.Reason, StringComparison.Ordinal);
    }

    private static void AssertNothingHalf(FleetOnDisk fleet, string member)
    {
        Assert.False(Directory.Exists(fleet.PathOf(member, "data")));
        Assert.False(Directory.Exists(fleet.PathOf(member, ".staging")));
    }
}
