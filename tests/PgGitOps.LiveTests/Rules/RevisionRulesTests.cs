using PgGitOps.Commands;
using PgGitOps.Core.Desired;
using PgGitOps.LiveTests.Git;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.RuleHost;
using PgGitOps.Revisions;

namespace PgGitOps.LiveTests.Rules;

/// <summary>What the loop, plan and apply make of a commit that breaks one of its rules.</summary>
[Trait("Requirement", "R-16")]
public sealed class RevisionRulesTests : IDisposable
{
    private const string Cluster = "environments/local/clusters/local-tasks.yaml";
    private readonly GitScratch scratch = new();
    private readonly string repository;
    private readonly StandingClock clock = new();

    public RevisionRulesTests() => repository = scratch.NewShippedRepository("policies");

    private sealed class StandingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.UtcTicks;
    }

    private string Edit(string path, string from, string to, params (string, string?)[] more)
    {
        var text = File.ReadAllText(Path.Combine(repository, path));
        Assert.Contains(from, text, StringComparison.Ordinal);
        return scratch.Commit(repository, $"edit {path}", [(path, text.Replace(from, to, StringComparison.Ordinal)), .. more]);
    }

    private RevisionInForce Start(RuleRoute rules) =>
        new(
            new RevisionReader(new GitSource(new GitSourceOptions { Address = repository }), new FleetReader(), rules, clock),
            new LastGoodRevision(scratch.Path("last-good.json")),
            "main",
            acceptRewrittenHistory: false,
            clock
        );

    [Fact]
    public void Loop_WhenACommitBreaksARule_KeepsTheEarlierRevisionInForce_AlsoAfterAStart()
    {
        var good = scratch.Head(repository);
        using var rules = new RuleRoute(new RuleEngineOptions());
        var inForce = Start(rules);
        Assert.True(inForce.Refresh(CancellationToken.None), inForce.Problem?.Describe());

        // Nothing new: no rule is run, no process started.
        var workers = rules.WorkersStarted;
        Assert.False(inForce.Refresh(CancellationToken.None));
        Assert.Equal(workers, rules.WorkersStarted);

        Edit(Cluster, "capacityAlert: 80%", "capacityAlert: 97%");
        Assert.False(inForce.Refresh(CancellationToken.None));
        var problem = Assert.IsType<RevisionProblem.Invalid>(inForce.Problem);
        Assert.True(problem.RuledOut);
        Assert.Contains("is refused by a rule", problem.Describe(), StringComparison.Ordinal);
        Assert.Contains(problem.Errors, d => d is { RuleId: "PG202", Span.Path: Cluster, Span.Line: > 0 });
        Assert.Equal(good, inForce.Fleet!.Revision.CommitId);
        // One document changed: the same worker ran what reads it, and nothing else again.
        Assert.Equal(workers, rules.WorkersStarted);
        Assert.True(rules.Kept > 0, "every rule ran again");

        using var fresh = new RuleRoute(new RuleEngineOptions());
        var restarted = Start(fresh);
        Assert.True(restarted.Refresh(CancellationToken.None));
        Assert.Equal(good, restarted.Fleet!.Revision.CommitId);
        Assert.IsType<RevisionProblem.Invalid>(restarted.Problem);

        var mended = Edit(Cluster, "capacityAlert: 97%", "capacityAlert: 85%");
        Assert.True(inForce.Refresh(CancellationToken.None));
        Assert.Null(inForce.Problem);
        Assert.Equal(mended, inForce.Fleet!.Revision.CommitId);
    }

    [Fact]
    public void Loop_OneSecondPastTheExpiryOfAWaiver_ReportsTheCommitItHadAccepted()
    {
        using var rules = new RuleRoute(new RuleEngineOptions());
        var inForce = Start(rules);
        Edit(
            Cluster,
            "capacityAlert: 80%",
            "capacityAlert: 97%",
            (
                "policies/waivers/w.yaml",
                """
                apiVersion: pggitops.dev/v1
                kind: Waiver
                metadata: { name: late-alert, owner: team-disks }
                spec: { rule: PG202, document: Cluster/local-tasks, value: 97%, approver: dba-lead, reason: the disk grows, expires: 2030-03-01 }
                """
            )
        );
        Assert.True(inForce.Refresh(CancellationToken.None), inForce.Problem?.Describe());
        Assert.Null(inForce.Problem);
        clock.Now = new(2030, 2, 28, 23, 59, 59, TimeSpan.Zero);
        Assert.False(inForce.Refresh(CancellationToken.None));
        Assert.Null(inForce.Problem);

        clock.Now = new(2030, 3, 1, 0, 0, 1, TimeSpan.Zero);
        Assert.False(inForce.Refresh(CancellationToken.None));
        Assert.Contains("PG202", inForce.Problem?.Describe(), StringComparison.Ordinal);
        Assert.NotNull(inForce.Fleet);
    }

    [Fact]
    public void Loop_WithoutAJail_TakesNoCommit_AndAsksAgain()
    {
        using var rules = new RuleRoute(new RuleEngineOptions { PretendNoLandlock = true });
        var inForce = Start(rules);
        for (var look = 1; look <= 2; look++)
        {
            inForce.Refresh(CancellationToken.None);
            // At once is too soon to ask again.
            inForce.Refresh(CancellationToken.None);
            Assert.Null(inForce.Fleet);
            Assert.Contains("PGP161", inForce.Problem?.Describe(), StringComparison.Ordinal);
            Assert.Equal(look, rules.WorkersStarted);
            clock.Now += TimeSpan.FromMinutes(15);
        }
    }

    /// <summary>A rule that burns its steps, one that crashes, one that ends its process, one that ends the compiler: all their own doing, on every machine.</summary>
    [Theory]
    [InlineData("while (true) ;")]
    [InlineData("string s = null!; if (s.Length > 0) return;")]
    [InlineData("Report(Nobody, \"x\");")]
    public void Loop_OnACommitWhoseRuleIsItsOwnFault_JudgesItOnce(string code)
    {
        using var rules = new RuleRoute(new RuleEngineOptions());
        var inForce = Start(rules);
        Assert.True(inForce.Refresh(CancellationToken.None), inForce.Problem?.Describe());
        scratch.Commit(repository, "bad", ("policies/rules/own.csx", EngineBench.Rule("OWN1", code)));
        Assert.False(inForce.Refresh(CancellationToken.None));
        Assert.IsType<RevisionProblem.Invalid>(inForce.Problem);
        var workers = rules.WorkersStarted;
        var said = inForce.Problem!.Describe();
        for (var day = 0; day < 3; day++)
        {
            clock.Now += TimeSpan.FromDays(1);
            Assert.False(inForce.Refresh(CancellationToken.None));
        }
        Assert.Equal((workers, said), (rules.WorkersStarted, inForce.Problem!.Describe()));
    }

    [Fact]
    public void Judge_WhenItIsCancelled_EndsAtOnce_WithItsProcess_AndAnswersTheNext()
    {
        using var rules = new RuleRoute(new RuleEngineOptions());
        var inForce = Start(rules);
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => inForce.Refresh(cancel.Token));
        Assert.True(inForce.Refresh(CancellationToken.None), inForce.Problem?.Describe());
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("apply", "--yes")]
    [InlineData("reconcile", "--once")]
    public async Task Command_OnACommitThatBreaksARule_EndsBeforeItLooksAtAnyCluster(params string[] command)
    {
        Edit(Cluster, "capacityAlert: 80%", "capacityAlert: 97%");
        var (code, said) = await Run(command);
        Assert.True(code == 4, $"exit {code}\n{said}");
        Assert.Contains($"{Cluster}:", said, StringComparison.Ordinal);
        Assert.Contains("error PG202", said, StringComparison.Ordinal);
    }

    /// <summary>Wrong settings are documents that do not hold, whoever asks: no rule said no.</summary>
    [Theory]
    [InlineData("validate")]
    [InlineData("plan")]
    [InlineData("apply", "--yes")]
    [InlineData("reconcile", "--once")]
    public async Task Command_OnASettingThatDoesNotFitItsRule_EndsAsForInvalidDocuments(params string[] command)
    {
        // The rule would refuse the cluster beside it; it is not run, so it says nothing.
        var late = File.ReadAllText(Path.Combine(repository, Cluster))
            .Replace("capacityAlert: 80%", "capacityAlert: 97%", StringComparison.Ordinal);
        scratch.Commit(
            repository,
            "set",
            (Cluster, late),
            (
                "policies/rule-settings.yaml",
                $"{Setting("PG202", "max: 120, most: 80")}    - rule: PG999\n      parameters: {{ max: 1 }}\n"
            )
        );
        var (code, said) = await Run(command);
        Assert.True(code == 3, $"exit {code}\n{said}");
        Assert.Contains(
            "policies/rule-settings.yaml:7:26: error PGP130: 'max' of rule PG202 is 120",
            said,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "policies/rule-settings.yaml:7:31: error PGP130: rule PG202 has no parameter 'most'",
            said,
            StringComparison.Ordinal
        );
        Assert.Contains("policies/rule-settings.yaml:8:13: error PGP131: rule PG999", said, StringComparison.Ordinal);
        Assert.DoesNotContain("error PG202", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Loop_WhenACommitSetsARuleWrongly_SaysThatTheDocumentsAreNotValid_AndKeepsTheEarlierRevision()
    {
        var good = scratch.Head(repository);
        using var rules = new RuleRoute(new RuleEngineOptions());
        var inForce = Start(rules);
        Assert.True(inForce.Refresh(CancellationToken.None), inForce.Problem?.Describe());
        scratch.Commit(repository, "set", ("policies/rule-settings.yaml", Setting("PG202", "max: 120")));
        Assert.False(inForce.Refresh(CancellationToken.None));
        var problem = Assert.IsType<RevisionProblem.Invalid>(inForce.Problem);
        Assert.False(problem.RuledOut);
        Assert.Contains("is not valid", problem.Describe(), StringComparison.Ordinal);
        Assert.Equal(good, inForce.Fleet!.Revision.CommitId);
    }

    private static string Setting(string rule, string parameters) =>
        $$"""
            apiVersion: pggitops.dev/v1
            kind: RuleSettings
            metadata: { name: rules, owner: team-databases }
            spec:
              rules:
                - rule: {{rule}}
                  parameters: { {{parameters}} }

            """;

    private async Task<(int Code, string Said)> Run(params string[] command)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandTree.RunAsync(
            [
                .. command,
                "--repo",
                repository,
                "--ref",
                "main",
                "--state",
                scratch.Path("state"),
                "--no-color",
                "--no-rule-cache",
            ],
            output,
            error,
            TimeProvider.System
        );
        return (code, output.ToString() + error);
    }

    public void Dispose() => scratch.Dispose();
}
