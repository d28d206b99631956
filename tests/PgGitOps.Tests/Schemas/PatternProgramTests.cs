using System.Text.RegularExpressions;
using PgGitOps.Core.Desired.Schemas.Own;

namespace PgGitOps.Tests.Schemas;

/// <summary>Patterns of a repository's schema are matched by our own program: it has to say what .NET says of the same pattern.</summary>
[Trait("Requirement", "R-02")]
public sealed class PatternProgramTests
{
    private static bool Matches(string pattern, string text) =>
        PatternProgram.Compile(pattern)!.Matches(text, new SchemaBudget());

    [Fact]
    public void Pattern_MadeAtRandom_MatchesWhatDotNetMatches()
    {
        var random = new Random(3);
        string[] pieces =
        [
            "a",
            "b",
            "c",
            "ab",
            "[ab]",
            "[^b]",
            "[a-c]",
            "\\d",
            "\\w",
            "\\s",
            "\\b",
            "\\B",
            ".",
            "^",
            "$",
            "|",
            "(",
            ")",
            "(?:",
            "*",
            "+",
            "?",
            "{2}",
            "{1,3}",
            "{0,2}",
            "{2,}",
            "*?",
            "-",
            "\\.",
            "{",
            "}",
            "é",
            "_",
        ];
        const string Letters = "abc1_ .-é";
        var (compared, matched) = (0, 0);
        for (var i = 0; i < 60_000; i++)
        {
            var pattern = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (PatternProgram.Compile(pattern) is not { } program || Reference(pattern) is not { } reference)
                continue;
            for (var t = 0; t < 4; t++)
            {
                var text = string.Concat(
                    Enumerable.Range(0, random.Next(0, 9)).Select(_ => Letters[random.Next(Letters.Length)])
                );
                // A word is of ASCII letters to ECMAScript.
                if (pattern.Contains("\\b", StringComparison.OrdinalIgnoreCase) && text.Contains('é', StringComparison.Ordinal))
                    continue;
                var expected = reference.IsMatch(text);
                Assert.True(program.Matches(text, new SchemaBudget()) == expected, $"{pattern} against '{text}' is {expected}");
                compared++;
                matched += expected ? 1 : 0;
            }
        }
        Assert.InRange(compared, 20_000, int.MaxValue);
        Assert.InRange(matched, compared / 10, compared - compared / 10);
    }

    private static Regex? Reference(string pattern)
    {
        try
        {
            return OwnPattern.Compile(pattern);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [Theory]
    [InlineData("^.$", "😀", true)]
    [InlineData("^[^a]$", "😀", true)]
    [InlineData("^[😀-😂]{2}$", "😁😂", true)]
    [InlineData("^\\p{Lu}\\P{Lu}+$", "Ål", true)]
    [InlineData("^\\p{L}+$", "åb1", false)]
    [InlineData("^\\S+$", "a b", false)]
    [InlineData("^[\\D]+$", "ab", true)]
    [InlineData("^[^\\u0000-\\u001F]*$", "a\u0001", false)]
    [InlineData("^a{0,4096}$", "aaaa", true)]
    [InlineData("^(a|b|)*$", "abba", true)]
    public void Pattern_IsReadByCodePoints(string pattern, string text, bool expected) =>
        Assert.Equal(expected, Matches(pattern, text));

    [Theory]
    [InlineData("(?=a)")]
    [InlineData("(a)\\1")]
    [InlineData("a**")]
    [InlineData("*a")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[b-a]")]
    [InlineData("[]")]
    [InlineData("[^]")]
    [InlineData("\\uD800")]
    [InlineData("a{3,2}")]
    public void Pattern_OfAnotherKind_IsRefused(string pattern) => Assert.Null(PatternProgram.Compile(pattern));

    [Fact]
    public void Pattern_WithAFittingText_TakesStepsInProportionToIt()
    {
        var budget = new SchemaBudget();
        Assert.True(PatternProgram.Compile("^[a-z][a-z0-9-]{0,252}$")!.Matches("core-1-primary-of-oslo", budget));
        Assert.InRange(budget.Spent, 1, 20);
    }
}
