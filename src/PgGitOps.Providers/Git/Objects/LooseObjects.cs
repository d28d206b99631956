using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git.Objects;

/// <summary>Objects that lie in a file of their own: <c>kind size NUL content</c>, compressed.</summary>
internal static class LooseObjects
{
    private const int HeaderBytesMax = 32;
    private const int ChecksumBytes = 4;

    /// <param name="bytesMax">Longer content is not unpacked; the size is told.</param>
    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="ObjectDamagedException"/>
    public static RawObject? Find(string objectsDirectory, string id, long bytesMax)
    {
        try
        {
            using var handle = RegularFile.TryOpen(Path.Combine(objectsDirectory, id[..2], id[2..]));
            return handle is null ? null : Unpack(handle, bytesMax);
        }
        catch (InvalidDataException)
        {
            throw new ObjectDamagedException("its file cannot be decompressed");
        }
        catch (IOException e)
        {
            throw new ObjectDamagedException(e.Message);
        }
    }

    public static bool Contains(string objectsDirectory, string id) =>
        Posix.KindOf(Path.Combine(objectsDirectory, id[..2], id[2..])) == FileKind.File;

    private static RawObject Unpack(SafeFileHandle handle, long bytesMax)
    {
        var length = RandomAccess.GetLength(handle);
        if (length == 0)
            throw new ObjectDamagedException("its file is empty, as a power cut leaves it");
        using var content = new ZLibStream(new HandleStream(handle, 0, length), CompressionMode.Decompress);
        Span<byte> header = stackalloc byte[HeaderBytesMax];
        var filled = 0;
        var end = -1;
        while (end < 0 && filled < header.Length)
        {
            var read = content.Read(header[filled..]);
            if (read == 0)
                throw new ObjectDamagedException("its file is cut short");
            filled += read;
            end = header[..filled].IndexOf((byte)0);
        }
        var (kind, size) = ParseHeader(end < 0 ? [] : header[..end]);
        if (size > bytesMax)
            return new RawObject(kind, size, null);
        var bytes = new byte[size];
        var early = header[(end + 1)..filled];
        if (early.Length > size)
            throw new ObjectDamagedException("its file holds more than it says");
        early.CopyTo(bytes);
        Fill(content, bytes, early.Length);
        if (content.ReadByte() >= 0)
            throw new ObjectDamagedException("its file holds more than it says");
        // .NET's decompressor does not miss the end of a stream whose data are complete; git does, and calls such a file corrupt.
        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        return
            length > ChecksumBytes
            && RandomAccess.Read(handle, checksum, length - ChecksumBytes) == ChecksumBytes
            && BinaryPrimitives.ReadUInt32BigEndian(checksum) == Adler(Adler(1, header[..(end + 1)]), bytes)
            ? new RawObject(kind, size, bytes)
            : throw new ObjectDamagedException("its file is cut short");
    }

    private static uint Adler(uint before, ReadOnlySpan<byte> bytes)
    {
        const uint Modulus = 65521;
        const int BytesBeforeOverflow = 5552;
        var (low, high) = (before & 0xffff, before >> 16);
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, BytesBeforeOverflow)];
            foreach (var one in part)
                high += low += one;
            (low, high) = (low % Modulus, high % Modulus);
            bytes = bytes[part.Length..];
        }
        return high << 16 | low;
    }

    /// <exception cref="ObjectDamagedException">The data end early.</exception>
    public static void Fill(Stream content, byte[] bytes, int from)
    {
        while (from < bytes.Length)
        {
            var read = content.Read(bytes, from, bytes.Length - from);
            if (read == 0)
                throw new ObjectDamagedException("its data are cut short");
            from += read;
        }
    }

    private static (ObjectKind Kind, long Size) ParseHeader(ReadOnlySpan<byte> header)
    {
        var space = header.IndexOf((byte)' ');
        ObjectKind? kind =
            space < 0
                ? null
                : Encoding.ASCII.GetString(header[..space]) switch
                {
                    "commit" => ObjectKind.Commit,
                    "tree" => ObjectKind.Tree,
                    "blob" => ObjectKind.Blob,
                    "tag" => ObjectKind.Tag,
                    _ => null,
                };
        return
            kind is { } known
            && long.TryParse(header[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? (known, size)
            : throw new ObjectDamagedException("its file does not say what it holds");
    }
}
