using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PgGitOps.Providers.Git.Reading;

/// <summary>Something that is no file lies where a file belongs.</summary>
internal sealed class NoFileException(string message) : IOException(message);

/// <summary>Files of a repository, read only when they are files: a pipe would hold the reader for ever, a device never end.</summary>
internal static class RegularFile
{
    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;

    /// <returns>Null when nothing is there.</returns>
    /// <exception cref="NoFileException"/>
    /// <exception cref="IOException">It may not be read, or the disk does not give it.</exception>
    public static SafeFileHandle? TryOpen(string path)
    {
        var handle = Posix.OpenNow(path, out var error);
        if (handle is null)
            return error is NoSuchFile or NotADirectory
                ? null
                : throw new IOException($"{path} cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}");
        var kind = Posix.KindOf(handle);
        if (kind == FileKind.File)
            return handle;
        handle.Dispose();
        throw new NoFileException($"{path} is {Describe(kind)}, no file");
    }

    /// <returns>Null when nothing is there.</returns>
    /// <exception cref="IOException">It is no file, longer than the limit, or cannot be read.</exception>
    public static byte[]? TryRead(string path, long bytesMax)
    {
        using var handle = TryOpen(path);
        if (handle is null)
            return null;
        var length = RandomAccess.GetLength(handle);
        if (length > bytesMax)
            throw new IOException($"{path} has {length} bytes; at most {bytesMax} are read");
        var bytes = new byte[length];
        var filled = 0;
        for (int read; filled < bytes.Length && (read = RandomAccess.Read(handle, bytes.AsSpan(filled), filled)) > 0; )
            filled += read;
        return filled == bytes.Length ? bytes : bytes[..filled];
    }

    public static string Describe(FileKind kind) =>
        kind switch
        {
            FileKind.Directory => "a directory",
            FileKind.Pipe => "a pipe",
            FileKind.Device => "a device",
            _ => "something else",
        };
}

/// <summary>Part of an open file as a stream: what the decompressor reads from.</summary>
internal sealed class HandleStream(SafeFileHandle handle, long start, long end) : Stream
{
    private long at = start;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var room = (int)Math.Min(buffer.Length, end - at);
        if (room <= 0)
            return 0;
        var read = RandomAccess.Read(handle, buffer[..room], at);
        at += read;
        return read;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
