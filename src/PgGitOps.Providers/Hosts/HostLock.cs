using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Hosts;

/// <summary>flock(2) held by a shell on the host that reads our pipe: when we are gone, however that came, the pipe closes and the shell ends.</summary>
internal sealed class HostLock : IHostLock
{
    private const string Said = "taken";
    private const int HeldByOther = 75;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private const string Script = """
        path=$(expand "$1")
        mkdir -p "$(dirname "$path")" || exit 1
        exec 9>> "$path" || exit 1
        if ! flock -n 9; then
            cat "$path"
            exit 75
        fi
        printf '%s\n' "$2" > "$path"
        echo taken
        cat > /dev/null
        : > "$path"
        """;

    private readonly ChildProcess child;

    private HostLock(ChildProcess child) => this.child = child;

    public bool IsHeld => !child.HasExited;

    public static async ValueTask<HostLockOutcome> TakeAsync(
        DatabaseHost host,
        IHostConnection connection,
        string path,
        string holder,
        CancellationToken cancel
    )
    {
        var command = HostShell.Command(new HostScript(Script, [path, holder], Patience));
        var launch = await connection.PrepareAsync([.. command.Arguments], null, cancel);
        if (launch.Reason is not null)
            return new HostLockOutcome.Unreachable($"{host.Name}: {launch.Reason}");
        var child = ChildProcess.Start(launch.Arguments, launch.Environment, out var reason);
        if (child is null)
            return new HostLockOutcome.Unreachable($"{host.Name}: {reason}");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Patience);
        try
        {
            while (!child.Output.StartsWith(Said, StringComparison.Ordinal))
            {
                if (child.HasExited)
                    return await RefusalAsync(host, child, launch);
                await Task.Delay(Pace, deadline.Token);
            }
            return new HostLockOutcome.Taken(new HostLock(child));
        }
        catch (OperationCanceledException)
        {
            await child.EndAsync();
            child.Dispose();
            cancel.ThrowIfCancellationRequested();
            return new HostLockOutcome.Unreachable($"{host.Name}: no answer within {DurationText.Format(Patience)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        child.CloseInput();
        if (!await child.WaitAsync(Patience, CancellationToken.None))
            await child.EndAsync();
        child.Dispose();
    }

    private static async Task<HostLockOutcome> RefusalAsync(DatabaseHost host, ChildProcess child, HostLaunch launch)
    {
        await child.WaitAsync(Patience, CancellationToken.None);
        var result = launch.WhenExited(child, TimeSpan.Zero);
        child.Dispose();
        return result.Match<HostLockOutcome>(
            exited =>
                exited.Code == HeldByOther
                    ? new HostLockOutcome.Held(
                        exited.Output.Trim() is { Length: > 0 } who ? who : $"a writer on {host.Name} that has not said who it is"
                    )
                    : new HostLockOutcome.Unreachable($"{host.Name}: {exited.Error.Trim()}"),
            timedOut => new HostLockOutcome.Unreachable($"{host.Name}: no answer within {DurationText.Format(timedOut.After)}"),
            unreachable => new HostLockOutcome.Unreachable(unreachable.Reason),
            lost => new HostLockOutcome.Unreachable(lost.Reason)
        );
    }
}
