using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Rules;

/// <summary>From a settled judgement to what is said of live clusters.</summary>
public sealed class LiveRuleReportTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SourceSpan At = new("policies/contexts/a.yaml", 5, 3, 8);
    private static readonly RuleHeader Rule = Header(Enforcement.Soft);

    private static RuleHeader Header(Enforcement enforcement) =>
        new(
            "T1",
            "A rule",
            Severity.Error,
            enforcement,
            "RecoveryPolicy",
            [],
            [],
            "",
            new SourceSpan("policies/rules/t.csx", 2, 5, 7)
        );

    private static LiveRuleReport Say(
        RuleHeader rule,
        RuleRun[] runs,
        Waiver[] waivers,
        Func<string, bool>? concerns = null,
        params Diagnostic[] problems
    ) =>
        LiveRuleReport.Of(
            [rule],
            RuleJudgement.Settle(
                new RuleBundle([new RuleSource("policies/rules/t.csx", "", rule)], []),
                runs,
                problems,
                waivers,
                1,
                Now
            ),
            concerns ?? (_ => true)
        );

    private static RuleRun Run(RuleHeader rule, string document, string value, RunEnd end = RunEnd.Finished) =>
        new(
            rule,
            document,
            end,
            "",
            rule.At,
            10,
            end == RunEnd.Error ? [] : [new RawFinding(document, "spec.x", value, $"wrong: {value}", null, At, [], [])]
        )
        {
            Reads = new RunReads([document], [], false),
        };

    private static Waiver Waiver(string rule = "T1", string value = "90d") =>
        new(
            new DocumentHead("Waiver", "w", "team-a", new SourceSpan("policies/waivers/w.yaml", 3, 9, 10)),
            rule,
            "RecoveryPolicy/a",
            value,
            "dba",
            "until then",
            null,
            Now.AddYears(1)
        );

    [Theory]
    [InlineData(Enforcement.Hard, true)]
    [InlineData(Enforcement.Soft, true)]
    [InlineData(Enforcement.Advisory, false)]
    public void Of_AFinding_RejectsAsTheRuleSays(Enforcement enforcement, bool rejected)
    {
        var said = Say(Header(enforcement), [Run(Header(enforcement), "RecoveryPolicy/a", "90d")], []);
        Assert.Equal("T1", Assert.Single(said.Standing).RuleId);
        Assert.Equal(rejected, said.Rejected);
        Assert.Equal("T1", Assert.Single(said.Asked).Id);
    }

    [Fact]
    public void Of_AWaivedFinding_IsANoteAndRejectsNothing()
    {
        var said = Say(Rule, [Run(Rule, "RecoveryPolicy/a", "90d")], [Waiver()]);
        Assert.Empty(said.Standing);
        Assert.Equal(Severity.Note, Assert.Single(said.Waived).Severity);
        Assert.False(said.Rejected);
        Assert.Single(said.Findings);
    }

    [Fact]
    public void Of_WhatBelongsToTheDocuments_SaysNothing()
    {
        // Unused, void and of a rule that is not asked: the revision was judged for that.
        Assert.Empty(Say(Rule, [Run(Rule, "RecoveryPolicy/b", "x") with { Findings = [] }], [Waiver(), Waiver("T9")]).Findings);
        // A rule for a kind of which there is no document.
        Assert.Empty(Say(Rule, [], []).Findings);
    }

    [Fact]
    public void Of_AnotherDocumentThanThoseLookedAt_IsLeftOut()
    {
        var said = Say(
            Rule,
            [
                Run(Rule, "RecoveryPolicy/a", "1"),
                Run(Rule, "RecoveryPolicy/b", "2"),
                Run(Rule, "RecoveryPolicy/b", "3", RunEnd.Error),
            ],
            [],
            d => d != "RecoveryPolicy/b"
        );
        Assert.Equal("RecoveryPolicy/a", Assert.Single(said.Findings).Document);
    }

    [Fact]
    public void Of_ARuleThatCouldNotBeAsked_IsNeverGreen()
    {
        Assert.True(Say(Rule, [Run(Rule, "RecoveryPolicy/a", "1", RunEnd.Error)], []).Rejected);
        Assert.True(Say(Rule, [], [], null, RuleFindings.NoJail.At(Rule.At, "no rule was run")).Rejected);
        var setting = RuleFindings.UnknownRule.At(At, "rule T9 is not in the bundle") with { Document = "RuleSettings/s" };
        var said = Say(Rule, [], [], null, setting);
        Assert.True(said.Rejected);
        Assert.True(said.SettingsAreWrong);
    }
}
