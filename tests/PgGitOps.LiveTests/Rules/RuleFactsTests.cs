using PgGitOps.Controller;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.RuleHost;
using PgGitOps.Revisions;

namespace PgGitOps.LiveTests.Rules;

/// <summary>Rules that speak of what is proven and of what was seen.</summary>
[Trait("Requirement", "R-08")]
public sealed class RuleFactsTests
{
    private static SourceTree Tree()
    {
        var shipped = WorkTree.Read(ShippedFiles.Root, EngineBench.Now).Tree;
        return shipped with
        {
            Files =
            [
                .. shipped.Files.Where(f => !RuleBundleReader.IsRule(f.Path)),
                new SourceFile(
                    "policies/rules/z.csx",
                    "z",
                    System.Text.Encoding.UTF8.GetBytes(
                        EngineBench.Rule(
                            "FACT",
                            "if (Context.Cluster is { } c) Report(Context.Document, $\"{Context.Verdicts.Count} {Context.Verdict(\"nodeLoss\")[\"verdict\"]} {Context.Verdict(\"nodeLoss\")[\"live\"]} {c.Observed.Exists} {c.Observed[\"members\"].Items.Count}\");",
                            "RecoveryPolicy",
                            "advisory"
                        )
                    )
                ),
            ],
        };
    }

    private static ClusterSnapshot Unreadable(Cluster cluster) =>
        new()
        {
            Name = cluster.Name,
            Members =
            [
                .. cluster.Members.Select(m => new MemberSnapshot(
                    m.Name,
                    new Observation<ServerFacts>.Absent("nobody answers", EngineBench.Now),
                    null
                )),
            ],
            Databases = [],
            Record = new Observation<ClusterRecord>.Absent("nobody answers", EngineBench.Now),
        };

    [Fact]
    public void Judge_InAPullRequest_SeesStaticVerdictsAndNoObservation()
    {
        var tree = Tree();
        var reader = new FleetReader();
        using var rules = new RuleRoute(new RuleEngineOptions());
        var judged = new RevisionJudge(reader, rules).Weigh(tree, []);
        var expected = judged
            .Claims!.Proof.Contexts.Select(c =>
                $"{c.Scenarios.Count} {RuleFacts.Id(c.Find(FailureScenario.NodeLoss)!.Verdict)} unknown False 0"
            )
            .Order(StringComparer.Ordinal);
        Assert.Equal(
            expected,
            judged.Rules!.Outcomes.Select(o => Assert.Single(o.Findings).Finding.Message).Order(StringComparer.Ordinal)
        );
        Assert.NotEmpty(judged.Rules.Outcomes);
    }

    [Fact]
    public void Watch_AfterEachPass_SaysWhatIsNewAndWhatIsGone()
    {
        var tree = Tree();
        var fleet = new FleetReader().Read(tree).Fleet!;
        var proof = Prover.Prove(fleet).Contexts[0];
        var cluster = fleet.FindCluster(proof.Policy.Cluster.Value)!;
        using var rules = new RuleRoute(new RuleEngineOptions());
        var watch = new RuleWatch(rules, TimeProvider.System);

        var unseen = watch.Look(tree, [], null);
        Assert.Contains(
            unseen.Raised,
            d => d.Document == $"RecoveryPolicy/{proof.Name}" && d.Message.EndsWith(" unknown False 0", StringComparison.Ordinal)
        );
        Assert.Equal((0, 0), Counts(watch.Look(tree, [], null)));

        var snapshot = Unreadable(cluster);
        var live = LiveProver.Of(proof, snapshot, fleet.Classes, EngineBench.Now, null);
        var (raised, cleared) = watch.Look(tree, [live], snapshot);
        var now = Assert.Single(raised, d => d.Document == $"RecoveryPolicy/{proof.Name}");
        Assert.EndsWith(
            $" {RuleFacts.Id(live.Find(FailureScenario.NodeLoss)!.Live.Verdict)} True {cluster.Members.Count}",
            now.Message,
            StringComparison.Ordinal
        );
        Assert.Single(cleared, d => d.Document == now.Document);
    }

    private static (int, int) Counts((IReadOnlyList<Diagnostic> Raised, IReadOnlyList<Diagnostic> Cleared) news) =>
        (news.Raised.Count, news.Cleared.Count);
}
