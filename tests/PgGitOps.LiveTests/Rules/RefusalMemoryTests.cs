using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Git;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.RuleHost;
using PgGitOps.Providers.State;
using PgGitOps.Revisions;

namespace PgGitOps.LiveTests.Rules;

/// <summary>A commit that was refused is judged once, also where the loop that refused it ended meanwhile.</summary>
[Trait("Requirement", "R-16")]
public sealed class RefusalMemoryTests : IDisposable
{
    private const string Cluster = "environments/local/clusters/local-tasks.yaml";
    private readonly GitScratch scratch = new();
    private readonly string repository;
    private readonly string good;

    public RefusalMemoryTests()
    {
        repository = scratch.NewShippedRepository("policies");
        good = scratch.Head(repository);
        Assert.Null(LastGood.Save(new AcceptedRevision(repository, "main", good, DateTimeOffset.UtcNow)));
    }

    private sealed record Beginning(bool Moved, bool Judged, RevisionProblem? Problem, string? InForce)
    {
        public RevisionProblem.Invalid Refusal => Assert.IsType<RevisionProblem.Invalid>(Problem);
    }

    private string Edit(string from, string to)
    {
        var text = File.ReadAllText(Path.Combine(repository, Cluster));
        Assert.Contains(from, text, StringComparison.Ordinal);
        return scratch.Commit(repository, $"edit {Cluster}", (Cluster, text.Replace(from, to, StringComparison.Ordinal)));
    }

    private LastGoodRevision LastGood => new(scratch.Path("state/last-good.json"));

    /// <summary>What a process finds that begins now.</summary>
    private Beginning Begin(
        string? circumstances = "build 1",
        SignatureRequirement? signatures = null,
        TimeProvider? time = null,
        RuleEngineOptions? options = null
    )
    {
        time ??= TimeProvider.System;
        using var rules = new RuleRoute(options ?? new RuleEngineOptions());
        var inForce = new RevisionInForce(
            new RevisionReader(
                new GitSource(new GitSourceOptions { Address = repository, Signatures = signatures }),
                new FleetReader(),
                rules,
                time
            ),
            LastGood,
            "main",
            acceptRewrittenHistory: false,
            time,
            new RefusalMemory(new EvidenceFiles(scratch.Path("state/evidence"), time), "key", circumstances, time)
        );
        var moved = inForce.Refresh(CancellationToken.None);
        var problem = inForce.Problem?.Describe();
        // A second one finds what the first did, and judges nothing again.
        var judged = rules.WorkersStarted;
        Assert.False(inForce.Refresh(CancellationToken.None));
        Assert.Equal((problem, judged), (inForce.Problem?.Describe(), rules.WorkersStarted));
        return new(moved, judged > 0, inForce.Problem, inForce.Fleet?.Revision.CommitId);
    }

    [Theory]
    [InlineData("by a rule", "capacityAlert: 80%", "capacityAlert: 97%")]
    [InlineData("by a schema, while rules judge the other documents", "capacityAlert: 80%", "capacityAlarm: 80%")]
    public void Start_OnACommitThatWasRefusedBefore_TellsItWithoutJudging(string how, string from, string to)
    {
        var refused = Edit(from, to);
        var first = Begin();
        Assert.True(first is { Judged: true, Moved: true }, $"{how}: {first}");
        Assert.Equal((refused, good), (first.Refusal.Tree.Revision.CommitId, first.InForce));

        var again = Begin();
        Assert.False(again.Judged, how);
        Assert.True(again.Moved, "the last good revision is in force from the first moment");
        Assert.Equal(good, again.InForce);
        Assert.Equal(first.Refusal.Describe(), again.Refusal.Describe());
        Assert.Equal(first.Refusal.Errors, again.Refusal.Errors);
        Assert.Equal(
            (first.Refusal.Tree.Revision, first.Refusal.Refuted, first.Refusal.RuledOut),
            (again.Refusal.Tree.Revision, again.Refusal.Refuted, again.Refusal.RuledOut)
        );

        var mended = Edit(to, "capacityAlert: 85%");
        Assert.Equal((null, mended), Begin() is var last ? (last.Problem, last.InForce) : default);
    }

    [Theory]
    [InlineData("another build")]
    [InlineData("unknown circumstances")]
    [InlineData("another commit")]
    [InlineData("a damaged entry")]
    public void Start_WhereWhatFeedsTheJudgementIsAnother_JudgesAnew(string difference)
    {
        Edit("capacityAlert: 80%", "capacityAlert: 97%");
        Assert.True(Begin().Judged);
        Assert.False(Begin().Judged);

        if (difference == "another commit")
            Edit("capacityAlert: 97%", "capacityAlert: 98%");
        if (difference == "a damaged entry")
        {
            var file = Assert.Single(
                Directory.GetFiles(scratch.Path("state/evidence"), "refusal.jsonl", SearchOption.AllDirectories)
            );
            File.WriteAllText(file, File.ReadAllText(file).Replace("97%", "96%", StringComparison.Ordinal));
        }
        var said = Begin(
            difference switch
            {
                "another build" => "build 2",
                "unknown circumstances" => null,
                _ => "build 1",
            }
        );

        Assert.True(said.Judged);
        Assert.True(said.Refusal.RuledOut);
        Assert.Equal(good, said.InForce);
    }

    [Fact]
    public void Start_WhereSignaturesAreAskedForNow_TellsThatTheCommitHasNone()
    {
        Edit("capacityAlert: 80%", "capacityAlert: 97%");
        Assert.NotNull(Begin().Refusal);
        var signers = scratch.Path("signers");
        File.WriteAllText(signers, "");

        var said = Begin(signatures: new SignatureRequirement { AllowedSignersFile = signers });

        Assert.Equal(SourceRefusalKind.SignatureMissing, Assert.IsType<RevisionProblem.Unreadable>(said.Problem).Refusal.Kind);
        Assert.Equal("is refused by a rule", Begin().Refusal.Describe()[11..31]);
    }

    [Fact]
    public void Start_WhereAnotherHistoryWasAcceptedMeanwhile_TellsThatTheCommitDoesNotDescendFromIt()
    {
        Edit("capacityAlert: 80%", "capacityAlert: 97%");
        Assert.NotNull(Begin().Refusal);
        var other = scratch.Git(repository, "commit-tree", $"{good}^{{tree}}", "-m", "another beginning").Trim();
        Assert.Null(LastGood.Save(new AcceptedRevision(repository, "main", other, DateTimeOffset.UtcNow)));

        var said = Begin();

        Assert.Equal(SourceRefusalKind.HistoryRewritten, Assert.IsType<RevisionProblem.Unreadable>(said.Problem).Refusal.Kind);
        Assert.Equal(other, said.InForce);
    }

    /// <summary>A clock that was wrong, and a jail that was not there, refuse what the next process may accept.</summary>
    [Theory]
    [InlineData("a waiver that had expired by then")]
    [InlineData("a rule that read the time")]
    [InlineData("no jail, beside a document that is wrong")]
    public void Start_WhereTheTimeOrTheMachineHadAPartInIt_JudgesAnew(string part)
    {
        var wrong = Path.Combine(scratch.Root, "wrong");
        var (later, options) = (new LaterTime(), new RuleEngineOptions { NoLandlockWhile = wrong });
        if (part == "a rule that read the time")
            scratch.Commit(
                repository,
                part,
                (
                    "policies/rules/clock.csx",
                    EngineBench.Rule(
                        "CLK1",
                        "if (Now.Year > 2100) Report(Document[\"metadata\"][\"name\"], \"too late\");",
                        "Cluster"
                    )
                )
            );
        else
            Edit("capacityAlert: 80%", part.StartsWith('a') ? "capacityAlert: 97%" : "capacityAlarm: 97%");
        if (part == "a waiver that had expired by then")
            scratch.Commit(
                repository,
                part,
                (
                    "policies/waivers/alert.yaml",
                    "apiVersion: pggitops.dev/v1\nkind: Waiver\nmetadata: { name: alert, owner: a }\n"
                        + $"spec: {{ rule: {RuleOf(Begin())}, document: Cluster/local-tasks, value: \"97%\", approver: b, reason: for now, expires: 2099-01-01 }}\n"
                )
            );
        if (part.StartsWith("no jail", StringComparison.Ordinal))
            File.WriteAllText(wrong, "");

        var first = Begin(time: later, options: options);
        Assert.NotNull(first.Refusal);
        File.Delete(wrong);

        var again = Begin(time: null, options: options);
        Assert.True(again.Judged);
        if (part.StartsWith("no jail", StringComparison.Ordinal))
            Assert.DoesNotContain(again.Refusal.Errors, e => e.RuleId == "PGP161");
        else
            Assert.Null(again.Problem);
    }

    private static string RuleOf(Beginning said) => said.Refusal.Errors.Single().RuleId;

    private sealed class LaterTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddYears(100);
    }

    public void Dispose() => scratch.Dispose();
}
