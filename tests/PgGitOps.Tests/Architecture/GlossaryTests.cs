using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Architecture;

/// <summary>docs/glossary.md as a test: what the program says is said in the field's words.</summary>
public sealed partial class GlossaryTests
{
    private static IReadOnlyList<(Regex Pattern, string Say)> NotSaid { get; } =
    [
        .. File.ReadAllLines(Path.Combine(Trees.ProjectDirectory, "docs", "glossary.md"))
            .SkipWhile(l => l != "## Not said")
            .Select(l => Row().Match(l))
            .Where(m => m.Success)
            .Select(m => (new Regex(m.Groups[1].Value, RegexOptions.IgnoreCase), m.Groups[2].Value)),
    ];

    /// <summary>Constants of code: literals and the fixed parts of interpolated ones. Names and comments are no output.</summary>
    private static IEnumerable<(string Place, string Text)> Messages() =>
        from path in Directory.EnumerateFiles(Path.Combine(Trees.ProjectDirectory, "src"), "*.cs", SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(Trees.ProjectDirectory, path).Replace('\\', '/')
        where !relative.Contains("/obj/", StringComparison.Ordinal) && !relative.Contains("/bin/", StringComparison.Ordinal)
        let tree = CSharpSyntaxTree.ParseText(File.ReadAllText(path))
        from token in tree.GetRoot().DescendantTokens()
        where
            token.Kind()
                is SyntaxKind.StringLiteralToken
                    or SyntaxKind.InterpolatedStringTextToken
                    or SyntaxKind.SingleLineRawStringLiteralToken
                    or SyntaxKind.MultiLineRawStringLiteralToken
        where token.Parent?.FirstAncestorOrSelf<AttributeSyntax>() is null
        from line in token.ValueText.Split('\n')
        // A comment of a script is read by engineers.
        where !line.TrimStart().StartsWith('#')
        select ($"{relative}:{token.GetLocation().GetLineSpan().StartLinePosition.Line + 1}", line);

    private static IEnumerable<(string Place, string Text)> Documents() =>
        from path in Directory
            .EnumerateFiles(Path.Combine(Trees.ProjectDirectory, "schemas"), "*.json", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Trees.ProjectDirectory, "docs", "reference"), "*.md"))
            .Append(Path.Combine(Trees.ProjectDirectory, "README.md"))
        from line in File.ReadAllLines(path).Select((text, i) => (text, i))
        select ($"{Path.GetRelativePath(Trees.ProjectDirectory, path)}:{line.i + 1}", line.text);

    [Fact]
    public void Message_SpeaksTheWordsOfTheField() => AssertNone(Found(Messages()));

    [Fact]
    public void Page_SpeaksTheWordsOfTheField() => AssertNone(Found(Documents()));

    [Fact]
    public void Glossary_IsOrdered_AndItsOwnWordsPass()
    {
        var words = File.ReadAllLines(Path.Combine(Trees.ProjectDirectory, "docs", "glossary.md"))
            .TakeWhile(l => l != "## Not said")
            .Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| word ", StringComparison.Ordinal))
            .Select(l => l.Split('|')[1].Trim())
            .ToList();

        Assert.True(words.Count > 20);
        Assert.Equal(words.Order(StringComparer.OrdinalIgnoreCase), words);
        Assert.All(words, w => Assert.DoesNotContain(NotSaid, n => n.Pattern.IsMatch(w)));
    }

    [Theory]
    [InlineData("a promise that cannot be kept", true)]
    [InlineData("core: in order", true)]
    [InlineData("in order to restart", false)]
    [InlineData("the objective is met", false)]
    public void Check_OfAMessage_SeesWordsThatAreNotSaid(string message, bool isSeen) =>
        Assert.Equal(isSeen, NotSaid.Any(n => n.Pattern.IsMatch(message)));

    private static IEnumerable<string> Found(IEnumerable<(string Place, string Text)> texts) =>
        from text in texts
        from word in NotSaid
        let match = word.Pattern.Match(text.Text)
        where match.Success
        select $"{text.Place}: '{match.Value}', say: {word.Say}";

    private static void AssertNone(IEnumerable<string> found)
    {
        // A comparison of strings would show the beginning of the first only.
        var all = string.Join('\n', found.Distinct());
        Assert.True(all.Length == 0, all);
    }

    // The pattern may hold a bar of its own.
    [GeneratedRegex(@"^\| `(.+)` \| (.+) \|$")]
    private static partial Regex Row();
}
