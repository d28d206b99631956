using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Ports;

/// <summary>A program to run on a host as the owner of its servers.</summary>
/// <param name="Arguments">Program and arguments, passed as they are: no shell reads them.</param>
/// <param name="StandardInput">Also the way for secrets, which never stand among the arguments.</param>
public sealed record HostCommand(EquatableArray<string> Arguments, string? StandardInput, TimeSpan Timeout);

/// <summary>How a host command ended. Closed.</summary>
public abstract record HostResult
{
    private HostResult() { }

    public sealed record Exited(int Code, string Output, string Error) : HostResult;

    /// <summary>Ended by us at the deadline; it may have had effects.</summary>
    public sealed record TimedOut(TimeSpan After) : HostResult;

    /// <summary>Never started.</summary>
    public sealed record Unreachable(string Reason) : HostResult;

    /// <summary>It had started when the connection to its host broke, so it may have had effects.</summary>
    public sealed record Lost(string Reason) : HostResult;

    public T Match<T>(Func<Exited, T> exited, Func<TimedOut, T> timedOut, Func<Unreachable, T> unreachable, Func<Lost, T> lost) =>
        this switch
        {
            Exited r => exited(r),
            TimedOut r => timedOut(r),
            Unreachable r => unreachable(r),
            Lost r => lost(r),
            _ => throw new InvalidOperationException("HostResult is closed"),
        };
}

/// <summary>Runs commands on hosts: on this machine, or over SSH, as the host's transport says.</summary>
public interface IHostExecutor
{
    ValueTask<HostResult> RunAsync(DatabaseHost host, HostCommand command, CancellationToken cancel);

    ValueTask<HostResult> RunAsync(DatabaseHost host, HostScript script, CancellationToken cancel);
}

/// <summary>Asks the WAL archive of a member, on its host.</summary>
public interface IArchiveProbe
{
    /// <param name="dataDirectory">As the server or its host told it; null means where the documents place it.</param>
    /// <param name="timeline">Of the member's newest WAL: asked is for what is younger.</param>
    /// <returns>Absent where the member has no archive that can be asked.</returns>
    ValueTask<Observed.Observation<Observed.ArchiveFacts>> AskAsync(
        ValidFleet fleet,
        Cluster cluster,
        Member member,
        string? dataDirectory,
        int timeline,
        CancellationToken cancel
    );
}

/// <summary>Looks at a member's data directory from its host.</summary>
public interface IHostProbe
{
    ValueTask<Observed.Observation<Observed.DataDirectoryFacts>> LookAsync(
        ValidFleet fleet,
        Cluster cluster,
        Member member,
        CancellationToken cancel
    );
}
