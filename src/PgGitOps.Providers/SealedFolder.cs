using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PgGitOps.Providers;

/// <summary>What a process tells a later one of itself, as files that nobody else can have written. Safe between processes: written beside and renamed.</summary>
/// <remarks>
/// Each entry carries a keyed hash; the key lies beside the entries, readable by their owner only. So an entry that was cut
/// short, or brought in from elsewhere, is worked out again instead of being believed. A directory or a key that somebody else owns or may
/// write is not used at all.
/// </remarks>
internal sealed class SealedFolder(string directory)
{
    private const int MacBytes = 32;
    private const string KeyName = "key";
    private byte[]? secret;

    /// <summary>Why nothing is believed of what lies there, and nothing put there; null where it is used.</summary>
    public string? Distrust { get; } =
        PrivateFolder.Distrust(directory) ?? PrivateFolder.DistrustSecret(Path.Combine(directory, KeyName));

    /// <param name="key">What the entry is, so that none can be renamed into another.</param>
    /// <returns>Null where there is none that can be believed.</returns>
    public T? Find<T>(string key, string name, Func<byte[], T> read)
        where T : class
    {
        if (Distrust is not null)
            return null;
        try
        {
            var path = Path.Combine(directory, name);
            // A pipe in its place, which has no length, would hold whoever reads it.
            if (new FileInfo(path) is not { Exists: true, Length: > MacBytes })
                return null;
            var entry = File.ReadAllBytes(path);
            if (!CryptographicOperations.FixedTimeEquals(Mac(key, entry.AsSpan(MacBytes)), entry.AsSpan(0, MacBytes)))
                return null;
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return read(entry[MacBytes..]);
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or InvalidDataException
                        or FormatException
                        or ArgumentException
                        or OverflowException
            )
        {
            // Cut short, or of another form: as if it were not there.
            return null;
        }
    }

    /// <summary>Keeps an entry; a folder that cannot be written costs time only.</summary>
    /// <param name="most">Entries of the same ending that stay, the ones last used.</param>
    public void Keep(string key, string name, byte[] body, int most)
    {
        if (Distrust is not null)
            return;
        try
        {
            WriteWhole(Path.Combine(directory, name), [.. Mac(key, body), .. body], overwrite: true);
            foreach (
                var old in new DirectoryInfo(directory)
                    .GetFiles("*" + Path.GetExtension(name))
                    .OrderByDescending(f => f.LastWriteTimeUtc)
                    .Skip(most)
            )
                old.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
    }

    private byte[] Mac(string key, ReadOnlySpan<byte> body) =>
        HMACSHA256.HashData(Secret(), (byte[])[.. Encoding.ASCII.GetBytes(key), .. body]);

    private byte[] Secret()
    {
        if (secret is not null)
            return secret;
        var path = Path.Combine(directory, KeyName);
        if (!File.Exists(path))
            WriteWhole(path, RandomNumberGenerator.GetBytes(32), overwrite: false);
        if (PrivateFolder.Distrust(directory) is not null || PrivateFolder.DistrustSecret(path) is not null)
            throw new IOException("The cache's key is not this user's own.");
        secret = File.ReadAllBytes(path);
        return secret.Length == 32 ? secret : throw new IOException("The cache's key is damaged.");
    }

    private void WriteWhole(string path, byte[] content, bool overwrite)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("Owners and modes of files are those of Linux.");
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var beside = Path.Combine(
            directory,
            string.Create(CultureInfo.InvariantCulture, $".{Environment.ProcessId}-{Guid.NewGuid():N}")
        );
        using (
            var file = new FileStream(
                beside,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            )
        )
            file.Write(content);
        try
        {
            File.Move(beside, path, overwrite);
        }
        catch (IOException) when (!overwrite && File.Exists(path))
        {
            // Another process made it first; that one counts.
            File.Delete(beside);
        }
    }
}
