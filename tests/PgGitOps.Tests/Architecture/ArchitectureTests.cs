using System.Text.RegularExpressions;
using System.Xml.Linq;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Architecture;

/// <summary>docs/architecture.md as a test: who may know whom, how long a file may be, which words say nothing.</summary>
public sealed partial class ArchitectureTests
{
    private const int LinesMax = 400;

    /// <summary>Folders of Core; each may import the ones before it.</summary>
    private static readonly string[] CoreFolders =
    [
        "Sources",
        "Facets",
        "Settings",
        "Desired",
        "Ownership",
        "Observed",
        "Evidence",
        "Importing",
        "Policies",
        "Proofs",
        "Planning",
        "Approving",
        "Ports",
        "Passes",
        "Reporting",
    ];

    /// <summary>Folders of the program; each may import the ones before it.</summary>
    private static readonly string[] ProgramFolders =
    [
        "Cli",
        "State",
        "Journal",
        "Revisions",
        "Executing",
        "Reconciling",
        "Controller",
        "Wiring",
        "Commands",
    ];

    private const int FilesMax = 25;

    /// <summary>Files that may be longer, each with its reason.</summary>
    private static readonly Dictionary<string, string> LongFiles = new(StringComparer.Ordinal)
    {
        ["tests/PgGitOps.LiveTests/Git/RemoteRepositoryTests.cs"] = "one story: what a fetch can meet",
    };

    /// <summary>What a command shows is made in Core/Reporting; a version is two values.</summary>
    [Fact]
    public void Commands_RenderNothing() =>
        Assert.Empty(
            CodeBelow("src/PgGitOps/Commands")
                .Where(f => Renders().IsMatch(f.Text) && !f.Path.EndsWith("/VersionCommand.cs", StringComparison.Ordinal))
                .Select(f => f.Path)
        );

    [GeneratedRegex(@"\b(StringBuilder|Utf8JsonWriter|JsonSerializer|JsonOutput)\b")]
    private static partial Regex Renders();

    /// <summary>Files that take JSON apart member by member, each with its reason. What we write ourselves is read into the type that it was written from.</summary>
    private static readonly Dictionary<string, string> JsonByHand = new(StringComparer.Ordinal)
    {
        ["src/PgGitOps.Core/Desired/Schemas/SchemaReader.cs"] = "JSON schemas: what stands in them has no fixed shape",
        ["src/PgGitOps.Core/Reporting/Reference/SchemaReference.cs"] = "JSON schemas: what stands in them has no fixed shape",
        ["src/PgGitOps.Core/Reporting/Snapshots/ObservationConverter.cs"] =
            "a union without a discriminator, written and read here",
    };

    [Fact]
    public void Json_IsReadIntoTheTypeThatItWasWrittenFrom() =>
        Assert.Empty(
            CodeBelow("src").Where(f => MemberByHand().IsMatch(f.Text) && !JsonByHand.ContainsKey(f.Path)).Select(f => f.Path)
        );

    [GeneratedRegex(@"\.(Try)?GetProperty\(""")]
    private static partial Regex MemberByHand();

    /// <summary>Names that are the field's own words.</summary>
    private static readonly string[] FieldWords = ["ClusterManager"];

    private static IEnumerable<(string Path, string Text)> CodeBelow(params string[] folders) =>
        folders
            .SelectMany(f =>
                Directory.Exists(Full(f)) ? Directory.EnumerateFiles(Full(f), "*.cs", SearchOption.AllDirectories) : []
            )
            .Select(p => (Path: Path.GetRelativePath(Trees.ProjectDirectory, p).Replace('\\', '/'), Full: p))
            .Where(p =>
                !p.Path.Contains("/obj/", StringComparison.Ordinal) && !p.Path.Contains("/bin/", StringComparison.Ordinal)
            )
            .OrderBy(p => p.Path, StringComparer.Ordinal)
            .Select(p => (p.Path, File.ReadAllText(p.Full)));

    private static string Full(string path) => Path.Combine(Trees.ProjectDirectory, path);

    [Theory]
    [InlineData("src/PgGitOps.Core/PgGitOps.Core.csproj")]
    [InlineData("src/PgGitOps.Providers/PgGitOps.Providers.csproj", "PgGitOps.Core")]
    [InlineData("src/PgGitOps/PgGitOps.csproj", "PgGitOps.Core", "PgGitOps.Providers")]
    public void Project_References_OnlyInnerProjects(string project, params string[] allowed)
    {
        var references = XDocument
            .Load(Full(project))
            .Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));

        AssertNone(references.Except(allowed));
    }

    [Fact]
    public void Core_Folder_ImportsOnlyFoldersBeforeIt() => AssertNone(WrongImports("PgGitOps.Core", CoreFolders));

    [Fact]
    public void Program_Folder_ImportsOnlyFoldersBeforeIt() => AssertNone(WrongImports("PgGitOps", ProgramFolders));

    private static List<string> WrongImports(string project, string[] folders)
    {
        var files = CodeBelow($"src/{project}").Where(f => f.Path.Split('/').Length > 3).ToList();
        var types = folders.ToDictionary(
            f => f,
            f =>
                files
                    .Where(c => c.Path.Split('/')[2] == f)
                    .SelectMany(c => DeclaredType().Matches(c.Text))
                    .Select(m => m.Groups[1].Value)
                    .ToHashSet()
        );
        var wrong = new List<string>();
        foreach (var (path, text) in files)
        {
            var folder = path.Split('/')[2];
            var rank = Array.IndexOf(folders, folder);
            if (rank < 0)
                wrong.Add($"{path}: {folder} is not a folder of {project}");
            foreach (var imported in folders.Skip(rank + 1).Where(f => Imports(WithoutComments(text), project, f, types[f])))
                wrong.Add($"{path}: {folder} imports {imported}");
        }
        return wrong;
    }

    [Fact]
    public void Folder_HoldsAtMost25Files()
    {
        var larger = CodeBelow("src")
            .GroupBy(f => Path.GetDirectoryName(f.Path)!, StringComparer.Ordinal)
            .Where(g => g.Count() > FilesMax)
            .Select(g => $"{g.Key}: {g.Count()} files");

        AssertNone(larger);
    }

    [Fact]
    public void Provider_ReferencesNoOtherProvider()
    {
        var folders = Directory
            .EnumerateDirectories(Full("src/PgGitOps.Providers"))
            .Select(d => Path.GetFileName(d)!)
            .Where(f => f is not ("bin" or "obj"))
            .ToList();
        var wrong = CodeBelow("src/PgGitOps.Providers")
            .SelectMany(file =>
                folders
                    .Where(f =>
                        f != file.Path.Split('/')[2]
                        && WithoutComments(file.Text).Contains($"PgGitOps.Providers.{f}", StringComparison.Ordinal)
                    )
                    .Select(f => $"{file.Path} knows {f}")
            );

        AssertNone(wrong);
    }

    [Fact]
    public void File_HasAtMost400Lines()
    {
        var longer = CodeBelow("src", "tests")
            .Select(f => (f.Path, Lines: f.Text.Count(c => c == '\n')))
            .Where(f => f.Lines > LinesMax)
            .ToList();

        AssertNone(longer.Where(f => !LongFiles.ContainsKey(f.Path)).Select(f => $"{f.Path}: {f.Lines} lines"));
    }

    [Fact]
    public void Name_SaysWhatItIs()
    {
        var empty = CodeBelow("src", "tests")
            .SelectMany(f =>
                DeclaredType()
                    .Matches(f.Text)
                    .Select(m => m.Groups[1].Value)
                    .Append(Path.GetFileNameWithoutExtension(f.Path))
                    .Where(n => EmptyWord().IsMatch(n) && !FieldWords.Contains(n))
                    .Select(n => $"{f.Path}: {n}")
            );

        AssertNone(empty);
    }

    [Fact]
    public void Core_ReadsNoClockAndDoesNoInput()
    {
        // The analyzer refuses the calls; this holds the list of what it refuses.
        var banned = File.ReadAllText(Full("src/PgGitOps.Core/BannedSymbols.txt"));

        Assert.All(
            [
                "System.IO.File;",
                "System.IO.Directory;",
                "System.Net",
                "System.Diagnostics.Process;",
                "System.Environment;",
                "System.DateTime.UtcNow;",
                "System.DateTimeOffset.UtcNow;",
                "System.TimeProvider;",
                "System.Random;",
                "System.Threading.Tasks.Task;",
            ],
            symbol => Assert.Contains(symbol, banned, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Namespace_FollowsTheFolder()
    {
        var wrong = CodeBelow("src")
            .Where(f => NamespaceOf(f.Text) is { Length: > 0 } name && name != string.Join('.', f.Path.Split('/')[1..^1]))
            .Select(f => $"{f.Path}: {NamespaceOf(f.Text)}");

        AssertNone(wrong);
    }

    [Fact]
    public void Root_HoldsOnlyWhatTheLayoutNames()
    {
        string[] layout = ["src", "tests", "schemas", "policies", "environments", "docs", "PgGitOps.sln", "README.md"];
        var entries = Directory
            .EnumerateFileSystemEntries(Trees.ProjectDirectory)
            .Select(e => Path.GetFileName(e)!)
            .Where(e => !e.StartsWith('.') && e is not ("artifacts" or "TestResults" or "bin" or "obj"));

        AssertNone(entries.Except(layout));
    }

    private static string NamespaceOf(string text) =>
        FileNamespace().Match(text) is { Success: true } match ? match.Groups[1].Value : "";

    private static string WithoutComments(string text) => Comment().Replace(text, "");

    // By its full name, or as Ports.IObserver from inside the project. A property may have a folder's name, so that the second form counts only before one of the folder's types.
    private static bool Imports(string text, string project, string folder, HashSet<string> types) =>
        Regex.IsMatch(text, $@"(?<![\w.]){Regex.Escape(project)}\.{folder}\b")
        || Regex.Matches(text, $@"(?<![\w.]){folder}\.(\w+)").Any(m => types.Contains(m.Groups[1].Value));

    private static void AssertNone(IEnumerable<string> found)
    {
        // A comparison of strings would show the beginning of the first only.
        var all = string.Join('\n', found.Distinct());
        Assert.True(all.Length == 0, all);
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex FileNamespace();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum) (\w+)")]
    private static partial Regex DeclaredType();

    [GeneratedRegex(@"(Manager|Helper|Helpers|Util|Utils|Utility|Base)$")]
    private static partial Regex EmptyWord();
}
