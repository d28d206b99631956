using System.Diagnostics;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Hosts;

namespace PgGitOps.LiveTests.Hosts;

/// <summary>What every transport promises. Each test is run once over each of them.</summary>
public abstract class HostExecutorContract
{
    protected HostExecutor Executor { get; } = new();

    protected abstract DatabaseHost Host { get; }

    protected static DatabaseHost HostWith(HostTransport transport, string address = "127.0.0.1") =>
        new("h1", "oslo", "oslo-a", address, transport, SourceSpan.WholeFile("environment.yaml"));

    protected async Task<HostResult> RunAsync(string? input, double seconds, params string[] arguments) =>
        await Executor.RunAsync(
            Host,
            new HostCommand([.. arguments], input, TimeSpan.FromSeconds(seconds)),
            CancellationToken.None
        );

    protected async Task<HostResult.Exited> ExitAsync(string? input, params string[] arguments) =>
        Assert.IsType<HostResult.Exited>(await RunAsync(input, 20, arguments));

    [LiveFact("ssh", "sshd")]
    public async Task Run_AnyText_ReachesTheProgramAsItWasGiven()
    {
        string[] hard =
        [
            "",
            " ",
            "a b",
            "it's",
            "\"q\"",
            "$HOME `id` $(id)",
            "back\\slash",
            "new\nline",
            "*?[a]{b,c}",
            "-n",
            "--",
            "ærlig ☃",
            "!x;y&z|w>v",
            "~",
            "#c",
        ];
        var result = await ExitAsync(null, ["printf", "%s\\0", .. hard]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(hard, result.Output.Split('\0')[..^1]);
    }

    [LiveFact("ssh", "sshd")]
    public async Task Run_ExitCodesAndStreams_AreKeptApart()
    {
        var result = await ExitAsync("line one\nline two", "sh", "-c", "cat; echo problem >&2; exit 7");
        Assert.Equal((7, "line one\nline two", "problem"), (result.Code, result.Output, result.Error.TrimEnd()));
        Assert.Equal(255, (await ExitAsync(null, "sh", "-c", "exit 255")).Code);
        Assert.Equal(124, (await ExitAsync(null, "sh", "-c", "exit 124")).Code);
        Assert.Equal(127, (await ExitAsync(null, "no-such-program-anywhere")).Code);
    }

    [LiveFact("ssh", "sshd")]
    public async Task Run_AsTheServerUser_WithItsHomeAndNothingOfOurEnvironment()
    {
        Environment.SetEnvironmentVariable("PGGITOPS_TEST_SECRET", "do-not-leak");
        var result = await ExitAsync(
            null,
            "sh",
            "-c",
            "id -un; echo \"$HOME\"; echo \"$LC_ALL\"; id -Gn; env | grep -c do-not-leak; pwd"
        );
        var lines = result.Output.TrimEnd().Split('\n');
        Assert.Equal(SshServer.LoginUser, lines[0]);
        Assert.Equal((await ExitAsync(null, "getent", "passwd", SshServer.LoginUser)).Output.Split(':')[5], lines[1]);
        Assert.Equal("C", lines[2]);
        Assert.DoesNotContain("root", lines[3].Split(' ').Except(Environment.IsPrivilegedProcess ? [] : ["root"]));
        Assert.Equal(["0", "/"], lines[4..]);
    }

    [LiveFact("ssh", "sshd")]
    public async Task Run_PastItsDeadline_IsEndedWithAllItsChildren()
    {
        var mark = Guid.NewGuid().ToString("N");
        var watch = Stopwatch.StartNew();
        var result = await RunAsync(
            null,
            2,
            "sh",
            "-c",
            "trap '' TERM; (trap '' TERM; exec -a \"$0\" sleep 600) & sleep 600",
            mark
        );
        Assert.IsType<HostResult.TimedOut>(result);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"took {watch.Elapsed}");
        await Poll.UntilAsync("no process of the command is left", () => CommandLines.Of(mark).Count == 0);
    }

    [LiveFact("ssh", "sshd")]
    public async Task Run_ThatLeavesADaemonBehind_ReturnsAtOnce()
    {
        await using var directory = await TestDirectory.CreateAsync();
        var result = await ExitAsync(
            null,
            "sh",
            "-c",
            "setsid sh -c 'while [ -d \"$0\" ]; do sleep 0.1; done' \"$0\" > /dev/null 2>&1 < /dev/null & echo started",
            directory.Path
        );
        // The daemon ends with the directory, so it is there still: nobody waited for it.
        Assert.Equal("started\n", result.Output);
        await Poll.UntilAsync("the daemon runs", () => CommandLines.Of($"done {directory.Path}").Count > 0);
    }

    [LiveFact("ssh", "sshd")]
    public async Task Run_EndlessOutput_IsCutAndDoesNotBlock()
    {
        var result = await ExitAsync(null, "sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; echo end >&2");
        Assert.InRange(result.Output.Length, 1 << 20, (1 << 20) + 100);
        Assert.Equal("end", result.Error.Trim());
    }

    [LiveFact("ssh", "sshd")]
    public async Task Run_InputNobodyReads_DoesNotBlock()
    {
        var result = await ExitAsync(new string('x', 5_000_000), "true");
        Assert.Equal(0, result.Code);
    }

    [LiveFact("ssh", "sshd")]
    public async Task Run_Cancelled_EndsTheCommand()
    {
        var mark = Guid.NewGuid().ToString("N");
        using var cancel = new CancellationTokenSource();
        var running = Executor
            .RunAsync(Host, new HostCommand(["sh", "-c", "sleep 300; :", mark], null, TimeSpan.FromSeconds(280)), cancel.Token)
            .AsTask();
        await Poll.UntilAsync("the command runs", () => CommandLines.Of(mark).Count > 0);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [LiveFact("ssh", "sshd")]
    public async Task Lock_HeldByOne_NamesTheHolderToTheOther_AndIsFreeAfterwards()
    {
        await using var directory = await TestDirectory.CreateAsync();
        var path = directory.File("a b/c'd/.lock");
        var first = Assert.IsType<HostLockOutcome.Taken>(
            await Executor.TakeAsync(Host, path, "first writer", CancellationToken.None)
        );
        Assert.True(first.Lock.IsHeld);
        var second = Assert.IsType<HostLockOutcome.Held>(
            await Executor.TakeAsync(Host, path, "second writer", CancellationToken.None)
        );
        Assert.Equal("first writer", second.Holder);
        await first.Lock.DisposeAsync();
        var third = Assert.IsType<HostLockOutcome.Taken>(
            await Executor.TakeAsync(Host, path, "third writer", CancellationToken.None)
        );
        await third.Lock.DisposeAsync();
    }

    [LiveFact("ssh", "sshd")]
    public async Task Lock_WhoseProcessDies_SaysSo()
    {
        await using var directory = await TestDirectory.CreateAsync();
        var path = directory.File(".lock");
        var taken = Assert.IsType<HostLockOutcome.Taken>(await Executor.TakeAsync(Host, path, "writer", CancellationToken.None));
        foreach (var pid in CommandLines.Of(path))
            ProcessSignals.Send(pid, Signal.Kill);
        await Poll.UntilAsync("the lock is known to be lost", () => !taken.Lock.IsHeld);
        await taken.Lock.DisposeAsync();
    }
}
