using System.Security.Cryptography;
using System.Text;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Jail;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>Compiled bundles on disk, by everything that went into them, and what is remembered of their rules.</summary>
internal sealed class BundleCache(string directory)
{
    private const int EntriesMax = 50,
        TroublesMax = 1_000,
        RunsMax = 4;
    private const string TroubleEnding = ".trouble";
    private readonly SealedFolder folder = new(directory);

    /// <inheritdoc cref="SealedFolder.Distrust"/>
    public string? Distrust => folder.Distrust;

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

    public CompiledRules? Find(string key) => folder.Find(key, key + ".rules", body => Messages.ReadCompiled(Wire.Reader(body)));

    /// <summary>Keeps a bundle; a cache that cannot be written costs time only.</summary>
    public void Keep(string key, CompiledRules compiled)
    {
        using var body = new MemoryStream();
        using (var writer = new BinaryWriter(body, Encoding.UTF8, leaveOpen: true))
            Messages.Write(writer, compiled);
        folder.Keep(key, key + ".rules", body.ToArray(), EntriesMax);
    }

    /// <summary>What is remembered of a rule that the compiler could not be done with.</summary>
    public T? FindTrouble<T>(string key, Func<BinaryReader, T> read)
        where T : class => folder.Find(TroubleOf(key), key + TroubleEnding, body => read(Wire.Reader(body)));

    public void KeepTrouble(string key, byte[] body) => folder.Keep(TroubleOf(key), key + TroubleEnding, body, TroublesMax);

    /// <summary>Runs of a bundle's rules that need not be repeated.</summary>
    public RememberedRuns? FindRuns(string key) =>
        folder.Find("runs " + key, key + ".runs", body => RememberedRuns.Read(Wire.Reader(body)));

    public void KeepRuns(string key, RememberedRuns runs) => folder.Keep("runs " + key, key + ".runs", runs.ToBytes(), RunsMax);

    // The hash says what an entry is, or a bundle could be renamed into what is remembered of a rule.
    private static string TroubleOf(string key) => "trouble " + key;
}
