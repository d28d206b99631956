using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Hosts;

public sealed class SshTransportTests : HostExecutorContract, IAsyncLifetime
{
    private SshServer? server;

    protected override DatabaseHost Host => HostWith(server!.Transport);

    public async Task InitializeAsync()
    {
        if (ServerPrograms.WhatIsMissing(["ssh", "sshd"]) is null)
            server = await SshServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }

    [LiveFact("ssh", "sshd")]
    public async Task Run_OnAHostWithAnUnknownKey_IsRefused()
    {
        var strange = Path.GetTempFileName();
        var result = await Executor.RunAsync(
            HostWith(server!.Transport with { KnownHosts = strange }),
            True,
            CancellationToken.None
        );
        File.Delete(strange);
        Assert.Contains(
            "Host key verification failed",
            Assert.IsType<HostResult.Unreachable>(result).Reason,
            StringComparison.Ordinal
        );
    }

    [LiveFact("ssh", "sshd")]
    public async Task Run_WhereNobodyListens_IsUnreachable()
    {
        var result = await Executor.RunAsync(
            HostWith(server!.Transport with { Port = FreePort.Next() }),
            True,
            CancellationToken.None
        );
        Assert.Contains("Connection refused", Assert.IsType<HostResult.Unreachable>(result).Reason, StringComparison.Ordinal);
    }

    [LiveFact("ssh", "sshd")]
    public async Task Run_ConnectionBreaksHalfWay_IsLostAndNotUnreachable()
    {
        await using var directory = await TestDirectory.CreateAsync();
        // It ends when the test says so: nobody has to be quick.
        var running = RunAsync(null, 120, "sh", "-c", "while [ -d \"$0\" ]; do sleep 0.1; done", directory.Path);
        await Poll.UntilAsync(
            "the command runs on the host",
            () =>
                CommandLines
                    .All()
                    .Any(p =>
                        p.Line.StartsWith("sh -c while", StringComparison.Ordinal)
                        && p.Line.Contains(directory.Path, StringComparison.Ordinal)
                    )
        );
        foreach (var pid in ProcessSignals.Tree(server!.Pid).Skip(1))
        {
            if (CommandLines.All().Any(p => p.Pid == pid && p.Line.StartsWith("sshd", StringComparison.Ordinal)))
                ProcessSignals.Send(pid, Signal.Kill);
        }
        Assert.IsType<HostResult.Lost>(await running);
    }

    private static HostCommand True => new(["true"], null, TimeSpan.FromSeconds(5));
}
