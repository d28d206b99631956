using System.Runtime.InteropServices;

namespace PgGitOps.Cli;

/// <summary>Turns SIGINT and SIGTERM into two wishes: the first to stop after the step in hand, the second to stop now.</summary>
internal sealed class Shutdown(TimeProvider time) : IDisposable
{
    /// <summary>Supervisors signal a process and its group at once: within this time both are one wish.</summary>
    private static readonly TimeSpan SameWish = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource abort = new();
    private readonly List<PosixSignalRegistration> registrations = [];
    private long firstAt;

    /// <summary>Start nothing new. Reading may be broken off at once; a step that has begun is let finish.</summary>
    public CancellationToken Stopping => stopping.Token;

    /// <summary>Break off the step in hand too; it becomes uncertain and is looked at again by the next run.</summary>
    public CancellationToken Abort => abort.Token;

    public void Listen(Action<string> say)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
            registrations.Add(PosixSignalRegistration.Create(signal, context => OnSignal(context, say)));
    }

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        stopping.Dispose();
        abort.Dispose();
    }

    private void OnSignal(PosixSignalContext context, Action<string> say)
    {
        context.Cancel = true;
        if (!stopping.IsCancellationRequested)
        {
            // The wish first: saying so may fail, or take long.
            firstAt = time.GetTimestamp();
            stopping.Cancel();
            say($"{context.Signal}: finishing the step in hand, then stopping; once more to break it off");
        }
        else if (time.GetElapsedTime(firstAt) > SameWish)
        {
            abort.Cancel();
            say($"{context.Signal}: breaking off");
        }
    }
}
