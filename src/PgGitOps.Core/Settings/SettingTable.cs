using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace PgGitOps.Core.Settings;

/// <summary>Parameters of one major version of PostgreSQL, for clusters that do not exist yet or cannot be asked.</summary>
/// <remarks>
/// Read from <c>settings.txt</c>, which was written from the servers themselves. Of a version that it does not hold, the nearest is taken;
/// then a name that is missing may well exist (<see cref="IsOf"/>).
/// </remarks>
public sealed class SettingTable
{
    /// <summary>First and last major version that is in it.</summary>
    public const int FirstMajor = 13,
        LastMajor = 18;

    private static readonly ConcurrentDictionary<int, SettingTable> Tables = new();
    private static readonly Lazy<string[]> Lines = new(ReadLines);

    private static readonly (string, string)[] BoolWords =
    [
        ("true", "on"),
        ("yes", "on"),
        ("1", "on"),
        ("false", "off"),
        ("no", "off"),
        ("0", "off"),
    ];

    private readonly FrozenDictionary<string, SettingMeaning> meanings;

    private SettingTable(int major)
    {
        Major = major;
        meanings = Lines
            .Value.Select(l => Parse(l, major))
            .OfType<SettingMeaning>()
            .ToFrozenDictionary(m => m.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The version that the table is of.</summary>
    public int Major { get; }

    /// <summary>All names, without order.</summary>
    public IEnumerable<string> Names => meanings.Keys;

    public static SettingTable Of(int major) =>
        Tables.GetOrAdd(Math.Clamp(major, FirstMajor, LastMajor), static m => new SettingTable(m));

    /// <summary>What the table says holds for this version.</summary>
    public bool IsOf(int major) => Major == major;

    /// <summary>Null for a name that is not in it.</summary>
    public SettingMeaning? Find(string name) => meanings.GetValueOrDefault(name);

    /// <summary>First and last versions of PostgreSQL that know the name; null for one that none knows.</summary>
    public static (int First, int Last)? Versions(string name)
    {
        var majors = Enumerable.Range(FirstMajor, LastMajor - FirstMajor + 1).Where(m => Of(m).Find(name) is not null).ToArray();
        return majors.Length == 0 ? null : (majors[0], majors[^1]);
    }

    private static string[] ReadLines()
    {
        using var stream = typeof(SettingTable).Assembly.GetManifestResourceStream("settings.txt")!;
        var text = new byte[stream.Length];
        stream.ReadExactly(text);
        return
        [
            .. Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith('#')),
        ];
    }

    private static SettingMeaning? Parse(string line, int major)
    {
        // 13-18: two digits each.
        if (
            int.Parse(line.AsSpan(0, 2), CultureInfo.InvariantCulture) > major
            || int.Parse(line.AsSpan(3, 2), CultureInfo.InvariantCulture) < major
        )
            return null;
        if (line.Split('|') is not [_, var name, var type, var unit, var context, var min, var max, var flags, var values])
            throw new FormatException($"settings.txt: {line}");
        var words = values.Length == 0 ? [] : values.Split(',');
        return new SettingMeaning(name, type, Word(unit), context, [.. words.Where(w => w != "@bool" && !w.Contains('>'))])
        {
            Min = Word(min),
            Max = Word(max),
            Aliases = [.. words.SelectMany(AliasesOf)],
            List =
                flags.Contains('q') ? SettingList.Quoted
                : flags.Contains('l') ? SettingList.Plain
                : SettingList.None,
            IsNotForFiles = flags.Contains('s'),
        };
    }

    private static string? Word(string text) => text.Length == 0 ? null : text;

    private static IEnumerable<(string, string)> AliasesOf(string word) =>
        word == "@bool" ? BoolWords
        : word.Split('>') is [var alias, var meaning] ? [(alias, meaning)]
        : [];
}
