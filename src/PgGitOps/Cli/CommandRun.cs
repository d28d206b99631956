namespace PgGitOps.Cli;

/// <summary>The one place where what escapes a command becomes an exit code.</summary>
internal static class CommandRun
{
    public static async Task<int> GuardAsync(Invocation invocation, Func<Invocation, Task<ExitCode>> run)
    {
        try
        {
            invocation.CheckSettings();
            invocation.Shutdown.Listen(invocation.WriteError);
            return (int)await run(invocation);
        }
        catch (UsageException e)
        {
            invocation.WriteError($"pggitops: {e.Message}");
            if (e.Hint is not null)
                invocation.WriteError($"  hint: {e.Hint}");
            return (int)ExitCode.Error;
        }
        catch (OperationCanceledException) when (invocation.Stopping.IsCancellationRequested)
        {
            invocation.WriteError("pggitops: interrupted");
            return (int)ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            // Whatever the outside world does is an outcome; what arrives here is a bug of ours.
            invocation.WriteError($"pggitops: internal error: {e.GetType().Name}: {e.Message}");
            invocation.WriteError(
                invocation.Verbose ? e.ToString() : "  hint: run again with --verbose for the place, and report it"
            );
            return (int)ExitCode.Error;
        }
    }
}
