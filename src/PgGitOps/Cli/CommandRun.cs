namespace PgGitOps.Cli;

/// <summary>The one place where what escapes a command becomes an exit code.</summary>
internal static class CommandRun
{
    public static async Task<int> GuardAsync(Invocation invocation, Func<Invocation, Task<ExitCode>> run)
    {
        try
        {
            invocation.CheckSettings();
            invocation.Shutdown.Listen(invocation.Complain);
            return (int)await run(invocation).ConfigureAwait(false);
        }
        catch (UsageException e)
        {
            invocation.Complain($"pggitops: {e.Message}");
            if (e.Hint is not null)
                invocation.Complain($"  hint: {e.Hint}");
            return (int)ExitCode.Error;
        }
        catch (OperationCanceledException) when (invocation.Stopping.IsCancellationRequested)
        {
            invocation.Complain("pggitops: interrupted");
            return (int)ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            // Whatever the outside world does is an outcome; what arrives here is a bug of ours.
            invocation.Complain($"pggitops: internal error: {e.GetType().Name}: {e.Message}");
            invocation.Complain(
                invocation.Verbose ? e.ToString() : "  hint: run again with --verbose for the place, and report it"
            );
            return (int)ExitCode.Error;
        }
    }
}
