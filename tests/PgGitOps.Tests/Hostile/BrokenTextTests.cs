using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;
using PgGitOps.Revisions;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Hostile;

/// <summary>Texts that name no characters, wherever a file may hold a text: a finding with its place, and never an exception.</summary>
[Trait("Requirement", "R-02")]
public sealed class BrokenTextTests
{
    private static readonly string[] Escapes =
    [
        @"\uD800",
        @"\uDC00",
        @"\uDC00\uD800",
        @"\uD800\uD800",
        @"\uD83Dx",
        @"\uDFFF",
        @"\UFFFFFFFF",
        @"\U00110000",
        @"\U0000D800",
        @"\U80000000",
        @"\0",
        @"\u0000",
        @"\x00",
    ];

    public static TheoryData<string, string> YamlFiles
    {
        get
        {
            var files = new TheoryData<string, string>();
            foreach (var escape in Escapes)
            {
                files.Add("policies/a.yaml", $"apiVersion: x.org/v1\nkind: Note\nmetadata: {{ name: \"{escape}\" }}\n");
                files.Add("policies/a.yaml", $"apiVersion: x.org/v1\nkind: Note\nmetadata:\n  name: \"a{escape}b\"\n");
                files.Add("policies/a.yaml", $"apiVersion: x.org/v1\nkind: Note\n\"{escape}\": 1\n");
                files.Add("policies/a.yaml", $"- \"{escape}\"\n");
                files.Add("policies/a.yaml", $"\"{escape}\"\n");
                files.Add("policies/a.yaml", $"a: &x\n  \"b\n  {escape}\"\n");
                files.Add(
                    "policies/rules/r.csx",
                    $"/*---\nid: A1\ntitle: \"{escape}\"\nseverity: error\nenforcement: soft\nfor: Cluster\n---*/\n"
                );
                files.Add("policies/rules/r.test.yaml", $"# case: one\nkind: Thing\nmetadata: {{ name: \"{escape}\" }}\n");
            }
            return files;
        }
    }

    [Theory]
    [MemberData(nameof(YamlFiles))]
    public void Yaml_WhoseEscapeIsNoCharacter_IsAFindingWithItsPlace(string path, string text)
    {
        var findings = HostileFileTests.Findings(Trees.Of((path, text)));

        var finding = Assert.Single(findings, f => f.RuleId is "PGY002" or "PGY012");
        Assert.Equal(path, finding.Span.Path);
        Assert.InRange(finding.Span.Line, 1, text.Count(c => c == '\n') + 1);
        Assert.NotEmpty(HostileFileTests.Written(Trees.Of((path, text)), findings));
    }

    public static TheoryData<string> Schemas
    {
        get
        {
            var schemas = new TheoryData<string>();
            foreach (var escape in (string[])[@"\uD800", @"\uDC00\uD800", @"[\uD800-\uDBFF]", @"^[^\uD800-\uDFFF]*$", @"\u0000"])
            {
                schemas.Add(HostileFiles.OwnSchema($$"""{"pattern":"{{escape}}"}"""));
                schemas.Add(HostileFiles.OwnSchema($$"""{"enum":["{{escape}}"]}"""));
                schemas.Add(HostileFiles.OwnSchema($$"""{"title":"{{escape}}"}"""));
                schemas.Add(HostileFiles.OwnSchema($$"""{"properties":{"{{escape}}":true} }"""));
                schemas.Add(HostileFiles.OwnSchema($$"""{"{{escape}}":{"a":[1,{"b":2}]} }"""));
                schemas.Add(HostileFiles.OwnSchema($$"""{"$ref":"#/{{escape}}"}"""));
                schemas.Add(HostileFiles.OwnSchema($$"""{"required":["{{escape}}"]}"""));
                schemas.Add($"\"{escape}\"");
            }
            return schemas;
        }
    }

    [Theory]
    [MemberData(nameof(Schemas))]
    public void Schema_WhoseEscapeIsHalfOfACharacter_IsAFindingWithItsPlace(string schema)
    {
        var findings = new FleetReader().Read(Trees.Of(("schemas/kinds/t.schema.json", schema))).Diagnostics;

        var finding = Assert.Single(findings);
        Assert.True(finding.RuleId is "PGY002" or "PGY012", finding.ToString());
        Assert.Equal(1, finding.Span.Line);
        Assert.True(finding.Span.Column > 0);
    }

    [Fact]
    public void Document_NestedAsDeeplyAsIsRead_IsCheckedAgainstItsSchema()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 97)) + string.Concat(Enumerable.Repeat("]", 97));
        var findings = new FleetReader()
            .Read(
                Trees.Of(
                    (
                        "policies/a.yaml",
                        $"apiVersion: pggitops.dev/v1\nkind: RecoveryPolicy\nmetadata: {{ name: a, owner: x }}\nspec: {{ deep: {deep} }}\n"
                    )
                )
            )
            .Diagnostics;
        Assert.Contains(findings, f => f.RuleId == DocumentRules.UnknownKey.Id && f.Field == "spec.deep");
        Assert.DoesNotContain(findings, f => f.RuleId == DocumentRules.ReaderFailed.Id);
    }

    [Theory]
    [InlineData("999999999d")]
    [InlineData("99999d")]
    [InlineData("999999999h")]
    public void Document_WithADurationThatNoMomentHasRoomFor_IsAFindingAtItsPlace(string duration)
    {
        var findings = new FleetReader()
            .Read(
                Trees.Of(
                    (
                        "policies/classes.yaml",
                        $"apiVersion: pggitops.dev/v1\nkind: RecoveryClasses\nmetadata: {{ name: classes, owner: x }}\nspec:\n  rpo: {{ zero: 0s, long: {duration} }}\n  rto: {{ minutes: 5m }}\n"
                    )
                )
            )
            .Diagnostics;
        var finding = Assert.Single(findings, f => f.RuleId == DocumentRules.NumberRange.Id);
        Assert.Equal((5, $"the duration {duration} is too long"), (finding.Span.Line, finding.Message));
        Assert.DoesNotContain(findings, f => f.RuleId == DocumentRules.ReaderFailed.Id);
    }

    /// <summary>Whatever the libraries below throw at bytes made at random, it is a finding.</summary>
    [Fact]
    public void File_ChangedAtRandom_IsReadWithoutAnException()
    {
        var random = new Random(9);
        string[] pieces =
        [
            "\"",
            "'",
            "\\",
            "\\u",
            "\\U",
            "D800",
            "00110000",
            "&a",
            "*a",
            "!!",
            "%",
            "|",
            ">",
            "?",
            "- ",
            ": ",
            "{",
            "}",
            "[",
            "]",
            "\n",
            " ",
            "#",
            "<<",
            "~",
            "9e999",
            "0x1",
            "-.inf",
            "😀",
            "\t",
            "---",
            "...",
            ",",
            "e",
        ];
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => pieces[random.Next(pieces.Length)]));
            var json = text.Replace('\n', ' ');
            var findings = new FleetReader()
                .Read(
                    Trees.Of(
                        ("policies/a.yaml", text),
                        (
                            "policies/b.yaml",
                            $"apiVersion: pggitops.dev/v1\nkind: Cluster\nmetadata: {{ name: a, owner: x }}\nspec:\n  members: {text}\n"
                        ),
                        ("schemas/kinds/t.schema.json", HostileFiles.OwnSchema($$"""{"pattern":"{{json}}","minimum":{{json}}}"""))
                    )
                )
                .Diagnostics;
            Assert.DoesNotContain(findings, f => f.RuleId == DocumentRules.ReaderFailed.Id);
        }
    }

    /// <summary>The last resort itself: a source that throws, and a document whose reading does.</summary>
    [Fact]
    public void Revision_ThatMakesTheReaderThrow_IsInvalidAndNamesTheException()
    {
        // No content to read from: an exception that no reader expects.
        var tree = Trees.Of() with
        {
            Files = [new SourceFile("policies/a.yaml", "1", new FailingMemory().Memory)],
        };
        var outcome = new RevisionJudge(new FleetReader()).Judge(tree, []);

        var invalid = Assert.IsType<RevisionOutcome.Invalid>(outcome);
        var finding = Assert.Single(invalid.Diagnostics);
        Assert.Equal(DocumentRules.ReaderFailed.Id, finding.RuleId);
        Assert.Contains(nameof(NotSupportedException), finding.Message, StringComparison.Ordinal);
        Assert.Equal("policies/a.yaml", finding.Span.Path);
    }

    private sealed class FailingMemory : System.Buffers.MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(1);

        public override Span<byte> GetSpan() => throw new NotSupportedException("bytes that nobody may see");

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() { }

        protected override void Dispose(bool disposing) { }
    }
}
