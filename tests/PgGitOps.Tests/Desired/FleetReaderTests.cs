using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Desired;

public sealed class FleetReaderTests
{
    private static readonly SourceTree Valid = ScenarioTests.TreeOf("_base");

    private static SourceTree With(SourceTree tree, string path, string text) =>
        Trees.OfBytes([
            .. tree
                .Files.Where(f => f.Path != path)
                .Select(f => (f.Path, f.Content.ToArray()))
                .Append((path, Encoding.UTF8.GetBytes(text))),
        ]);

    private static string TextOf(SourceTree tree, string path) =>
        Encoding.UTF8.GetString(tree.Files.Single(f => f.Path == path).Content.Span);

    [Fact]
    [Trait("Requirement", "R-16")]
    public void Read_FilesInAnyOrder_GivesTheSameReading()
    {
        var scenarios = ScenarioTests.Names;
        var orders = Gen.Shuffle(Enumerable.Range(0, 40).ToArray());
        Prop.ForAll(
                Gen.Zip(Gen.Choose(0, scenarios.Count - 1), orders).ToArbitrary(),
                pair =>
                {
                    var (number, order) = pair;
                    var tree = ScenarioTests.TreeOf(scenarios[number]);
                    var shuffled = tree with
                    {
                        Files = tree
                            .Files.Select((f, i) => (f, Key: order[i % order.Length]))
                            .OrderBy(p => p.Key)
                            .Select(p => p.f)
                            .ToEquatableArray(),
                    };

                    var expected = new FleetReader().Read(tree);
                    var actual = new FleetReader().Read(shuffled);

                    return expected.Diagnostics == actual.Diagnostics && Equals(expected.Fleet, actual.Fleet);
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Read_ListsInAnyOrder_GivesTheSameNamesInTheSameOrder()
    {
        const string Path = "environments/test/clusters/main.yaml";
        var text = TextOf(Valid, Path);
        var swapped = text.Replace(
            "    - { name: main-1, host: osl-a1 }\n    - { name: main-2, host: bgo-a1 }\n",
            "    - { name: main-2, host: bgo-a1 }\n    - { name: main-1, host: osl-a1 }\n",
            StringComparison.Ordinal
        );
        Assert.NotEqual(text, swapped);

        var cluster = new FleetReader().Read(With(Valid, Path, swapped)).Fleet!.FindCluster("main")!;

        Assert.Equal(["main-1", "main-2"], cluster.Members.Select(m => m.Name));
        Assert.True(cluster.Members[0].Initial);
    }

    [Fact]
    public void Read_WhenOneFileChanges_ParsesThatFileOnly()
    {
        const string Path = "policies/contexts/orders.yaml";
        var reader = new FleetReader();
        Assert.Equal(4, reader.Read(Valid).ParsedFiles);

        var changed = reader.Read(
            With(Valid, Path, TextOf(Valid, Path).Replace("rtoClass: hour", "rtoClass: minutes", StringComparison.Ordinal))
        );

        Assert.Equal((1, 3), (changed.ParsedFiles, changed.CachedFiles));
        Assert.Equal("minutes", changed.Fleet!.Policies.Single().RtoClass.Value);
    }

    [Fact]
    public void Read_WhenAFileMovesAndAnotherLeaves_AnswersLikeAFreshReader()
    {
        var reader = new FleetReader();
        reader.Read(Valid);
        var policy = TextOf(Valid, "policies/contexts/orders.yaml");
        var moved = With(
            Trees.OfBytes([
                .. Valid.Files.Where(f => f.Path != "policies/contexts/orders.yaml").Select(f => (f.Path, f.Content.ToArray())),
            ]),
            "policies/orders.yaml",
            policy.Replace("rpoClass: minutes", "rpoClass: none", StringComparison.Ordinal)
        );

        var warm = reader.Read(moved);
        var cold = new FleetReader().Read(moved);

        Assert.Equal(cold.Diagnostics, warm.Diagnostics);
        Assert.Equal("policies/orders.yaml", Assert.Single(warm.Diagnostics).Span.Path);
    }

    [Fact]
    public void Sound_HoldsTheBlobsWithoutFindings_AndSparesThemTheSchema()
    {
        const string Path = "policies/contexts/orders.yaml";
        var wrong = With(Valid, Path, TextOf(Valid, Path) + "extra: true\n");
        var blob = wrong.Files.Single(f => f.Path == Path).BlobId;
        var cache = new DocumentCache();

        Assert.Equal("PGS001", Assert.Single(new FleetReader(cache).Read(wrong).Diagnostics).RuleId);
        Assert.Equal(
            wrong.Files.Where(f => f.Path != Path && FleetReader.IsDocument(f.Path)).Select(f => f.BlobId).ToHashSet(),
            cache.Sound
        );

        // Only a blob that is on the list is spared: naming this one by hand shows that nothing else would have refused it.
        Assert.Empty(new FleetReader(new DocumentCache(cache.Sound.Append(blob).ToHashSet())).Read(wrong).Diagnostics);
        Assert.NotEmpty(new FleetReader(new DocumentCache(cache.Sound)).Read(wrong).Diagnostics);
    }

    [Fact]
    public void Read_FileOverOneMebibyte_IsRefusedUnparsed()
    {
        var reading = new FleetReader().Read(With(Valid, "policies/large.yaml", "# " + new string('x', 1 << 20)));

        var finding = Assert.Single(reading.Diagnostics);
        Assert.Equal(
            (DocumentRules.FileTooLarge.Id, "policies/large.yaml", 0),
            (finding.RuleId, finding.Span.Path, finding.Span.Line)
        );
        Assert.Null(reading.Fleet);
    }

    [Theory]
    [InlineData(20_000, "[")]
    [InlineData(20_000, "{a: ")]
    public void Read_VeryDeepNesting_IsRefusedWithoutOverflow(int levels, string bracket)
    {
        var reading = new FleetReader().Read(
            With(Valid, "policies/deep.yaml", "a: " + string.Concat(Enumerable.Repeat(bracket, levels)))
        );

        Assert.Equal(DocumentRules.TooDeep.Id, Assert.Single(reading.Diagnostics).RuleId);
    }

    [Fact]
    public void Read_RandomBytes_NeverThrows() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<byte[]>(),
                bytes => new FleetReader().Read(Trees.OfBytes(("policies/x.yaml", bytes))).Documents.Count >= 0
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Read_RandomYamlFragments_NeverThrowsAndPlacesEveryFinding()
    {
        string[] pieces =
        [
            "a: ",
            "b",
            "- ",
            "{",
            "}",
            "[",
            "]",
            ", ",
            "\n",
            "\n  ",
            "\"",
            "'",
            "&x ",
            "*x",
            "<<: ",
            "!t ",
            "? ",
            ": ",
            "|\n",
            "# c",
            "---\n",
            "\t",
            "é",
            "\U0001F600",
            "kind: Cluster\n",
            "%YAML 1.2\n",
            "@",
            "`",
            ">-\n",
            "...\n",
        ];
        Prop.ForAll(
                Gen.Elements(pieces).ArrayOf().ToArbitrary(),
                words =>
                {
                    var text = string.Concat(words);
                    var findings = new FleetReader().Read(Trees.Of(("policies/x.yaml", text))).Diagnostics;
                    var lines = text.Split('\n');
                    return findings.All(f => f.Span.Line <= lines.Length + 1 && f.Span.Column >= (f.Span.Line == 0 ? 0 : 1));
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Read_EveryFinding_PointsIntoItsLineAndNamesItsDocument()
    {
        foreach (var scenario in ScenarioTests.Names)
        {
            var tree = ScenarioTests.TreeOf(scenario);
            foreach (var finding in new FleetReader().Read(tree).Diagnostics.Where(d => d.Span.Line > 0))
            {
                var line = Encoding.UTF8.GetString(tree.Files.Single(f => f.Path == finding.Span.Path).Content.Span).Split('\n')[
                    finding.Span.Line - 1
                ];
                Assert.InRange(finding.Span.Column, 1, line.TrimEnd('\r').EnumerateRunes().Count() + 1);
                Assert.InRange(finding.Span.EndColumn, finding.Span.Column, line.EnumerateRunes().Count() + 2);
                if (finding.RuleId.StartsWith("PGR", StringComparison.Ordinal))
                    Assert.True(finding is { Document: not null, Field: not null }, $"{scenario}: {finding}");
            }
        }
    }

    [Fact]
    public void Read_AllPrivileges_AreWrittenOutForTheVersion()
    {
        const string Path = "environments/test/clusters/main.yaml";
        var text =
            TextOf(Valid, Path)
            + "      grants:\n        - { on: allTables, schema: orders, to: orders_app, privileges: [ ALL ] }\n";

        string Privileges(string major) =>
            string.Join(
                ' ',
                new FleetReader()
                    .Read(With(Valid, Path, text.Replace("postgres: 15", $"postgres: {major}", StringComparison.Ordinal)))
                    .Fleet!.FindCluster("main")!
                    .Databases.Single()
                    .Grants.Single()
                    .Privileges
            );

        Assert.Equal("DELETE INSERT REFERENCES SELECT TRIGGER TRUNCATE UPDATE", Privileges("15"));
        Assert.Equal("DELETE INSERT MAINTAIN REFERENCES SELECT TRIGGER TRUNCATE UPDATE", Privileges("17"));
    }
}
