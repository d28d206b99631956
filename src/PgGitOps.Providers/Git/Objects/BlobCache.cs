namespace PgGitOps.Providers.Git.Objects;

/// <summary>Contents by blob id. Equal ids mean equal bytes, so an entry is never stale, only unused.</summary>
internal sealed class BlobCache(long bytesMax)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private long bytes;
    private long generation;

    public long Bytes
    {
        get
        {
            lock (gate)
                return bytes;
        }
    }

    /// <summary>Whether nothing has to be dropped.</summary>
    public bool Fits => Bytes <= bytesMax;

    /// <summary>Number that all uses of one read share.</summary>
    public long NextGeneration() => Interlocked.Increment(ref generation);

    public ReadOnlyMemory<byte>? Find(string id, long usedIn)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(id, out var entry))
                return null;
            entry.UsedIn = usedIn;
            return entry.Content;
        }
    }

    public void Add(string id, byte[] content, long usedIn)
    {
        lock (gate)
        {
            if (entries.TryAdd(id, new Entry(content) { UsedIn = usedIn }))
                bytes += content.Length;
        }
    }

    /// <summary>Drops what was unused for longest until the bound holds.</summary>
    public void Trim()
    {
        lock (gate)
        {
            if (bytes <= bytesMax)
                return;
            foreach (
                var (id, entry) in entries
                    .OrderBy(pair => pair.Value.UsedIn)
                    .ThenByDescending(pair => pair.Value.Content.Length)
                    .ToList()
            )
            {
                if (bytes <= bytesMax)
                    return;
                entries.Remove(id);
                bytes -= entry.Content.Length;
            }
        }
    }

    private sealed class Entry(byte[] content)
    {
        public byte[] Content => content;

        public long UsedIn { get; set; }
    }
}
