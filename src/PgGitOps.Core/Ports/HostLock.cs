using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Ports;

/// <summary>An exclusive lock on a host, free again as soon as this process or its connection to the host is gone.</summary>
/// <remarks>For the time when a cluster has no primary yet that could hold its own lock.</remarks>
public interface IHostLocks
{
    /// <param name="path">File that carries the lock; made with its directories. A leading <c>~/</c> is the home of the host's server user.</param>
    /// <param name="holder">What others are told who find it held; one line.</param>
    ValueTask<HostLockOutcome> TakeAsync(DatabaseHost host, string path, string holder, CancellationToken cancel);
}

public interface IHostLock : IAsyncDisposable
{
    /// <summary>False once the process on the host that holds the lock has ended, for whatever reason.</summary>
    bool IsHeld { get; }
}

/// <summary>Closed: <see cref="Taken"/>, <see cref="Held"/>, <see cref="Unreachable"/>.</summary>
public abstract record HostLockOutcome
{
    private HostLockOutcome() { }

    public sealed record Taken(IHostLock Lock) : HostLockOutcome;

    /// <param name="Holder">What the holder wrote about itself.</param>
    public sealed record Held(string Holder) : HostLockOutcome;

    public sealed record Unreachable(string Reason) : HostLockOutcome;

    public T Match<T>(Func<Taken, T> taken, Func<Held, T> held, Func<Unreachable, T> unreachable) =>
        this switch
        {
            Taken o => taken(o),
            Held o => held(o),
            Unreachable o => unreachable(o),
            _ => throw new InvalidOperationException("HostLockOutcome is closed"),
        };
}
