using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git.Objects;

/// <summary>One pack: objects one after another, whole or as a difference to another one.</summary>
internal sealed class PackFile(string path, PackIndex index) : IDisposable
{
    private const int HeaderBytes = 12;
    private const int TrailerBytes = 20;
    private const int EntryHeaderBytesMax = 32;
    private const int ByOffset = 6;
    private const int ById = 7;

    // git itself never writes longer chains; a base that is its own difference would be endless.
    private const int ChainMax = 4096;

    private readonly Lock gate = new();
    private SafeFileHandle? handle;
    private long end;

    public string Path => path;

    public PackIndex Index => index;

    public void Dispose() => handle?.Dispose();

    /// <param name="bytesMax">Longer content, also on the way to it, is not unpacked; the size is told.</param>
    /// <param name="baseElsewhere">Finds a base that this pack does not hold.</param>
    /// <exception cref="ObjectDamagedException"/>
    /// <exception cref="OperationCanceledException"/>
    public RawObject Unpack(
        long offset,
        long bytesMax,
        UnpackedBases bases,
        Func<string, RawObject?> baseElsewhere,
        CancellationToken cancellation
    )
    {
        try
        {
            Open();
            var differences = new Stack<(long Offset, byte[] Bytes)>();
            RawObject current;
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (bases.Find(this, offset) is { } known)
                {
                    current = known;
                    break;
                }
                var entry = ReadEntry(offset);
                if (entry.Size > bytesMax)
                    return new RawObject(ObjectKind.Blob, entry.Size, null);
                var content = new byte[entry.Size];
                using (var stream = new ZLibStream(new HandleStream(handle!, entry.Data, end), CompressionMode.Decompress))
                    LooseObjects.Fill(stream, content, 0);
                if (entry.Kind is >= (int)ObjectKind.Commit and <= (int)ObjectKind.Tag)
                {
                    current = new RawObject((ObjectKind)entry.Kind, entry.Size, content);
                    bases.Add(this, offset, current);
                    break;
                }
                if (PackDifference.ResultSize(content) is var size && size > bytesMax)
                    return new RawObject(ObjectKind.Blob, size, null);
                if (differences.Count >= ChainMax)
                    throw new ObjectDamagedException($"its chain of differences in {path} has no end");
                differences.Push((offset, content));
                if (entry.BaseId is not { } baseId)
                {
                    offset = entry.BaseOffset;
                }
                else if (index.OffsetOf(Convert.FromHexString(baseId)) is { } inside)
                {
                    offset = inside;
                }
                else
                {
                    current =
                        baseElsewhere(baseId)
                        ?? throw new ObjectDamagedException($"{path} lacks {baseId}, which it is a difference to");
                    break;
                }
            }
            while (differences.TryPop(out var difference))
            {
                cancellation.ThrowIfCancellationRequested();
                if (current.Content is not { } before)
                    return current;
                var content = PackDifference.Apply(before, difference.Bytes);
                current = new RawObject(current.Kind, content.Length, content);
                bases.Add(this, difference.Offset, current);
            }
            return current;
        }
        catch (InvalidDataException)
        {
            throw new ObjectDamagedException($"{path} cannot be decompressed where it lies");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ObjectDamagedException(e.Message);
        }
    }

    private void Open()
    {
        lock (gate)
        {
            if (handle is not null)
                return;
            var opened = RegularFile.TryOpen(path) ?? throw new ObjectDamagedException($"{path} is gone");
            Span<byte> header = stackalloc byte[HeaderBytes];
            var length = RandomAccess.GetLength(opened);
            if (
                RandomAccess.Read(opened, header, 0) < HeaderBytes
                || !header.StartsWith("PACK"u8)
                || BinaryPrimitives.ReadInt32BigEndian(header[4..]) is not (2 or 3)
            )
            {
                opened.Dispose();
                throw new ObjectDamagedException($"{path} is no pack");
            }
            end = length - TrailerBytes;
            handle = opened;
        }
    }

    private readonly record struct Entry(int Kind, long Size, long Data, long BaseOffset, string? BaseId);

    private Entry ReadEntry(long offset)
    {
        Span<byte> bytes = stackalloc byte[EntryHeaderBytesMax];
        if (offset < HeaderBytes || offset >= end)
            throw new ObjectDamagedException(
                string.Create(CultureInfo.InvariantCulture, $"{path} is cut short: byte {offset} is not there")
            );
        bytes = bytes[..(int)Math.Min(bytes.Length, end - offset)];
        bytes = bytes[..RandomAccess.Read(handle!, bytes, offset)];
        var at = 0;
        var next = Next(bytes, ref at);
        var kind = (next >> 4) & 7;
        long size = next & 15;
        for (var shift = 4; (next & 0x80) != 0; shift += 7)
        {
            next = Next(bytes, ref at);
            if (shift > 53)
                throw new ObjectDamagedException($"{path} is damaged where it begins");
            size |= (long)(next & 0x7f) << shift;
        }
        switch (kind)
        {
            case ByOffset:
                next = Next(bytes, ref at);
                long back = next & 0x7f;
                while ((next & 0x80) != 0)
                {
                    next = Next(bytes, ref at);
                    back = (back + 1 << 7) | (long)(next & 0x7f);
                    if (back > offset)
                        break;
                }
                return back > 0 && back <= offset - HeaderBytes
                    ? new Entry(kind, size, offset + at, offset - back, null)
                    : throw new ObjectDamagedException($"{path} is damaged: a difference leads out of it");
            case ById:
                return at + TrailerBytes <= bytes.Length
                    ? new Entry(
                        kind,
                        size,
                        offset + at + TrailerBytes,
                        0,
                        Convert.ToHexStringLower(bytes.Slice(at, TrailerBytes))
                    )
                    : throw new ObjectDamagedException($"{path} is cut short");
            case >= (int)ObjectKind.Commit and <= (int)ObjectKind.Tag:
                return new Entry(kind, size, offset + at, 0, null);
            default:
                throw new ObjectDamagedException($"{path} is damaged where it begins");
        }
    }

    private int Next(ReadOnlySpan<byte> bytes, ref int at) =>
        at < bytes.Length ? bytes[at++] : throw new ObjectDamagedException($"{path} is cut short");
}

/// <summary>How one object differs from another: copied parts and new bytes.</summary>
internal static class PackDifference
{
    /// <summary>Size of what comes out, as the difference says.</summary>
    public static long ResultSize(ReadOnlySpan<byte> difference)
    {
        var at = 0;
        _ = Size(difference, ref at);
        return Size(difference, ref at);
    }

    /// <exception cref="ObjectDamagedException"/>
    public static byte[] Apply(ReadOnlySpan<byte> before, ReadOnlySpan<byte> difference)
    {
        var at = 0;
        if (Size(difference, ref at) != before.Length)
            throw Damaged();
        var result = new byte[Size(difference, ref at)];
        var filled = 0;
        while (at < difference.Length)
        {
            var command = difference[at++];
            if ((command & 0x80) != 0)
            {
                long from = 0;
                long length = 0;
                for (var bit = 0; bit < 4; bit++)
                {
                    if ((command & 1 << bit) != 0)
                        from |= (long)Next(difference, ref at) << bit * 8;
                }
                for (var bit = 0; bit < 3; bit++)
                {
                    if ((command & 0x10 << bit) != 0)
                        length |= (long)Next(difference, ref at) << bit * 8;
                }
                if (length == 0)
                    length = 0x10000;
                if (from + length > before.Length || length > result.Length - filled)
                    throw Damaged();
                before.Slice((int)from, (int)length).CopyTo(result.AsSpan(filled));
                filled += (int)length;
            }
            else
            {
                if (command == 0 || command > difference.Length - at || command > result.Length - filled)
                    throw Damaged();
                difference.Slice(at, command).CopyTo(result.AsSpan(filled));
                at += command;
                filled += command;
            }
        }
        return filled == result.Length ? result : throw Damaged();
    }

    private static long Size(ReadOnlySpan<byte> difference, ref int at)
    {
        long size = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = Next(difference, ref at);
            if (shift > 56)
                throw Damaged();
            size |= (long)(next & 0x7f) << shift;
            if ((next & 0x80) == 0)
                return size;
        }
    }

    private static byte Next(ReadOnlySpan<byte> difference, ref int at) =>
        at < difference.Length ? difference[at++] : throw Damaged();

    private static ObjectDamagedException Damaged() => new("it is stored as a difference, and the difference is damaged");
}

/// <summary>What was unpacked in one read: many objects are differences to the same few.</summary>
internal sealed class UnpackedBases
{
    private const long BytesMax = 64 << 20;

    private readonly Lock gate = new();
    private readonly Dictionary<(PackFile Pack, long Offset), RawObject> kept = [];
    private long bytes;

    public RawObject? Find(PackFile pack, long offset)
    {
        lock (gate)
            return kept.TryGetValue((pack, offset), out var found) ? found : null;
    }

    public void Add(PackFile pack, long offset, RawObject found)
    {
        lock (gate)
        {
            if (bytes + found.Size > BytesMax)
            {
                kept.Clear();
                bytes = 0;
            }
            if (kept.TryAdd((pack, offset), found))
                bytes += found.Size;
        }
    }
}
