using System.Globalization;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Policies.Machinery;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Tests.Rules;

/// <summary>A step is a bounded amount of work, counted in characters, comparisons and nodes: no test here looks at a clock.</summary>
public sealed class FuelTests
{
    /// <summary>Most work that one step may stand for: characters that are walked, keys that are compared.</summary>
    private const int WorkPerStepMax = 64;

    private static LocatedNode Parse(string yaml)
    {
        var findings = new List<Diagnostic>();
        var root = Assert.Single(YamlDocuments.Read("policies/a.yaml", yaml, findings));
        Assert.Empty(findings);
        return root;
    }

    private static Corpus Corpus(string yaml) => new([new CorpusDocument("policies/a.yaml", "Thing", "a", Parse(yaml))]);

    private static string Nested(int depth) =>
        "spec: " + string.Concat(Enumerable.Repeat("{ a: ", depth)) + "1" + new string('}', depth) + "\n";

    [Fact]
    public void Path_OfAValueFarBelow_IsMadeOnce_HoweverDeepItLies()
    {
        const string Code = """
            var v = Documents("Thing")[0]["spec"];
            while (v["a"].Exists) v = v["a"];
            var p = v.Path;
            if (v.Path == p) Report(v["c"]["d"], p);
            """;
        var (shallow, deep) = (RuleBench.Run(Code, corpus: Corpus(Nested(10))), RuleBench.Run(Code, corpus: Corpus(Nested(90))));
        Assert.Equal((RunEnd.Finished, RunEnd.Finished), (shallow.End, deep.End));
        Assert.StartsWith("spec.a.a.a", Assert.Single(deep.Evaluation.Findings).Message, StringComparison.Ordinal);
        Assert.InRange(deep.Fuel, shallow.Fuel, shallow.Fuel * 20);
    }

    [Fact]
    public void PathBelow_SpellsKeysItemsAndEmptyKeys()
    {
        var run = RuleBench.Run(
            """Report(Documents("Thing")[0]["spec"]["l"][1][""]["x"], Documents("Thing")[0].At("spec.l")[1][""]["x"].Path);""",
            corpus: Corpus("spec: { l: [ 1, { \"\": { y: 1 } } ] }\n")
        );
        var finding = Assert.Single(run.Evaluation.Findings);
        Assert.Equal("spec.l[1].\"\".x", finding.Message);
        Assert.Equal("x", finding.Place.PathBelow(finding.Place.Written, 100));
    }

    [Theory]
    [InlineData(
        "System.Collections.Generic.IEnumerable<char> e = \"x\"; var s = \"aaaaaaaaaaaaaaaa\"; for (var i = 0; i < 20; i++) { e = s + s; s = (string)e; }"
    )]
    [InlineData(
        "System.Collections.Generic.IEnumerable<char> e = \"x\"; var s = \"aaaaaaaaaaaaaaaa\"; for (var i = 0; i < 20; i++) { e = $\"{s}{s}\"; s = (string)e; }"
    )]
    [InlineData("var s = \"aaaaaaaaaaaaaaaa\"; for (var i = 0; i < 20; i++) s += s;")]
    [InlineData("var s = \"aaaaaaaaaaaaaaaa\"; for (var i = 0; i < 20; i++) s = new[] { s, s }.Joined(\"\");")]
    [InlineData("var s = \"aaaaaaaaaaaaaaaa\"; for (var i = 0; i < 20; i++) s = s.Replaced(\"a\", \"aa\");")]
    public void ATextThatARuleBuilds_IsBounded_WhateverItIsTakenFor(string code)
    {
        var run = RuleBench.Run(code);
        Assert.Equal((RunEnd.Error, $"a text grew past {Fuel.TextLengthMax} characters"), (run.End, run.Reason));
    }

    /// <summary>Each line does its work a hundred times, on a text of 8,192 characters; what it walks has to be paid for.</summary>
    [Theory]
    [InlineData("s.IndexOf(\"b\") + s.IndexOf('b')")]
    [InlineData("s.Contains(\"b\") ? 1 : 0")]
    [InlineData("s.Contains('b') ? 1 : 0")]
    [InlineData("s.LastIndexOf(\"b\", StringComparison.OrdinalIgnoreCase)")]
    [InlineData("s.ToUpperInvariant().Length")]
    [InlineData("s.Substring(1).Length")]
    [InlineData("s.Trim().Length")]
    [InlineData("s.Split(',').Length")]
    [InlineData("s.Split(',', ';').Length")]
    [InlineData("s.Split(\", \").Length")]
    [InlineData("s.StartsWith(t, StringComparison.Ordinal) ? 1 : 0")]
    [InlineData("s == t ? 1 : 0")]
    [InlineData("s != t ? 1 : 0")]
    [InlineData("s.Equals(t) ? 1 : 0")]
    [InlineData("string.Equals(s, t) ? 1 : 0")]
    [InlineData("string.CompareOrdinal(s, t)")]
    [InlineData("string.IsNullOrWhiteSpace(s) ? 1 : 0")]
    [InlineData("long.TryParse(s, out var n) ? 1 : 0")]
    [InlineData("s switch { \"x\" => 1, \"y\" => 2, _ => 3 }")]
    [InlineData("new[] { s }.Contains(t) ? 1 : 0")]
    [InlineData("new[] { s, t }.Distinct().Count")]
    [InlineData("new[] { s, t }.OrderBy(x => x).Count")]
    [InlineData("new[] { (s, 1), (t, 1) }.OrderBy(x => x).Count")]
    [InlineData("new[] { (s, 1), (t, 1) }.Distinct().Count")]
    [InlineData("o?.IndexOf(\"b\") ?? 0")]
    [InlineData("w?.Text?.IndexOf(\"b\") ?? 0")]
    [InlineData("new[] { \"b\" }.Where(s.Contains).Count")]
    [InlineData("Documents(\"Thing\")[0][\"long\"].Text?.Length ?? 0")]
    [InlineData("Documents(\"Thing\")[0][\"long\"].Is(s) ? 1 : 0")]
    [InlineData("Documents(s).Count + (Fleet.Find(\"Thing\", s) is null ? 0 : 1)")]
    public void WorkOnATextIsPaidForByItsLength(string work)
    {
        const int Length = 8_192,
            Times = 100;
        var corpus = Corpus($"long: {new string('a', Length)}\n");
        var before = """
            var s = "aaaaaaaaaaaaaaaa"; for (var i = 0; i < 9; i++) s += s;
            var t = "aaaaaaaaaaaaaaaa"; for (var i = 0; i < 9; i++) t += t;
            string? o = s; var w = Documents("Thing")[0]["long"];
            var sum = 0;
            """;
        var idle = RuleBench.Run($"{before} for (var i = 0; i < {Times}; i++) sum += 1;", corpus: corpus);
        var busy = RuleBench.Run($"{before} for (var i = 0; i < {Times}; i++) sum += ({work});", corpus: corpus);
        Assert.True(busy.End == RunEnd.Finished, busy.Reason);
        Assert.True(
            busy.Fuel - idle.Fuel >= (long)Times * Length / WorkPerStepMax,
            string.Create(CultureInfo.InvariantCulture, $"{busy.Fuel - idle.Fuel} steps")
        );
    }

    [Fact]
    public void ASearchForALongPart_IsPaidForByBoth()
    {
        const string Before =
            "var s = \"aaaaaaaaaaaaaaaa\"; for (var i = 0; i < 9; i++) s += s; var part = s.Substring(0, 4000) + \"b\" + s.Substring(0, 90);";
        var plain = RuleBench.Run($"{Before} var n = s.IndexOf(\"b\");");
        var hard = RuleBench.Run($"{Before} var n = s.IndexOf(part);");
        Assert.True(hard.Fuel - plain.Fuel > 8_192L * 4_000 / 1_024, $"{hard.Fuel - plain.Fuel}");
    }

    [Fact]
    public void ALookupInAMapping_IsPaidForByItsKeys()
    {
        string Keys(int count) =>
            "spec:\n"
            + string.Concat(
                Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"  key{i}: 1\n"))
            );
        const string Code =
            "var v = Documents(\"Thing\")[0][\"spec\"]; var n = 0; for (var i = 0; i < 100; i++) if (v[\"absent\"].Exists) n++;";
        var (few, many) = (RuleBench.Run(Code, corpus: Corpus(Keys(10))), RuleBench.Run(Code, corpus: Corpus(Keys(2_000))));
        Assert.True(many.Fuel - few.Fuel >= 100 * 1_990 / WorkPerStepMax, $"{few.Fuel} {many.Fuel}");
    }

    [Theory]
    [InlineData("n += {0};")]
    [InlineData("if (n > {0}) n = 0;")]
    [InlineData("n += new[] {{ 1m }}.Sum(x => (long)({0}));")]
    [InlineData("n += (from x in new[] {{ 1m }} where x < {0} select x).Count;")]
    [InlineData("n += (from x in new[] {{ 1m }} select x + {0}).Count;")]
    [InlineData("for (var k = 0; n < 0 - ({0}); k++) ;")]
    public void AnExpression_IsPaidForByItsSize(string statement)
    {
        var large = string.Join(" * ", Enumerable.Repeat("(n / 3m)", 200));
        var (small, big) = (
            Fuel(string.Format(CultureInfo.InvariantCulture, statement, "(n / 3m)")),
            Fuel(string.Format(CultureInfo.InvariantCulture, statement, large))
        );
        Assert.True(big - small >= 10 * 199 / 2, $"{small} {big}");

        static long Fuel(string body) =>
            RuleBench.Run($"var n = 1m; for (var i = 0; i < 10; i++) {{ n = 1m; {body} }}") is var run
            && run.End == RunEnd.Finished
                ? run.Fuel
                : throw new InvalidOperationException(run.Reason);
    }

    [Fact]
    public void Keys_ThatTheRuntimeWouldHashAlike_AreToldApart()
    {
        Fuel.Tank = new FuelTank(long.MaxValue, trace: false);
        static int Apart(IEnumerable<int> hashes) => hashes.Distinct().Count();
        var numbers = Enumerable.Range(0, 10_000).Select(i => ((long)i << 32) | (uint)i).ToList();
        Assert.Equal(1, Apart(numbers.Select(n => n.GetHashCode())));
        Assert.True(Apart(numbers.Select(KeyHash.Of)) > 9_900);
        Assert.True(Apart(numbers.Select(n => KeyHash.Of((n, n)))) > 9_900);
        Assert.True(Apart(numbers.Select(n => KeyHash.Of<long?>(n))) > 9_900);
        Assert.True(Apart(numbers.Select(n => KeyHash.Of(TimeSpan.FromTicks(n)))) > 9_900);
        Assert.True(Apart(numbers.Select(n => KeyHash.Of(BitConverter.Int64BitsToDouble(n)))) > 9_900);
    }

    [Fact]
    public void Keys_ThatAreEqual_HashAlike()
    {
        Assert.Equal(KeyHash.Of(1.0m), KeyHash.Of(1.000m));
        Assert.Equal(KeyHash.Of(0m), KeyHash.Of(-0.00m));
        Assert.Equal(KeyHash.Of(0.0), KeyHash.Of(-0.0));
        Assert.Equal(
            KeyHash.Of(double.NaN),
            KeyHash.Of(BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(double.NaN) ^ 1))
        );
        var noon = new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(KeyHash.Of(noon), KeyHash.Of(noon.ToOffset(TimeSpan.FromHours(2))));
    }

    [Fact]
    public void SetsAndDictionaries_KeepTheOrderInWhichTheirKeysCame()
    {
        var run = RuleBench.Run(
            """
            var set = new Set<long>(); var map = new Dictionary<(string, long), int>();
            for (var i = 40L; i > 0; i--) { set.Add((i << 32) | i); map[($"k{i}", i)] = 1; }
            var first = set.Take(1).First() == ((40L * 4294967296L) | 40L);
            NotApplicable($"{set.Count} {first} {map.Keys.Select(k => k.Item1).Take(3).Joined(",")} {new[] { 1.0m, 1.00m }.Distinct().Count}");
            """.Replace("(i << 32) | i", "(i * 4294967296L) | i", StringComparison.Ordinal)
        );
        Assert.Equal("40 True k40,k39,k38 1", run.Reason);
    }

    [Fact]
    public void Sorting_IsStable_InBothDirections()
    {
        var run = RuleBench.Run(
            """
            var rows = new[] { ("b", 1), ("a", 1), ("b", 2), ("a", 2), ("c", 0) };
            NotApplicable(rows.OrderBy(r => r.Item1).Select(r => $"{r.Item1}{r.Item2}").Joined(" ") + "/" + rows.OrderByDescending(r => r.Item1).Select(r => $"{r.Item1}{r.Item2}").Joined(" ") + "/" + rows.Max().Item1);
            """
        );
        Assert.Equal("a1 a2 b1 b2 c0/c0 b1 b2 a1 a2/c", run.Reason);
    }

    [Fact]
    public void ATextOfADocumentThatIsTooLong_EndsTheRuleThatReadsIt()
    {
        var run = RuleBench.Run(
            "var t = Documents(\"Thing\")[0][\"long\"].Text;",
            corpus: Corpus($"long: {new string('a', Fuel.ReadLengthMax + 1)}\n")
        );
        Assert.Equal(RunEnd.Error, run.End);
        Assert.Contains("a rule reads at most 65536", run.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Report((Value)null!, \"x\");", "Report was given null")]
    [InlineData("Report((Document)null!, \"x\");", "Report was given null")]
    [InlineData("Report(Documents(\"Thing\")[0], \"x\").Related(null!, \"y\");", "Related was given null")]
    [InlineData("Report(Documents(\"Thing\")[0], \"x\").Fix(null!, \"y\");", "Fix was given null")]
    [InlineData("for (var i = 0; i < 300; i++) Fleet.Find($\"K{i}\", \"x\");", "more than 200 kinds")]
    public void WhatCannotBeTold_IsTheRulesOwnError_AtItsStatement(string code, string words)
    {
        var run = RuleBench.Run(code, corpus: Corpus("metadata: { name: a }\n"));
        Assert.Equal(RunEnd.Error, run.End);
        Assert.Contains(words, run.Reason, StringComparison.Ordinal);
        Assert.True(run.Site >= 0);
    }

    [Fact]
    public void ARunThatSaysTooMuch_IsAnError()
    {
        var run = RuleBench.Run(
            """
            var s = "aaaaaaaaaaaaaaaa"; for (var i = 0; i < 8; i++) s += s;
            for (var i = 0; i < 60; i++) { var f = Report(Documents("Thing")[0], s); for (var k = 0; k < 20; k++) f.Related(Documents("Thing")[0].Root, s); }
            """,
            corpus: Corpus("metadata: { name: a }\n")
        );
        Assert.Equal(RunEnd.Error, run.End);
        Assert.Contains("said more than", run.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12:00", null)]
    [InlineData("May 5", null)]
    [InlineData("5/6", null)]
    [InlineData("Monday", null)]
    [InlineData("2030-05-06", "05/06/2030 00:00:00 +00:00")]
    [InlineData("2030-05-06T07:08+02:00", "05/06/2030 05:08:00 +00:00")]
    public void AMoment_IsNeverFilledUpFromTheClock(string written, string? expected)
    {
        var run = RuleBench.Run(
            "NotApplicable($\"{Documents(\"Thing\")[0][\"t\"].Moment}\");",
            corpus: Corpus($"t: \"{written}\"\n")
        );
        Assert.Equal(expected is null ? RunEnd.Error : RunEnd.NotApplicable, run.End);
        if (expected is not null)
            Assert.Equal(expected, run.Reason);
        Assert.False(run.Evaluation.ClockRead);
    }

    [Fact]
    public void Settle_OfRunsThatUseUpWhatTheirRuleHas_TakesTheirVerdict_AndNoOthers()
    {
        var plan = new FuelPlan(100, 250, 600);
        var runs = new[]
        {
            Run("A", 100),
            Run("A", 100),
            Run("A", 100),
            Run("B", 100),
            Run("C", 100),
            Run("C", 100),
            Run("D", 1),
        };
        var settled = plan.Settle(runs);
        Assert.Equal("Finished Finished Error Finished Finished Error Error", string.Join(' ', settled.Select(r => r.End)));
        Assert.Equal("the rule used up the 250 steps it has for all of its documents", settled[2].Reason);
        Assert.Contains("most of it by A (300), C (200), B (100)", settled[5].Reason, StringComparison.Ordinal);
        Assert.All(settled, r => Assert.False(r.ByMachine));

        static RuleRun Run(string id, long fuel) =>
            new(
                new RuleHeader(id, "t", Severity.Error, Enforcement.Hard, "Thing", [], [], "", default),
                "Thing/a",
                RunEnd.Finished,
                "",
                default,
                fuel,
                []
            )
            {
                Reads = new RunReads([], [], false),
            };
    }

    [Fact]
    public void Index_NumbersValuesAsTheWorkerDoes()
    {
        var root = Parse("a: &x { b: 1, c: [ 2, { d: 3 } ] }\ne: *x\nf: []\n");
        var index = new DocumentIndex(root);
        var number = 0;
        Walk(root, "");
        Assert.Null(index.Find(number + 1));
        Assert.Null(index.Find(0));

        void Walk(LocatedNode node, string path)
        {
            Is(++number, node, path);
            for (var i = 0; i < node.Items.Count; i++)
            {
                var inner =
                    node.Kind == NodeKind.Mapping
                        ? (path.Length == 0 ? node.Keys[i].Text : $"{path}.{node.Keys[i].Text}")
                        : $"{path}[{i}]";
                if (node.Kind == NodeKind.Mapping)
                    Is(++number, node.Items[i], inner);
                Walk(node.Items[i], inner);
            }
        }

        void Is(int at, LocatedNode node, string path) =>
            Assert.Equal((node, path), index.Find(at) is { } found ? (found.Node, found.Path) : default);
    }
}
