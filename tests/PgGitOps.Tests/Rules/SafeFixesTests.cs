using System.Text;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Rules;

public sealed class SafeFixesTests
{
    private static string? Apply(string text, params RuleEdit[] edits) =>
        SafeFixes.Apply(new SourceFile("a.yaml", "", Encoding.UTF8.GetBytes(text)), edits)?.Text;

    private static RuleEdit Edit(int line, int column, int end, string text, string key = "") =>
        new(new SourceSpan("a.yaml", line, column, end), key, text, Safe: true);

    [Theory]
    [InlineData("a: 1 # why\nb: 2\n", 1, 4, 5, "7d", "a: 7d # why\nb: 2\n")]
    [InlineData("a: 'x' # why\r\nb: 2\r\n", 1, 4, 7, "on", "a: 'on' # why\r\nb: 2\r\n")]
    [InlineData("é: { 😀: off, c: d }\n", 1, 9, 12, "a: b # \"c\"", "é: { 😀: \"a: b # \\\"c\\\"\", c: d }\n")]
    public void Apply_Replacement_LeavesTheRestAsItIs(
        string text,
        int line,
        int column,
        int end,
        string value,
        string expected
    ) => Assert.Equal(expected, Apply(text, Edit(line, column, end, value)));

    [Theory]
    [InlineData("m:\n  # note\n  a: 1\n", 3, 3, "m:\n  # note\n  k: v\n  a: 1\n")]
    [InlineData("m:\n  - a: 1\n    b: 2\n", 2, 5, "m:\n  - k: v\n    a: 1\n    b: 2\n")]
    [InlineData("m: { a: 1 } # note\n", 1, 6, "m: { k: v, a: 1 } # note\n")]
    public void Apply_AddedKey_StandsBeforeTheFirst(string text, int line, int column, string expected) =>
        Assert.Equal(expected, Apply(text, Edit(line, column, column + 1, "v", "k")));

    [Theory]
    [InlineData("a: |\n  text\n", 1, 4, 5)]
    [InlineData("a: 1\nb: 2\n", 2, 1, 2)]
    [InlineData("a: two words\n", 1, 4, 7)]
    [InlineData("a: 1\n", 3, 1, 2)]
    public void Apply_WhatWouldChangeMoreThanTheValue_IsLeftAlone(string text, int line, int column, int end) =>
        Assert.Null(Apply(text, Edit(line, column, end, "x")));
}
