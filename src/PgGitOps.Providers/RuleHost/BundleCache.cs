using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Jail;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>Compiled bundles on disk, by everything that went into them. Safe between processes: written beside and renamed.</summary>
/// <remarks>
/// Each entry carries a keyed hash; the key lies beside the entries, readable by their owner only. So an entry that was cut
/// short, or brought in from elsewhere, is compiled again instead of being believed. A directory or a key that somebody else owns or may
/// write is not used at all.
/// </remarks>
internal sealed class BundleCache(string directory)
{
    private const int MacBytes = 32;
    private const int EntriesMax = 50;
    private byte[]? secret;

    /// <summary>Why nothing is believed of what lies there, and nothing put there; null where it is used.</summary>
    public string? Distrust { get; } = PrivateFolder.Distrust(directory) ?? PrivateFolder.DistrustSecret(Path.Combine(directory, KeyName));

    private const string KeyName = "key";

    /// <summary>Name of a bundle: hash of the rules, the language, this program, the compiler and the runtime.</summary>
    public static string KeyOf(ManagedProgram program, IReadOnlyList<RuleText> rules, Layers layers)
    {
        using var text = new MemoryStream();
        using var writer = new BinaryWriter(text, Encoding.UTF8);
        writer.Write(AllowList.Version);
        foreach (var part in program.Identity())
            writer.Write(part);
        Messages.Write(writer, rules, layers);
        writer.Flush();
        return Convert.ToHexStringLower(SHA256.HashData(text.ToArray()));
    }

    public CompiledRules? Find(string key)
    {
        if (Distrust is not null)
            return null;
        try
        {
            var entry = File.ReadAllBytes(PathOf(key));
            if (entry.Length <= MacBytes || !CryptographicOperations.FixedTimeEquals(Mac(key, entry.AsSpan(MacBytes)), entry.AsSpan(0, MacBytes)))
                return null;
            File.SetLastWriteTimeUtc(PathOf(key), DateTime.UtcNow);
            return Messages.ReadCompiled(Wire.Reader(entry[MacBytes..]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or FormatException or ArgumentException or OverflowException)
        {
            // Cut short, or of another form: as if it were not there.
            return null;
        }
    }

    /// <summary>Keeps a bundle; a cache that cannot be written costs time only.</summary>
    public void Keep(string key, CompiledRules compiled)
    {
        if (Distrust is not null)
            return;
        try
        {
            using var body = new MemoryStream();
            using (var writer = new BinaryWriter(body, Encoding.UTF8, leaveOpen: true))
                Messages.Write(writer, compiled);
            WriteWhole(PathOf(key), [.. Mac(key, body.ToArray()), .. body.ToArray()], overwrite: true);
            foreach (var old in new DirectoryInfo(directory).GetFiles("*.rules").OrderByDescending(f => f.LastWriteTimeUtc).Skip(EntriesMax))
                old.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private string PathOf(string key) => Path.Combine(directory, key + ".rules");

    private byte[] Mac(string key, ReadOnlySpan<byte> body) => HMACSHA256.HashData(Secret(), (byte[])[.. Encoding.ASCII.GetBytes(key), .. body]);

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
            throw new PlatformNotSupportedException("Rules run in a jail of the Linux kernel.");
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var beside = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $".{Environment.ProcessId}-{Guid.NewGuid():N}"));
        using (var file = new FileStream(beside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
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
