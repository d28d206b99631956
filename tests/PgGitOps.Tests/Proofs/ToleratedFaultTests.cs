using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Verdicts;
using static PgGitOps.Tests.Proofs.Fleets;

namespace PgGitOps.Tests.Proofs;

/// <summary><c>tolerates: n</c> is any n nodes and failure domains of the site at once, in every mix.</summary>
[Trait("Requirement", "R-07")]
public sealed class ToleratedFaultTests
{
    private static RecoveryPolicy Tolerating(int faults) =>
        Policy() with
        {
            CrossSite = new CrossSitePolicy(At(CrossSiteReplication.NotAssumed), null, null, null, Nowhere),
            Tolerates = faults,
        };

    private static ContextProof Prove(string members, int count, int tolerates)
    {
        var (environment, cluster) = Cluster(members);
        var rule = Any(count, [.. cluster.Members.Select(m => m.Name)]);
        return Prover
            .Prove(Fleet((environment, cluster with { Replication = new Replication(rule, Nowhere) }), Tolerating(tolerates)))
            .Contexts[0];
    }

    private static ScenarioProof? Mixes(ContextProof proof) =>
        proof.Scenarios.FirstOrDefault(s => s.Scenario == FailureScenario.FaultsAtOnce);

    [Fact]
    public void Prove_OfThreeNodesTolerated_FindsThePrimaryAndThoseThatAcknowledgedAmongThem()
    {
        const string Five = "a@oslo/1 b@oslo/2 c@oslo/3 d@oslo/4 e@oslo/5";

        var proof = Mixes(Prove(Five, 2, tolerates: 3))!;

        Assert.Equal(Verdict.Impossible, proof.LossVerdict);
        Assert.Equal(Verdict.Holds, Mixes(Prove(Five, 3, tolerates: 3))!.LossVerdict);
        Assert.Null(Mixes(Prove(Five, 2, tolerates: 1)));
    }

    [Fact]
    public void Prove_OfANodeAndAFailureDomain_CountsThemAsTwo()
    {
        const string Racks = "a@oslo/1 b@oslo/1 c@oslo/2 d@oslo/2";

        Assert.Equal(Verdict.Impossible, Mixes(Prove(Racks, 2, tolerates: 2))!.LossVerdict);
        Assert.Equal(Verdict.Holds, Mixes(Prove(Racks, 3, tolerates: 2))!.LossVerdict);
    }

    [Fact]
    public void Prove_OfMoreMixesThanAreTried_IsUnknown()
    {
        var proof = Mixes(Prove(string.Join(' ', Enumerable.Range(10, 50).Select(n => $"m{n}@oslo/{n % 3}")), 49, tolerates: 5))!;

        Assert.Equal((Verdict.Unknown, Verdict.Unknown), (proof.Verdict, proof.LossVerdict));
        Assert.Contains("more than 100000 sets are not tried", proof.When, StringComparison.Ordinal);
    }

    [Fact]
    public void Prove_OfRandomSites_AgreesWithTryingEverySet()
    {
        var refuted = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var domains = random.Next(2, 4);
            // The first ones see to it that each failure domain has a member.
            (string Name, int Domain)[] members =
            [
                .. Enumerable.Range(0, random.Next(domains, 7)).Select(i => ($"m{i}", i < domains ? i : random.Next(domains))),
            ];
            var (count, tolerates) = (random.Next(1, members.Length), random.Next(2, 5));

            var proof = Prove(string.Join(' ', members.Select(m => $"{m.Name}@oslo/{m.Domain}")), count, tolerates);

            var isRefuted = proof.Scenarios.Any(s =>
                s.Scenario <= FailureScenario.FaultsAtOnce && s.LossVerdict == Verdict.Impossible
            );
            var isLost = Losses(members, count, tolerates);
            Assert.True(
                isRefuted == isLost,
                $"seed {seed}: {proof.Scenarios.Count} scenarios say {isRefuted}, all sets {isLost}"
            );
            refuted += isLost ? 1 : 0;
        }
        Assert.InRange(refuted, 50, 250);
    }

    /// <summary>Some set of nodes and failure domains takes a primary and as many standbys as acknowledge a commit, and leaves somebody.</summary>
    private static bool Losses((string Name, int Domain)[] members, int count, int tolerates)
    {
        var parts = members
            .Select((_, i) => 1 << i)
            .Concat(
                members.Select(m => m.Domain).Distinct().Select(d => members.Select((m, i) => m.Domain == d ? 1 << i : 0).Sum())
            )
            .ToArray();
        var all = (1 << members.Length) - 1;
        for (var chosen = 1; chosen < 1 << parts.Length; chosen++)
        {
            if (int.PopCount(chosen) > tolerates)
                continue;
            var lost = parts.Where((_, i) => (chosen >> i & 1) == 1).Aggregate(0, (sum, p) => sum | p);
            if (lost != all && int.PopCount(lost) > count)
                return true;
        }
        return false;
    }
}
