using System.Globalization;
using PgGitOps.Core.Evidence;

namespace PgGitOps.Providers.State;

/// <summary>One series on disk.</summary>
internal static class EvidenceFile
{
    // Nothing that we wrote is so long; more is not read into memory.
    private const long ReadBytesMax = 64 << 20;

    /// <summary>Empty where there is no file.</summary>
    public static EvidenceContent Read(string path)
    {
        using var file = TryOpen(path);
        if (file is null)
            return new([], 0, 0);
        if (file.Length > ReadBytesMax)
            throw new IOException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} is {file.Length} bytes long, longer than any that pggitops writes"
                )
            );
        var bytes = new byte[file.Length];
        // A file that is cut off meanwhile ends here; what is added meanwhile is not asked for.
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return EvidenceLines.Read(bytes.AsSpan(0, read));
    }

    /// <summary>Why the lines may not be taken for what was added, or null.</summary>
    public static string? ProblemOf(string path, EvidenceContent content) =>
        content.Damaged > 0 ? $"{path} is damaged: its newest entries cannot be read"
        : content is { Newest: null, TornBytes: > 0 } ? $"{path} holds no whole entry"
        : null;

    /// <summary>Null where there is no file. One that may not be looked at is not taken for absent: that throws.</summary>
    private static FileStream? TryOpen(string path)
    {
        RefuseOddity(path);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // A folder that is none is not told apart from one that is not there.
            var folder = Path.GetDirectoryName(path)!;
            return File.Exists(folder) || File.Exists(Path.GetDirectoryName(folder))
                ? throw new IOException($"{folder} is no directory")
                : null;
        }
    }

    /// <summary>Adds one line, after cutting off what was left half-written.</summary>
    /// <returns>The file's length now.</returns>
    public static long Append(string path, int tornBytes, EvidenceEntry entry, bool toDisk)
    {
        using var file = Open(path, FileMode.OpenOrCreate, FileShare.ReadWrite | FileShare.Delete);
        var isNew = file.Length == 0;
        var end = file.Length - tornBytes;
        if (tornBytes > 0)
            file.SetLength(end);
        try
        {
            file.Seek(end, SeekOrigin.Begin);
            file.Write(EvidenceLines.Write(entry));
            if (toDisk)
                file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // A full file system took half of it; whoever adds next cuts off what stays.
            TryCut(file, end);
            throw;
        }
        if (isNew && toDisk)
            Sync(path);
        return file.Length;
    }

    /// <summary>Written aside, on disk, then renamed: a reader sees the old or the new, also after a power cut.</summary>
    public static void Replace(string path, IEnumerable<byte[]> lines)
    {
        var aside = path + ".new";
        using (var file = Open(aside, FileMode.Create, FileShare.None))
        {
            foreach (var line in lines)
                file.Write(line);
            file.Flush(flushToDisk: true);
        }
        File.Move(aside, path, overwrite: true);
        Sync(path);
    }

    public static FileStream Open(string path, FileMode mode, FileShare share)
    {
        RefuseOddity(path);
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        try
        {
            if (file.Length == 0)
                Give(path);
            return file;
        }
        catch (IOException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Under sudo, what is made in the state of whoever asked for it belongs to them.</summary>
    /// <remarks>To nobody else: what belongs to another user is not trusted (<see cref="OwnDirectory.Distrust"/>), also not by the next run of root.</remarks>
    public static void Give(string path)
    {
        if (
            OperatingSystem.IsLinux()
            && Posix.UserBehindSudo is > 0 and var owner
            && Posix.OwnerOf(Path.GetDirectoryName(path)!) == owner
        )
            Posix.GiveTo(path, owner);
    }

    /// <summary>Tells whether somebody wrote meanwhile; null where there is no file.</summary>
    public static (DateTime, long)? StampOf(string path) =>
        new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : null;

    /// <summary>A pipe would hold the reader for ever, and has no length.</summary>
    private static void RefuseOddity(string path)
    {
        if (OperatingSystem.IsLinux() && Posix.KindOf(path) is not (FileKind.File or FileKind.None))
            throw new IOException($"{path} is no file");
    }

    private static void TryCut(FileStream file, long end)
    {
        try
        {
            file.SetLength(end);
        }
        catch (IOException) { }
    }

    private static void Sync(string path)
    {
        if (OperatingSystem.IsLinux())
            Posix.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
