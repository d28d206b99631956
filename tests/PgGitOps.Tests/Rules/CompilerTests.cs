using PgGitOps.Core.Policies;

namespace PgGitOps.Tests.Rules;

public sealed class CompilerTests
{
    [Fact]
    public void Compile_OfEveryAllowedForm_PassesEveryLayer()
    {
        var result = RuleBench.Run(
            """
            // locals, loops, local functions, lambdas, queries, patterns, tuples, anonymous types, texts
            const int limit = 3;
            var names = new List<string>();
            var seen = new Set<string> { "x" };
            var counts = new Dictionary<string, int>();
            counts["a"] = 1;
            counts["a"] += 2;
            int Twice(int n) => n * 2;
            static string Shout(string s)
            {
                return s.ToUpperInvariant() + "!";
            }
            for (var i = 0; i < limit; i++)
                names.Add($"n{Twice(i)}");
            foreach (var c in "ab")
                names.Add(c + "1" + names.Count + (names.Count) + names[0]?.Length);
            foreach (var n in names)
            {
                if (n is "n0" or "n2" && n.Length > 1) { seen.Add(n); }
                else if (n.StartsWith("n", StringComparison.Ordinal)) continue;
                else break;
            }
            var wide = (from n in names where n.Length > 1 orderby n descending group n by n[0] into g select new { g.Key, g.Count }).ToText();
            """.Replace(".ToText()", "")
        );
        Assert.Equal(RunEnd.Finished, result.End);
    }

    [Fact]
    public void Run_WhenSomethingIsReported_FindsIt()
    {
        var result = RuleBench.Run(
            """
            var total = 0L;
            var s = "";
            var pairs = new[] { (Name: "a", Size: 1L), (Name: "b", Size: 2L) };
            foreach (var (name, size) in pairs) { total += size; s += name + size; }
            string Kind(long n) => n switch { < 2 => "few", 3 => "three", _ => "many" };
            int? nothing = null;
            var t = TimeSpan.FromMinutes(5) > TimeSpan.FromSeconds(3) ? $"{total:D2}/{s}/{Kind(total)}/{nothing ?? 7}" : "";
            if (Documents("X").Any(d => d.Name.Length > 3)) return;
            var quarrel = pairs.Select(p => p.Name).Concat(new[] { "z", "y" }).OrderByDescending(x => x).Joined(",");
            Func<int, int> f = null!;
            f = n => n <= 1 ? 1 : n * f(n - 1);
            NotApplicable(t + " " + quarrel + " " + f(5) + " " + "a-b-c".Replaced("-", "+"));
            """
        );
        Assert.Equal((RunEnd.NotApplicable, "03/a1b2/three/7 z,y,b,a 120 a+b+c"), (result.End, result.Reason));
    }

    /// <summary>A later C# would take each for a method on spans, which no rule may call.</summary>
    [Theory]
    [InlineData("\"a,b\".Split(',').Contains(\"a\")", "True")]
    [InlineData("\"a,b;c\".Split(',', ';').Reverse().Joined(\"-\")", "c-b-a")]
    [InlineData("new[] { 1, 2, 3 }.Reverse().First()", "3")]
    [InlineData("new[] { 1, 2, 3 }.Contains(2)", "True")]
    [InlineData("new[] { \"b\", \"a\" }.Contains(\"c\")", "False")]
    [InlineData("new[] { 1, 2 }.Concat(new[] { 2 }).Distinct().Count", "2")]
    [InlineData("\"--a-\".Trim('-', '+')", "a")]
    [InlineData("\"a, b\".Split(\", \").Last()", "b")]
    [InlineData("\"abc\".Reverse().Count", "3")]
    [InlineData("new[] { 3, 1 }.Min() + new[] { 3, 1 }.Max()", "4")]
    public void Run_OfAnArrayOrAText_UsesTheOperationsOfTheLanguage(string expression, string expected)
    {
        var result = RuleBench.Run($"NotApplicable($\"{{({expression})}}\");".Replace("\\", "", StringComparison.Ordinal));
        Assert.Equal((RunEnd.NotApplicable, expected), (result.End, result.Reason));
    }

    [Fact]
    public void Run_OfEndlessLoop_StopsAtTheSameTickTwice()
    {
        var compiled = RuleBench.Compile("while (true) ;");
        var first = RuleBench.Run(compiled);
        var second = RuleBench.Run(compiled);
        Assert.Equal(RunEnd.Error, first.End);
        Assert.Contains("fuel", first.Reason, StringComparison.Ordinal);
        Assert.Equal((first.Fuel, first.Site), (second.Fuel, second.Site));
    }
}
