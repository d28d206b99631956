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
    private const int EntriesMax = 50,
        TroublesMax = 1_000;
    private const string TroubleEnding = ".trouble";
    private byte[]? secret;

    /// <summary>Why nothing is believed of what lies there, and nothing put there; null where it is used.</summary>
    public string? Distrust { get; } =
        PrivateFolder.Distrust(directory) ?? PrivateFolder.DistrustSecret(Path.Combine(directory, KeyName));

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

    /// <summary>Name of one rule by its text alone: where it lies and what lies beside it changes nothing.</summary>
    /// <param name="circumstances">Name of the bundle without rules: the language, this program, the compiler and the runtime.</param>
    public static string NameOf(string circumstances, RuleText rule)
    {
        using var text = new MemoryStream();
        using var writer = new BinaryWriter(text, Encoding.UTF8);
        writer.Write(circumstances);
        Messages.Write(writer, [rule with { Number = 0, Path = "" }], Layers.All);
        writer.Flush();
        return Convert.ToHexStringLower(SHA256.HashData(text.ToArray()));
    }

    public CompiledRules? Find(string key) => Find(key, key + ".rules", Messages.ReadCompiled);

    /// <summary>Keeps a bundle; a cache that cannot be written costs time only.</summary>
    public void Keep(string key, CompiledRules compiled)
    {
        using var body = new MemoryStream();
        using (var writer = new BinaryWriter(body, Encoding.UTF8, leaveOpen: true))
            Messages.Write(writer, compiled);
        Keep(key, key + ".rules", body.ToArray(), EntriesMax);
    }

    /// <summary>What is remembered of a rule that the compiler could not be done with.</summary>
    public T? FindTrouble<T>(string key, Func<BinaryReader, T> read)
        where T : class => Find(TroubleOf(key), key + TroubleEnding, read);

    public void KeepTrouble(string key, byte[] body) => Keep(TroubleOf(key), key + TroubleEnding, body, TroublesMax);

    // The hash says what an entry is, or a bundle could be renamed into what is remembered of a rule.
    private static string TroubleOf(string key) => "trouble " + key;

    private T? Find<T>(string key, string name, Func<BinaryReader, T> read)
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
            return read(Wire.Reader(entry[MacBytes..]));
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

    private void Keep(string key, string name, byte[] body, int most)
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
            throw new PlatformNotSupportedException("Rules run in a jail of the Linux kernel.");
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
