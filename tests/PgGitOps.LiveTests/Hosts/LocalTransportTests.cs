using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Hosts;

public sealed class LocalTransportTests : HostExecutorContract
{
    protected override DatabaseHost Host => HostWith(new HostTransport.Local(null));

    [LiveFact]
    public async Task Run_AsAUserThatDoesNotExist_IsUnreachableAndSaysWhy()
    {
        var result = await Executor.RunAsync(
            HostWith(new HostTransport.Local("nobody-here")),
            new HostCommand(["true"], null, TimeSpan.FromSeconds(5)),
            CancellationToken.None
        );
        Assert.Contains("nobody-here", Assert.IsType<HostResult.Unreachable>(result).Reason, StringComparison.Ordinal);
    }
}
