using FsCheck;
using FsCheck.Fluent;
using PgGitOps.Core.Settings;

namespace PgGitOps.Tests.Planning;

/// <summary>What synchronous_standby_names means; a server is asked the same in LiveTests/Settings/StandbyNamesTests.</summary>
[Trait("Requirement", "R-07")]
public sealed class SynchronousRuleTests
{
    private static readonly string[] Parts =
    [
        "core-2",
        "any",
        "First",
        "*",
        "7",
        "a b",
        "a,b",
        "a(b)",
        "say \"x\"",
        "",
        "Ærlig",
        "ærlig",
        "b$1",
        "UPPER",
        " ",
    ];

    private static SynchronousRule Draw(int seed)
    {
        var random = new System.Random(seed);
        var names = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Parts[random.Next(Parts.Length)]);
        return new SynchronousRule((SynchronousMethod)random.Next(2), random.Next(1, 4), [.. names]);
    }

    [Fact]
    public void TryParse_OfWhatItWrote_IsTheSameRule() =>
        Prop.ForAll<int>(seed => Assert.Equal(Draw(seed), SynchronousRule.TryParse(Draw(seed).ToString())))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void OfCanonical_OfWhatItWrote_MeansTheSame() =>
        Prop.ForAll<int>(seed =>
            {
                var rule = Draw(seed);
                var read = SynchronousRule.OfCanonical(rule.Canonical);
                Assert.NotNull(read);
                Assert.Equal(rule.Canonical, read.Canonical);
                Assert.Equal((rule.Method, rule.Count), (read.Method, read.Count));
                Assert.All(Parts, p => Assert.Equal(rule.Lists(p), read.Lists(p)));
                if (rule.Method == SynchronousMethod.First)
                    Assert.All(Parts, p => Assert.Equal(rule.PriorityOf(p), read.PriorityOf(p)));
            })
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("ANY 2 (a, b)", SynchronousMethod.Any, 2, "a", "b")]
    [InlineData("any 1(b,a)", SynchronousMethod.Any, 1, "b", "a")]
    [InlineData("FIRST 1 (\"core-2\", \"core-3\")", SynchronousMethod.First, 1, "core-2", "core-3")]
    [InlineData("2 (a, b, c)", SynchronousMethod.First, 2, "a", "b", "c")]
    [InlineData(" a ,\tB ", SynchronousMethod.First, 1, "a", "B")]
    [InlineData("*", SynchronousMethod.First, 1, "*")]
    [InlineData("a, *", SynchronousMethod.First, 1, "a", "*")]
    [InlineData("\"any\"", SynchronousMethod.First, 1, "any")]
    [InlineData("\"first\", b", SynchronousMethod.First, 1, "first", "b")]
    [InlineData("7", SynchronousMethod.First, 1, "7")]
    [InlineData("7, a", SynchronousMethod.First, 1, "7", "a")]
    [InlineData("a, 7", SynchronousMethod.First, 1, "a", "7")]
    [InlineData("3 (7)", SynchronousMethod.First, 3, "7")]
    [InlineData("anyone", SynchronousMethod.First, 1, "anyone")]
    [InlineData("\"a \"\"b\"\" ,c\"", SynchronousMethod.First, 1, "a \"b\" ,c")]
    [InlineData("\"\"", SynchronousMethod.First, 1, "")]
    [InlineData("_a$1", SynchronousMethod.First, 1, "_a$1")]
    [InlineData("Ærlig", SynchronousMethod.First, 1, "Ærlig")]
    public void TryParse_OfWhatAServerTakes_IsItsRule(string text, SynchronousMethod method, int count, params string[] names) =>
        Assert.Equal(new SynchronousRule(method, count, [.. names]), SynchronousRule.TryParse(text));

    [Theory]
    [InlineData(" ")]
    [InlineData("core-2")]
    [InlineData("any")]
    [InlineData("a, first")]
    [InlineData("ANY (a)")]
    [InlineData("ANY 1")]
    [InlineData("ANY 1 ()")]
    [InlineData("ANY 1 (a")]
    [InlineData("ANY 1 (a))")]
    [InlineData("ANY 1 (a) b")]
    [InlineData("ANY 1 a")]
    [InlineData("ANY, a")]
    [InlineData("ANY 0 (a)")]
    [InlineData("0 (a)")]
    [InlineData("ANY -1 (a)")]
    [InlineData("ANY 1, 2")]
    [InlineData("\"ANY\" 1 (a)")]
    [InlineData("LAST 1 (a)")]
    [InlineData("FIRST1 (a)")]
    [InlineData("1a")]
    [InlineData("a b")]
    [InlineData("\"a\"b")]
    [InlineData("a,")]
    [InlineData(",a")]
    [InlineData("a,,b")]
    [InlineData("\"a")]
    [InlineData("\"a\"\"")]
    [InlineData("$a")]
    [InlineData("**")]
    [InlineData("a.b")]
    public void TryParse_OfWhatAServerRefuses_IsNull(string text)
    {
        Assert.Null(SynchronousRule.TryParse(text));
        Assert.Equal(text, SynchronousRule.CanonicalOf(text));
    }

    [Fact]
    public void None_IsTheEmptyText()
    {
        Assert.Same(SynchronousRule.None, SynchronousRule.TryParse(""));
        Assert.Same(SynchronousRule.None, SynchronousRule.OfCanonical(""));
        Assert.Equal("", SynchronousRule.None.ToString());
        Assert.Equal("", SynchronousRule.None.Canonical);
        Assert.False(SynchronousRule.None.Lists("core-2"));
    }

    /// <summary>Records and plan files of today hold these texts.</summary>
    [Theory]
    [InlineData("ANY 1 (\"core-3\", \"core-2\")", "ANY 1 (core-2, core-3)")]
    [InlineData("first 2 (\"Core-3\",core_2)", "FIRST 2 (core-3, core_2)")]
    [InlineData("a, *", "FIRST 1 (a, *)")]
    [InlineData("\"a,b\"", "FIRST 1 (\"a,b\")")]
    [InlineData("\"a b\", ab", "FIRST 1 (\"a b\", ab)")]
    public void Canonical_OfMembers_HasNoQuotes(string text, string canonical) =>
        Assert.Equal(canonical, SynchronousRule.CanonicalOf(text));

    [Fact]
    public void OfCanonical_OfATextThatNoServerUnderstood_IsNull()
    {
        Assert.Null(SynchronousRule.OfCanonical("ANY 0 (core-2)"));
        Assert.Null(SynchronousRule.OfCanonical("core-2 core-3"));
    }

    [Theory]
    [InlineData("ANY 1 (a, B)", "b", 1)]
    [InlineData("ANY 1 (a, B)", "c", null)]
    [InlineData("a, *, b", "b", 1)]
    [InlineData("a, *, b", "A", 0)]
    [InlineData("a, a", "a", 0)]
    [InlineData("Ærlig", "ærlig", null)]
    public void PriorityOf_IsThePlaceOfTheFirstNameThatMatches(string text, string standby, int? priority) =>
        Assert.Equal(priority, SynchronousRule.TryParse(text)!.PriorityOf(standby));
}
