using System.Globalization;
using System.Text;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Yaml;

/// <summary>The reader of plain YAML reads what the library reads, value by value and place by place, or nothing.</summary>
public sealed class PlainYamlTests
{
    // What YAML gives a meaning to, and what surrounds it.
    private static readonly string[] Pieces =
    [
        ":",
        ": ",
        " :",
        "-",
        "- ",
        " -",
        "--- ",
        "---",
        "...",
        "#",
        " #",
        "# ",
        "?",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ",",
        ", ",
        "'",
        "\"",
        "''",
        "\\",
        "&a ",
        "*a",
        "!",
        "!!str ",
        "|",
        ">",
        "%",
        "@",
        "`",
        "~",
        "<<: ",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\n  ",
        "\n- ",
        "a",
        "a: b",
        "0",
        "-1",
        ".5",
        "1.5",
        "true",
        "null",
        "ü",
        "\u00A0",
        "é: è",
        "[ a, b ]",
        "{ a: b }",
        "[]",
        "{}",
        "[a: b]",
        "{a}",
        "\"q\": v",
        "=",
    ];

    [Fact]
    public void Read_OfPlainTexts_IsWhatTheLibraryReads()
    {
        string[] texts =
        [
            "a: b\n",
            "a: b",
            "a:\n  b: c\n",
            "a:\n- b\n- c\nd: e\n",
            "a:\n  - b: 1\n    c: 2\n  - d\n",
            "# x\na: b # y\n\n  # z\nc: 'it' # w\n",
            "a: [ x, 'y', \"z\", [ 1 ], { b: c, d: [] } ]\nb: {}\n",
            "---\na: b\n---\nc: d\n",
            "- a\n-  b\n- c: d\n  e: f\n-\n  g: h\n",
            "a: -1\nb: .5\nc: ~\nd: 10:30\ne: a:b\nf: group:dba\n",
            "a b: c d e\n",
            "k: \"0 1 * * 0\"\n",
            "a: [ group:dba, x#y ]\n",
            "ü: ö\nä: é\n",
            "",
            "# nothing\n",
        ];
        Assert.All(
            texts,
            text =>
                Assert.Equal(
                    ByLibrary(text),
                    Described(PlainYaml.Read(text) ?? throw new InvalidOperationException($"not read: {text}"))
                )
        );
    }

    [Theory]
    [InlineData("a: 'it''s'\n")]
    [InlineData("a: \"x\\ty\"\n")]
    [InlineData("a: &x b\nc: *x\n")]
    [InlineData("a: |\n  b\n")]
    [InlineData("a: b\n  c\n")]
    [InlineData("a: [ b,\n  c ]\n")]
    [InlineData("a: !x b\n")]
    [InlineData("a:\nb: c\n")]
    [InlineData("a: b\na: c\n")]
    [InlineData("a:\tb\n")]
    [InlineData("a: b\r\n")]
    [InlineData("<<: a\n")]
    [InlineData("a: \U0001F600\n")]
    [InlineData("1: a\n")]
    [InlineData("text\n")]
    [InlineData("a: b: c\n")]
    [InlineData("a: b\n c: d\n")]
    [InlineData("a: [ b\n")]
    [InlineData("a: 'b\n")]
    public void Read_OfWhatIsRareOrWrong_IsLeftToTheLibrary(string text) => Assert.Null(PlainYaml.Read(text));

    [Fact]
    public void Read_OfShippedDocuments_IsLeftToTheLibraryWhereAnchorsStandOnly() =>
        Assert.All(
            Trees
                .OfProject()
                .Files.Where(f => Core.Desired.FleetReader.IsDocument(f.Path))
                .Select(f => Encoding.UTF8.GetString(f.Content.Span)),
            text =>
                Assert.Equal(
                    text.Contains(" &", StringComparison.Ordinal) ? null : ByLibrary(text),
                    PlainYaml.Read(text) is { } roots ? Described(roots) : null
                )
        );

    [Fact]
    public void Read_OfTextsChangedAtRandom_IsWhatTheLibraryReads()
    {
        var count = int.Parse(
            Environment.GetEnvironmentVariable("PGGITOPS_YAML_CHANGES") ?? "20000",
            CultureInfo.InvariantCulture
        );
        var random = new Random(11);
        string[] texts = [.. Texts()];
        var (read, left) = (0, 0);
        for (var change = 0; change < count; change++)
        {
            var text = texts[random.Next(texts.Length)];
            for (var times = random.Next(1, 4); times > 0; times--)
                text = Changed(text, random);
            if (PlainYaml.Read(text) is not { } roots)
            {
                left++;
                continue;
            }
            read++;
            Assert.True(
                ByLibrary(text) == Described(roots),
                $"{text}\n=== the library\n{ByLibrary(text)}\n=== the reader of plain YAML\n{Described(roots)}"
            );
        }
        Assert.True(read > count / 5 && left > count / 5, $"{read} read, {left} left to the library");
    }

    private static string Changed(string text, Random random)
    {
        var at = random.Next(text.Length + 1);
        var lines = text.Split('\n').ToList();
        var line = random.Next(lines.Count);
        switch (random.Next(8))
        {
            case 0 when at < text.Length:
                return text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at));
            case 1:
                lines.RemoveAt(line);
                break;
            case 2:
                lines.Insert(random.Next(lines.Count), lines[line]);
                break;
            case 3:
                lines[line] = new string(' ', random.Next(6)) + lines[line].TrimStart();
                break;
            case 4:
                lines[line] = (random.Next(2) == 0 ? "  " : "- ") + lines[line];
                break;
            default:
                return text.Insert(at, Pieces[random.Next(Pieces.Length)]);
        }
        return string.Join('\n', lines);
    }

    // Small, so that one change is likely to meet another.
    private static IEnumerable<string> Texts() =>
        Trees
            .OfProject()
            .Files.Where(f => Core.Desired.FleetReader.IsDocument(f.Path))
            .Select(f => Encoding.UTF8.GetString(f.Content.Span))
            .SelectMany(t => new[] { t, string.Join('\n', t.Split('\n').Take(12)) })
            .Append("a:\n  - b: [ c, { d: e } ]\n    f: 'g'\n  - h\ni: \"j\" # k\nl:\n- m\n- n: o\n")
            .Append("a: b\n---\nc:\n  d: e\n");

    private static string ByLibrary(string text)
    {
        var findings = new List<Diagnostic>();
        var roots = YamlDocuments.ReadAny("x.yaml", text, findings);
        return string.Concat(findings) + Described(roots);
    }

    private static string Described(IEnumerable<LocatedNode> roots)
    {
        var to = new StringBuilder();
        foreach (var root in roots)
            Describe(root, 0);
        return to.ToString();

        void Describe(LocatedNode node, int depth)
        {
            to.Append(
                CultureInfo.InvariantCulture,
                $"{new string(' ', depth)}{node.Number} {node.Kind} {node.Line}:{node.Column}-{node.EndColumn} {node.Text}\n"
            );
            for (var i = 0; i < node.Items.Count; i++)
            {
                if (node.Kind == NodeKind.Mapping)
                    Describe(node.Keys[i], depth + 1);
                Describe(node.Items[i], depth + 1);
            }
        }
    }
}
