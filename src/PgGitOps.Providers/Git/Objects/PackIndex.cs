using System.Buffers.Binary;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git.Objects;

/// <summary>Where in a pack each object begins: the sorted ids of a <c>.idx</c> file, versions 1 and 2.</summary>
internal sealed class PackIndex
{
    private const int IdBytes = 20;
    private const int FanoutBytes = 256 * 4;
    private const int TrailerBytes = 40;

    private static ReadOnlySpan<byte> Signature => [0xff, (byte)'t', (byte)'O', (byte)'c'];

    private readonly byte[] bytes;
    private readonly bool isFirstVersion;
    private readonly int fanout;
    private readonly int count;

    /// <exception cref="ObjectDamagedException"/>
    public PackIndex(byte[] bytes)
    {
        this.bytes = bytes;
        isFirstVersion = !bytes.AsSpan().StartsWith(Signature);
        fanout = isFirstVersion ? 0 : 8;
        if (bytes.Length < fanout + FanoutBytes + TrailerBytes || (!isFirstVersion && Number(4) != 2))
            throw new ObjectDamagedException("the index of a pack is cut short or of an unknown version");
        long before = 0;
        for (var first = 0; first < 256; first++)
        {
            var upTo = Number(fanout + first * 4);
            if (upTo < before)
                throw new ObjectDamagedException("the index of a pack is damaged");
            before = upTo;
        }
        if (fanout + FanoutBytes + before * (isFirstVersion ? 24 : 28) + TrailerBytes > bytes.Length)
            throw new ObjectDamagedException("the index of a pack is cut short");
        count = (int)before;
    }

    /// <returns>Null when the pack does not hold it.</returns>
    /// <exception cref="ObjectDamagedException"/>
    public long? OffsetOf(ReadOnlySpan<byte> id)
    {
        var at = FirstNotBefore(id);
        return at < count && IdAt(at).SequenceEqual(id) ? OffsetAt(at) : null;
    }

    /// <summary>Adds ids that begin with the hex digits, up to a number of all.</summary>
    public void AddByPrefix(string digits, SortedSet<string> found, int max)
    {
        var least = Convert.FromHexString(digits.PadRight(IdBytes * 2, '0'));
        for (var at = FirstNotBefore(least); at < count && found.Count < max; at++)
        {
            var id = Convert.ToHexStringLower(IdAt(at));
            if (!id.StartsWith(digits, StringComparison.Ordinal))
                return;
            found.Add(id);
        }
    }

    private int FirstNotBefore(ReadOnlySpan<byte> id)
    {
        var low = id[0] == 0 ? 0 : (int)Number(fanout + (id[0] - 1) * 4);
        var high = (int)Number(fanout + id[0] * 4);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (IdAt(middle).SequenceCompareTo(id) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private ReadOnlySpan<byte> IdAt(int at) =>
        isFirstVersion
            ? bytes.AsSpan(FanoutBytes + at * 24 + 4, IdBytes)
            : bytes.AsSpan(fanout + FanoutBytes + at * IdBytes, IdBytes);

    private long OffsetAt(int at)
    {
        if (isFirstVersion)
            return Number(FanoutBytes + at * 24);
        var offsets = fanout + FanoutBytes + count * (IdBytes + 4);
        var offset = Number(offsets + at * 4);
        if ((offset & 0x8000_0000) == 0)
            return offset;
        // Beyond 2 GiB the number is a place in a second table.
        var place = offsets + count * 4L + (offset & 0x7FFF_FFFF) * 8;
        return place + 8 + TrailerBytes <= bytes.Length
            ? BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan((int)place))
            : throw new ObjectDamagedException("the index of a pack is damaged");
    }

    private long Number(int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
}

/// <summary>Indexes of packs, kept between reads: a pack's name stands for its content.</summary>
internal sealed class PackIndexes
{
    // 28 bytes an object: far more objects than a repository of policies has.
    private const long IndexBytesMax = 1 << 30;
    private const int KeptMax = 64;

    private readonly Lock gate = new();
    private readonly Dictionary<string, (long Length, DateTime Written, PackIndex Index)> known = new(StringComparer.Ordinal);

    /// <exception cref="ObjectDamagedException"/>
    public PackIndex Open(string path)
    {
        var file = new FileInfo(path);
        try
        {
            lock (gate)
            {
                if (
                    file.Exists
                    && known.TryGetValue(path, out var kept)
                    && kept.Length == file.Length
                    && kept.Written == file.LastWriteTimeUtc
                )
                    return kept.Index;
            }
            var index = new PackIndex(
                RegularFile.TryRead(path, IndexBytesMax) ?? throw new ObjectDamagedException($"{path} is gone")
            );
            lock (gate)
            {
                if (known.Count >= KeptMax)
                    known.Clear();
                known[path] = (file.Length, file.LastWriteTimeUtc, index);
            }
            return index;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ObjectDamagedException(e.Message);
        }
    }
}
