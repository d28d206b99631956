using System.Diagnostics;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Hosts;

/// <summary>Runs commands where a host's transport says: on this machine or over SSH.</summary>
public sealed class HostExecutor : IHostExecutor, IHostLocks
{
    public ValueTask<HostResult> RunAsync(DatabaseHost host, HostScript script, CancellationToken cancel) =>
        RunAsync(host, HostShell.Command(script), cancel);

    public async ValueTask<HostResult> RunAsync(DatabaseHost host, HostCommand command, CancellationToken cancel)
    {
        if (WhyNobody(host) is { } nobody)
            return new HostResult.Unreachable($"{host.Name}: {nobody}");
        var launch = await ConnectionTo(host).PrepareAsync([.. command.Arguments], command.Timeout, cancel);
        if (launch.Reason is not null)
            return new HostResult.Unreachable($"{host.Name}: {launch.Reason}");
        var watch = Stopwatch.StartNew();
        using var child = ChildProcess.Start(launch.Arguments, launch.Environment, out var reason);
        if (child is null)
            return new HostResult.Unreachable($"{host.Name}: {reason}");
        // Fed beside the waiting: a program that never reads must not keep us past the deadline.
        var fed = child.FeedAsync(command.StandardInput);
        if (await child.WaitAsync(command.Timeout + launch.Overhead, cancel))
        {
            await fed;
            return launch.WhenExited(child, watch.Elapsed);
        }
        await child.EndAsync();
        cancel.ThrowIfCancellationRequested();
        return launch.WhenEnded(child, command.Timeout);
    }

    public ValueTask<HostLockOutcome> TakeAsync(DatabaseHost host, string path, string holder, CancellationToken cancel) =>
        WhyNobody(host) is { } nobody
            ? ValueTask.FromResult<HostLockOutcome>(new HostLockOutcome.Unreachable($"{host.Name}: {nobody}"))
            : HostLock.TakeAsync(host, ConnectionTo(host), path, holder, cancel);

    private static IHostConnection ConnectionTo(DatabaseHost host) =>
        host.Transport.Match<IHostConnection>(
            l => new LocalTransport(l),
            s => new SshTransport(host, s),
            _ => new LocalTransport(new HostTransport.Local(null))
        );

    /// <summary>Why no command reaches a host, or null. What is said of this machine's disk is no word about another machine's.</summary>
    private static string? WhyNobody(DatabaseHost host) =>
        host.Transport is HostTransport.Undeclared && !OwnMachine.Has(host.Address)
            ? $"no transport is declared, and {host.Address} is not an address of the engine's own machine"
            : null;
}
