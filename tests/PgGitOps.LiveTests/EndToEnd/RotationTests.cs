using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Another replication password, through the executable, while standbys stream.</summary>
public sealed class RotationTests
{
    private const int Killed = 128 + 9;

    [LiveFact]
    [Trait("Requirement", "R-16")]
    public async Task Rotate_KilledAtEveryStepBoundary_GoesOn_AndStandbysReturnWithTheNewPassword()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        var session = await ReceiverAsync(fleet);
        await File.WriteAllTextAsync(fleet.SecretFile("replicator"), "pw-rotated-4711\n");

        var plan = (await fleet.RunAsync(2, "plan", "--detailed-exitcode")).Out;
        Assert.DoesNotContain("pw-", plan, StringComparison.Ordinal);
        var boundaries = 0;
        foreach (var where in (string[])["intent:1", "effect:1", "intent:1", "effect:1", "intent:1", "effect:1"])
        {
            fleet.Environment["PGGITOPS_TEST_EXIT_AT"] = where;
            var run = await fleet.RunAsync("reconcile", "--once");
            if (run.ExitCode == Killed)
                boundaries++;
            // Whatever was in flight: nobody who streams was cut off.
            Assert.Equal(session, await ReceiverAsync(fleet));
        }
        fleet.Environment.Remove("PGGITOPS_TEST_EXIT_AT");
        Assert.True(boundaries >= 5, $"only {boundaries} boundaries");
        await fleet.RunAsync("reconcile", "--once");
        Assert.Contains("nothing to do", (await fleet.RunAsync(0, "reconcile", "--once")).Out, StringComparison.Ordinal);

        var file = Path.Combine(Path.GetDirectoryName(fleet.DataDirectory("core-2"))!, "replication.pgpass");
        Assert.Contains("pw-rotated-4711", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(file)!, ".replication.next")));
        Assert.Equal(
            "0",
            await fleet.ScalarAsync("core-1", "select count(*) from pggitops.applied where field = 'passwordFile'")
        );

        // Its session ends: it comes back by itself, and only with the new password could it.
        await fleet.ExecuteAsync("core-1", "select pg_terminate_backend(pid) from pg_stat_replication");
        await Poll.UntilAsync(
            "the standby returns",
            async () => await ReceiverAsync(fleet) is { Length: > 0 } other && other != session
        );
        Assert.DoesNotContain("pw-rotated", fleet.ServerLog("core-1") + fleet.ServerLog("core-2"), StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Rotate_WhenAHostCannotBeWrittenTo_LeavesThePasswordAsItWas()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        var before = await fleet.ScalarAsync("core-1", "select rolpassword from pg_authid where rolname = 'replicator'");
        await File.WriteAllTextAsync(fleet.SecretFile("replicator"), "pw-rotated-4711\n");
        // A directory where the file is to go: no user can write through it.
        var blocked = Path.Combine(Path.GetDirectoryName(fleet.DataDirectory("core-2"))!, ".replication.next");
        Directory.CreateDirectory(blocked);

        var run = await fleet.RunAsync(1, "reconcile", "--once");

        Assert.Contains("core: stopped", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("pw-rotated", run.Out + run.Error, StringComparison.Ordinal);
        Assert.Equal(before, await fleet.ScalarAsync("core-1", "select rolpassword from pg_authid where rolname = 'replicator'"));
        Directory.Delete(blocked);
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.NotEqual(
            before,
            await fleet.ScalarAsync("core-1", "select rolpassword from pg_authid where rolname = 'replicator'")
        );
    }

    /// <summary>Process that sends to core-2, while it streams.</summary>
    private static Task<string?> ReceiverAsync(TestFleet fleet) =>
        fleet.ScalarAsync(
            "core-1",
            "select string_agg(pid::text, ',') from pg_stat_replication where state = 'streaming' and application_name = 'core-2'"
        );
}
