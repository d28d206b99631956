using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Hosts;

/// <summary>How one transport turns a command for a host into a child process here, and the child's end into a result.</summary>
internal interface IHostConnection
{
    /// <param name="limit">After this the host ends the command by itself; null for a command that lasts as long as its input stays open.</param>
    ValueTask<HostLaunch> PrepareAsync(IReadOnlyList<string> arguments, TimeSpan? limit, CancellationToken cancel);
}

/// <summary>A child process to start. <see cref="Reason"/> tells instead why the host cannot be used.</summary>
internal sealed record HostLaunch
{
    public string? Reason { get; init; }
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The child's whole environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What the transport itself may take beyond the command's own limit.</summary>
    public TimeSpan Overhead { get; init; }

    public Func<ChildProcess, TimeSpan, HostResult> WhenExited { get; init; } =
        (child, _) => new HostResult.Exited(child.ExitCode, child.Output, child.Error);

    /// <summary>Result of a child that was ended here at the deadline.</summary>
    public Func<ChildProcess, TimeSpan, HostResult> WhenEnded { get; init; } = (_, after) => new HostResult.TimedOut(after);
}
