using System.IO.Pipes;
using System.Text;

namespace PgGitOps.Providers.Hosts;

/// <summary>Reads a pipe to its end and keeps no more than the limit: a chatty program costs no memory and never blocks on a full pipe.</summary>
/// <remarks>
/// On a thread of its own: pipes of children cannot be read without blocking one, and many blocked in the pool would keep everything else from going on.
/// </remarks>
internal sealed class BoundedCapture : IDisposable
{
    // Host commands print little; the answer of pg_controldata is 3 kB, a log's last lines some more.
    private const int BytesMax = 1 << 20;

    private const int StackBytes = 128 * 1024;

    /// <summary>How soon a reader whose pipe a daemon keeps open notices that nobody wants more.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly PipeStream pipe;
    private readonly MemoryStream kept = new();
    private readonly TaskCompletionSource completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool cut;
    private volatile bool isUnwanted;

    public BoundedCapture(PipeStream pipe)
    {
        this.pipe = pipe;
        new Thread(Read, StackBytes) { IsBackground = true, Name = "output of a child" }.Start();
    }

    /// <summary>Once nobody has the other end open any more.</summary>
    public Task Completed => completed.Task;

    /// <summary>Whether all that has been written until now is kept.</summary>
    public bool IsDrained
    {
        get
        {
            lock (kept)
                return completed.Task.IsCompleted || !Posix.IsReadable(pipe.SafePipeHandle, TimeSpan.Zero);
        }
    }

    public string Text
    {
        get
        {
            lock (kept)
            {
                var text = Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
                return cut ? text + "\n(cut here: the output was longer than 1 MiB)" : text;
            }
        }
    }

    public void Dispose() => isUnwanted = true;

    private void Read()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (!isUnwanted)
            {
                if (!Posix.IsReadable(pipe.SafePipeHandle, Pace))
                    continue;
                lock (kept)
                {
                    // It waits for nothing: there is something, or the end.
                    var count = pipe.Read(buffer);
                    if (count == 0)
                        break;
                    var room = Math.Min(count, BytesMax - (int)kept.Length);
                    kept.Write(buffer, 0, room);
                    cut |= room < count;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // What was read until then counts.
        }
        finally
        {
            lock (kept)
            {
                completed.TrySetResult();
                pipe.Dispose();
            }
        }
    }
}
