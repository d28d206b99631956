using System.Text;

namespace PgGitOps.Providers.Hosts;

/// <summary>Reads a stream to its end and keeps no more than the limit: a chatty program costs no memory and never blocks on a full pipe.</summary>
internal sealed class BoundedCapture
{
    // Host commands print little; the answer of pg_controldata is 3 kB, a log's last lines some more.
    private const int BytesMax = 1 << 20;

    private readonly MemoryStream kept = new();
    private bool cut;

    public BoundedCapture(Stream stream) => Completed = ReadAsync(stream);

    public Task Completed { get; }

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

    private async Task ReadAsync(Stream stream)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer)) > 0)
            {
                lock (kept)
                {
                    var room = Math.Min(count, BytesMax - (int)kept.Length);
                    kept.Write(buffer, 0, room);
                    cut |= room < count;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The reader gave up on a pipe that a daemon keeps open; what was read until then counts.
        }
    }
}
