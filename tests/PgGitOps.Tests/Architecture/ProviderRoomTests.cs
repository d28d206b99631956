using System.Text.RegularExpressions;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Architecture;

/// <summary>The rooms of the providers: none needs one that needs it.</summary>
public sealed partial class ProviderRoomTests
{
    private const string Root = "PgGitOps.Providers";

    [Fact]
    public void Rooms_NeedEachOtherInNoCircle()
    {
        var rooms = Rooms();
        var needs = rooms.ToDictionary(
            r => r.Name,
            r => rooms.Where(o => o != r && r.Files.Any(f => Needs(r, f, o))).Select(o => o.Name).ToHashSet()
        );
        // What needs nothing that is left is taken away until nothing changes; what stays is in a circle, or needs one.
        while (needs.Where(n => !n.Value.Overlaps(needs.Keys)).Select(n => n.Key).ToArray() is { Length: > 0 } free)
            foreach (var room in free)
                needs.Remove(room);

        AssertNone(needs.Select(n => $"{n.Key} -> {string.Join(", ", n.Value.Intersect(needs.Keys))}"));
    }

    /// <param name="Name">The namespace.</param>
    /// <param name="Files">Texts without comments.</param>
    private sealed record Room(string Name, string[] Files)
    {
        public HashSet<string> Types { get; } =
        [.. Files.SelectMany(f => DeclaredType().Matches(f)).Select(m => m.Groups[1].Value)];
    }

    private static List<Room> Rooms()
    {
        var source = Path.Combine(Trees.ProjectDirectory, "src");
        return
        [
            .. Directory
                .EnumerateFiles(Path.Combine(source, Root), "*.cs", SearchOption.AllDirectories)
                .Where(p => !p.Contains("/obj/", StringComparison.Ordinal) && !p.Contains("/bin/", StringComparison.Ordinal))
                .GroupBy(p => Path.GetRelativePath(source, Path.GetDirectoryName(p)!).Replace('/', '.'))
                .Select(g => new Room(g.Key, [.. g.Select(p => Comment().Replace(File.ReadAllText(p), ""))])),
        ];
    }

    // By a using, from inside of it, by its full name, or, from inside a room around both, as Connecting.ServerTarget.
    private static bool Needs(Room room, string text, Room other) =>
        text.Contains($"using {other.Name};", StringComparison.Ordinal)
        || (
            room.Name.StartsWith(other.Name + ".", StringComparison.Ordinal)
            && Regex.Matches(text, @"(?<![\w.])\w+").Any(m => other.Types.Contains(m.Value))
        )
        || Around(room.Name)
            .Where(a => other.Name.StartsWith(a, StringComparison.Ordinal))
            .Select(a => other.Name[a.Length..])
            .Append(other.Name)
            .Any(spelt =>
                Regex.Matches(text, $@"(?<![\w.]){Regex.Escape(spelt)}\.(\w+)").Any(m => other.Types.Contains(m.Groups[1].Value))
            );

    private static IEnumerable<string> Around(string room)
    {
        for (var at = room.LastIndexOf('.'); at >= Root.Length; at = room.LastIndexOf('.', at - 1))
            yield return room[..(at + 1)];
    }

    private static void AssertNone(IEnumerable<string> found) =>
        Assert.Equal("", string.Join('\n', found.Order(StringComparer.Ordinal)));

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(
        @"^(?:public|internal)[\w ]*? (?:class|record struct|record|struct|interface|enum) (\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex DeclaredType();
}
