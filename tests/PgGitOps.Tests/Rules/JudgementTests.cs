using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Rules;

public sealed class JudgementTests
{
    private static readonly DateTimeOffset Expiry = new(2030, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SourceSpan At = new("policies/contexts/a.yaml", 5, 3, 8);

    private static RuleHeader Rule(
        Enforcement enforcement = Enforcement.Soft,
        string id = "T1",
        Severity severity = Severity.Error
    ) => new(id, "A rule", severity, enforcement, "RecoveryPolicy", [], [], "", new SourceSpan("policies/rules/t.csx", 2, 5, 7));

    private static RuleBundle Bundle(params RuleHeader[] rules) =>
        new([.. rules.Select(r => new RuleSource("policies/rules/t.csx", "", r))], []);

    private static RuleRun Run(RuleHeader rule, RunEnd end = RunEnd.Finished, params string[] values) =>
        new(
            rule,
            "RecoveryPolicy/a",
            end,
            end == RunEnd.Finished ? "" : "because",
            rule.At,
            10,
            [.. values.Select(v => new RawFinding("RecoveryPolicy/a", "spec.x", v, "wrong", null, At, [], []))]
        )
        {
            Reads = new RunReads(["RecoveryPolicy/a"], [], false),
        };

    private static Waiver Waiver(
        string rule = "T1",
        string? value = "90d",
        string? owner = "team-a",
        string approver = "dba",
        string document = "RecoveryPolicy/a"
    ) =>
        new(
            new DocumentHead("Waiver", "w", owner, new SourceSpan("policies/waivers/w.yaml", 3, 9, 10)),
            rule,
            document,
            value,
            approver,
            "until the new disks",
            null,
            Expiry
        );

    private static RuleReport Settle(
        RuleBundle bundle,
        RuleRun[] runs,
        Waiver[] waivers,
        DateTimeOffset now,
        params Diagnostic[] problems
    ) => RuleJudgement.Settle(bundle, runs, problems, waivers, 1, now);

    [Theory]
    [InlineData(-86_400 * 30, Outcome.Waived)]
    [InlineData(-1, Outcome.Waived)]
    [InlineData(0, Outcome.Fail)]
    [InlineData(1, Outcome.Fail)]
    public void Settle_AtTheWaiversExpiry_FailsAgain(int secondsFromExpiry, Outcome expected)
    {
        var report = Settle(Bundle(Rule()), [Run(Rule(), values: "90d")], [Waiver()], Expiry.AddSeconds(secondsFromExpiry));
        Assert.Equal(expected, Assert.Single(report.Outcomes).Outcome);
        Assert.Equal(expected == Outcome.Fail, report.Rejected);
        Assert.Equal(secondsFromExpiry == -1, report.Diagnostics.Any(d => d.RuleId == RuleFindings.WaiverExpiring.Id));
    }

    [Fact]
    public void Settle_WhenTheWaivedValueChanged_FailsAndSaysTheWaiverIsVoid()
    {
        var report = Settle(Bundle(Rule()), [Run(Rule(), values: "120d")], [Waiver()], Expiry.AddDays(-40));
        Assert.True(report.Rejected);
        Assert.Equal(["T1", RuleFindings.WaiverVoid.Id], report.Diagnostics.Select(d => d.RuleId));
        Assert.Contains("'120d'", report.Diagnostics[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settle_OfTwoFindings_WaivesOnlyTheOneThatIsMeant()
    {
        var report = Settle(Bundle(Rule()), [Run(Rule(), RunEnd.Finished, "90d", "120d")], [Waiver()], Expiry.AddDays(-40));
        Assert.True(report.Rejected);
        Assert.Equal([Severity.Note, Severity.Error], report.Diagnostics.Select(d => d.Severity).Order());
    }

    [Theory]
    [InlineData(Enforcement.Hard, "T1", "team-a", "dba", "PGP150")]
    [InlineData(Enforcement.Soft, "T9", "team-a", "dba", "PGP131")]
    [InlineData(Enforcement.Soft, "T1", "dba", "DBA", "PGP151")]
    [InlineData(Enforcement.Soft, "T1", "dba", " dba", "PGP151")]
    [InlineData(Enforcement.Soft, "T1", null, "dba", "PGP151")]
    [InlineData(Enforcement.Soft, "T1", "me", "me.", "PGP151")]
    [InlineData(Enforcement.Soft, "T1", "me", "me\u200B", "PGP151")]
    [InlineData(Enforcement.Soft, "T1", "me", "m\u0435", "PGP151")]
    [InlineData(Enforcement.Soft, "T1", "me\u200B", "you", "PGP151")]
    public void Settle_OfAnInvalidWaiver_RejectsAndCoversNothing(
        Enforcement enforcement,
        string rule,
        string? owner,
        string approver,
        string finding
    )
    {
        var report = Settle(
            Bundle(Rule(enforcement)),
            [Run(Rule(enforcement), values: "90d")],
            [Waiver(rule, owner: owner, approver: approver)],
            Expiry.AddDays(-40)
        );
        Assert.True(report.Rejected);
        Assert.Equal(Outcome.Fail, report.Outcomes[0].Outcome);
        Assert.Contains(report.Diagnostics, d => d.RuleId == finding && d.Severity == Severity.Error);
    }

    [Fact]
    public void Settle_WhenNothingIsFound_ReportsTheWaiverAsUnusedAndPasses()
    {
        var report = Settle(Bundle(Rule()), [Run(Rule())], [Waiver()], Expiry.AddDays(-40));
        Assert.False(report.Rejected);
        Assert.Equal(RuleFindings.WaiverUnused.Id, Assert.Single(report.Diagnostics).RuleId);
        Assert.Equal(Outcome.Pass, report.Outcomes[0].Outcome);
    }

    [Fact]
    public void Settle_OfACrashedAdvisoryRule_RejectsAndKeepsTheOthers()
    {
        var (broken, good) = (Rule(Enforcement.Advisory), Rule(id: "T2"));
        var report = Settle(Bundle(broken, good), [Run(broken, RunEnd.Error), Run(good)], [], Expiry);
        Assert.True(report.Rejected);
        Assert.Equal([Outcome.Error, Outcome.Pass], report.Outcomes.Select(o => o.Outcome));
    }

    [Fact]
    public void Settle_OfAFailedAdvisoryRule_WarnsAndAccepts()
    {
        var rule = Rule(Enforcement.Advisory);
        var report = Settle(Bundle(rule), [Run(rule, values: "90d")], [], Expiry);
        Assert.False(report.Rejected);
        Assert.Equal(Severity.Warning, Assert.Single(report.Diagnostics).Severity);
    }

    [Fact]
    public void Settle_WhenARuleOfSeverityWarningIsSoft_ItsFindingIsAnError()
    {
        var rule = Rule(severity: Severity.Warning);
        var report = Settle(Bundle(rule), [Run(rule, values: "90d")], [], Expiry);
        Assert.True(report.Rejected);
        Assert.Equal(Severity.Error, Assert.Single(report.Diagnostics).Severity);
    }

    [Fact]
    public void Settle_WhenNoRuleRanOnAnything_Rejects()
    {
        var report = Settle(Bundle(Rule()), [], [], Expiry);
        Assert.True(report.Rejected);
        Assert.Equal(RuleFindings.NothingChecked.Id, Assert.Single(report.Diagnostics).RuleId);
    }

    [Theory]
    [InlineData(Enforcement.Soft, true, true)]
    [InlineData(Enforcement.Soft, false, false)]
    [InlineData(Enforcement.Advisory, true, false)]
    public void Settle_OfARuleThatReadTheTime_SaysThatARejectionMayPass(Enforcement enforcement, bool clock, bool expected)
    {
        var run = Run(Rule(enforcement), values: "90d") with { Reads = new RunReads(["RecoveryPolicy/a"], [], clock) };
        Assert.Equal(expected, Settle(Bundle(Rule(enforcement)), [run], [], Expiry).RejectedByTheClock);
        Assert.False(Settle(Bundle(Rule(enforcement)), [run with { Findings = [] }], [], Expiry).RejectedByTheClock);
    }

    [Fact]
    public void Settle_SaysThatAnotherTryMayHelp_OnlyWhereTheMachineMayBeWhy()
    {
        var crashed = Run(Rule(), RunEnd.Error);
        Assert.False(Settle(Bundle(Rule()), [crashed], [], Expiry).RejectedByTheMachine);
        var slow = Settle(Bundle(Rule()), [crashed with { ByMachine = true }], [], Expiry);
        Assert.True(slow.RejectedByTheMachine);
        Assert.Equal(RuleFindings.Budget.Id, Assert.Single(slow.Diagnostics).RuleId);
        Assert.True(Settle(Bundle(Rule()), [], [], Expiry, RuleFindings.NoJail.At(At, "no jail")).RejectedByTheMachine);
    }

    [Theory]
    [InlineData("write it", true, "", "write it; validate --fix writes 30d")]
    [InlineData(null, false, "drillEvery", "proposed: drillEvery: 30d")]
    public void Settle_OfAFindingWithAnEdit_ShowsWhatWouldBeWritten_UnlessItIsWaived(
        string? hint,
        bool safe,
        string key,
        string expected
    )
    {
        var run = Run(Rule(), values: "90d");
        run = run with { Findings = [run.Findings[0] with { Hint = hint, Edits = [new RuleEdit(At, key, "30d", safe)] }] };
        Assert.Equal(expected, Assert.Single(Settle(Bundle(Rule()), [run], [], Expiry).Diagnostics).Hint);
        Assert.Equal(hint, Assert.Single(Settle(Bundle(Rule()), [run], [Waiver()], Expiry.AddDays(-30)).Diagnostics).Hint);
    }

    [Fact]
    public void Settle_WhenNotApplicable_IsNeitherPassNorFail()
    {
        var report = Settle(Bundle(Rule()), [Run(Rule(), RunEnd.NotApplicable)], [], Expiry);
        Assert.False(report.Rejected);
        Assert.Equal(Outcome.NotApplicable, report.Outcomes[0].Outcome);
        Assert.Equal(
            Outcome.Fail,
            Settle(Bundle(Rule()), [Run(Rule(), RunEnd.NotApplicable, "x")], [], Expiry).Outcomes[0].Outcome
        );
    }

    [Fact]
    public void OneLine_OfHostileText_ShowsWhatHides() =>
        Assert.Equal(
            "a ::error::b \\u001B[31m\\u202Ec\\u000D😀 \\u2028",
            PlainText.OneLine("a\n::error::b \u001b[31m\u202ec\r😀\t\u2028")
        );
}
