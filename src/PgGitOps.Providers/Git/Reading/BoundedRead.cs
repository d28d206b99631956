namespace PgGitOps.Providers.Git.Reading;

/// <summary>Runs a read on a thread of its own, which is left behind where it does not come back in time.</summary>
/// <remarks>What is read here heeds its token. What the kernel holds, such as a file server that went away, heeds nothing.</remarks>
internal static class BoundedRead
{
    /// <param name="deadline">After this the read's token asks it to end.</param>
    /// <param name="grace">And after this it is left behind.</param>
    /// <param name="tooLate">The answer then; told whether the reader was left behind.</param>
    /// <exception cref="OperationCanceledException">The caller asked to end.</exception>
    public static T Run<T>(
        Func<CancellationToken, T> read,
        TimeSpan deadline,
        TimeSpan grace,
        Func<bool, T> tooLate,
        CancellationToken cancellation
    )
    {
        cancellation.ThrowIfCancellationRequested();
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        var ended = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                ended.SetResult(read(limit.Token));
            }
            catch (Exception e)
            {
                // Every one: it is the caller's, on the other thread.
                ended.SetException(e);
            }
        })
        {
            IsBackground = true,
            Name = "git read",
        }.Start();
        var task = ended.Task;
        if (WaitHandle.WaitAny([((IAsyncResult)task).AsyncWaitHandle, limit.Token.WaitHandle]) == 1)
            _ = Task.WaitAny([task], grace);
        if (!task.IsCompleted)
        {
            // Its source is left to it.
            cancellation.ThrowIfCancellationRequested();
            return tooLate(true);
        }
        limit.Dispose();
        try
        {
            return task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return tooLate(false);
        }
    }
}
