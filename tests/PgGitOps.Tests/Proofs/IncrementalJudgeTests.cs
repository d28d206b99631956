using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Reporting.Proofs;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Proofs;

/// <summary>What readers and judges remember of earlier revisions never shows in what they say.</summary>
[Trait("Requirement", "R-07")]
public sealed class IncrementalJudgeTests
{
    private const int Histories = 20;
    private const int EditsEach = 60;

    [Fact]
    public void Judge_AfterAnyEdits_SaysExactlyWhatAFreshJudgeSays()
    {
        var (valid, kept, contexts) = (0, 0, 0);
        var met = new HashSet<string>();
        for (var seed = 0; seed < Histories; seed++)
        {
            var repository = new EditedRepository(seed);
            var reader = new FleetReader();
            var (memory, memoryOfStrangers) = (new ProofMemory(), new ProofMemory());
            HashSet<ContextProof> before = [];
            for (var edit = 0; edit < EditsEach; edit++)
            {
                var what = $"history {seed}, edit {edit}: {repository.Edit()}";
                var tree = repository.Tree;

                var warm = reader.Read(tree);
                var fresh = new FleetReader().Read(tree);

                Assert.True(
                    fresh.Diagnostics == warm.Diagnostics,
                    $"{what}\nfresh: {Words(fresh.Diagnostics)}\nwarm: {Words(warm.Diagnostics)}"
                );
                Assert.True(Equals(fresh.Fleet, warm.Fleet), what);
                met.UnionWith(fresh.Diagnostics.Select(d => d.RuleId));
                if (fresh.Fleet is null)
                    continue;

                repository.Accept();
                var expected = ClaimRules.Judge(fresh.Fleet);
                var judged = ClaimRules.Judge(warm.Fleet!, memory: memory);
                // A fleet of equal documents that are other objects: only their values tell what changed.
                var byValue = ClaimRules.Judge(fresh.Fleet, memory: memoryOfStrangers);

                var proof = ProveJson.Of(expected.Proof);
                foreach (var actual in (ClaimJudgement[])[judged, byValue])
                {
                    Assert.True(
                        expected.Diagnostics == actual.Diagnostics,
                        $"{what}\nfresh: {Words(expected.Diagnostics)}\nwarm: {Words(actual.Diagnostics)}"
                    );
                    Assert.Equal(proof, ProveJson.Of(actual.Proof));
                }
                valid++;
                met.UnionWith(expected.Diagnostics.Select(d => d.RuleId));
                contexts += judged.Proof.Contexts.Count;
                kept += judged.Proof.Contexts.Count(c => before.Any(b => ReferenceEquals(b, c)));
                before = new(judged.Proof.Contexts, ReferenceEqualityComparer.Instance);
            }
        }
        // The comparison means something only where fleets are judged, found wanting in many ways, and mostly remembered.
        Assert.True(valid > Histories * EditsEach / 3, $"{valid} valid revisions");
        Assert.True(
            met.Count(r => r.StartsWith("PGC", StringComparison.Ordinal)) >= 25,
            string.Join(' ', met.Order(StringComparer.Ordinal))
        );
        Assert.True(kept * 2 > contexts, $"{kept} of {contexts} proofs were remembered");
    }

    private static string Words(IEnumerable<Diagnostic> findings) =>
        string.Join('\n', findings.Select(d => $"{d.Span} {d.RuleId} {d.Message} {d.Hint} {d.Document} {d.Field}"));
}
