using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;
using static PgGitOps.Tests.Proofs.Fleets;

namespace PgGitOps.Tests.Proofs;

/// <summary>The rules of the prover against every history of every cluster of up to six members.</summary>
[Trait("Requirement", "R-07")]
public sealed class OracleTests
{
    private static readonly (ClusterManager Manager, WhenShort WhenShort, Shrinking Shrinking)[] Controllers =
    [
        (new ClusterManager.Native(), WhenShort.Block, Shrinking.Never),
        (new ClusterManager.Patroni("p", []), WhenShort.Degrade, Shrinking.ToNobody),
        (new ClusterManager.Patroni("p", []) { Version = "4.1.5" }, WhenShort.Block, Shrinking.ToOneOfTheList),
        (
            new ClusterManager.Patroni("p", []) { Version = "4.1.4", ReplicationOnlyFromMembers = true },
            WhenShort.Block,
            Shrinking.ToOneOfTheMembers
        ),
        (new ClusterManager.Patroni("p", []), WhenShort.Block, Shrinking.ToAnyStranger),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Acknowledgement_AgreesWithEveryHistory(int members)
    {
        long compared = 0;
        for (var listed = 0; listed < members; listed++)
        {
            // Which standbys are cascades: every choice for small clusters, none or the last one for the largest.
            for (var cascades = 0; cascades < (members <= 5 ? 1 << members - 1 : 1); cascades++)
            {
                foreach (var (manager, whenShort, shrinking) in Controllers)
                {
                    foreach (var method in Enum.GetValues<SynchronousMethod>())
                    {
                        for (var count = 1; count <= listed + 1; count++)
                        {
                            foreach (
                                var level in members <= 4
                                    ? Enum.GetValues<CommitLevel>()
                                    : [CommitLevel.Local, CommitLevel.RemoteWrite, CommitLevel.On]
                            )
                                compared += Compare(
                                    members,
                                    listed,
                                    cascades,
                                    manager,
                                    whenShort,
                                    shrinking,
                                    method,
                                    count,
                                    level
                                );
                        }
                    }
                }
            }
        }
        Assert.True(compared > 0 || members == 1);
    }

    private static long Compare(
        int members,
        int listed,
        int cascades,
        ClusterManager manager,
        WhenShort whenShort,
        Shrinking shrinking,
        SynchronousMethod method,
        int count,
        CommitLevel level
    )
    {
        var rule = new SynchronousRule(method, count, [.. Enumerable.Range(1, listed).Select(i => $"m{i}")]);
        var names = string.Join(
            ' ',
            Enumerable
                .Range(0, members)
                .Select(i => i > 0 && (cascades >> i - 1 & 1) != 0 ? $"m{i}<m{(i == 1 ? 2 : 1)}@oslo/a" : $"m{i}@oslo/a")
        );
        var (environment, cluster) = Cluster(names, manager: manager);
        var acknowledging = Acknowledgement.Of(Topology.TryOf(cluster, environment)!, rule, whenShort, level, 0);
        var direct = Enumerable.Range(1, members - 1).Where(i => (cascades >> i - 1 & 1) == 0).ToArray();
        var oracle = new NaiveOracle(
            0,
            [.. Enumerable.Range(1, listed).Where(direct.Contains)],
            direct,
            method == SynchronousMethod.First,
            count,
            (int)level,
            shrinking
        );
        var all = Enumerable.Range(0, members).ToArray();
        var guaranteed = oracle.Holders(false).Select(Bits).Distinct().ToArray();
        var nominal = oracle.Holders(true).Select(Bits).Distinct().ToArray();
        for (ulong lost = 0; lost < 1UL << members; lost++)
        {
            var set = new MemberSet(lost);
            if ((lost & 1) != 0)
            {
                Assert.Equal(!guaranteed.Any(h => (h & ~lost) == 0), acknowledging.SurvivesGuaranteed(set));
                Assert.Equal(!nominal.Any(h => (h & ~lost) == 0), acknowledging.SurvivesNominal(set));
            }
            else
            {
                Assert.Equal(oracle.CanStillCommit(all.Where(i => (lost >> i & 1) != 0)), acknowledging.WritesGoOnWithout(set));
                // Where no commit can be acknowledged at all there is nothing an elector could lose.
                if (guaranteed.Length > 0)
                    Assert.Equal(guaranteed.All(h => (h & ~1UL & lost) != 0), acknowledging.ElectsWithoutLoss(set));
            }
        }
        return 1L << members;
    }

    private static ulong Bits(HashSet<int> members) => members.Aggregate(0UL, (bits, m) => bits | 1UL << m);

    /// <summary>The whole prover: every placing of up to four members on three sites, every list, count and method.</summary>
    [Fact]
    public void Prove_WhenASiteIsLost_AgreesWithEveryHistory()
    {
        var compared = 0;
        for (var members = 1; members <= 4; members++)
        {
            for (var placing = 0; placing < (int)Math.Pow(3, members); placing++)
            {
                var sites = Enumerable.Range(0, members).Select(i => placing / (int)Math.Pow(3, i) % 3).ToArray();
                foreach (var listed in NaiveOracle.Subsets([.. Enumerable.Range(0, members)]))
                {
                    for (var count = 1; count <= Math.Max(1, listed.Length); count++)
                    {
                        CompareSiteLoss(members, sites, listed, count, (placing & 1) != 0);
                        compared++;
                    }
                }
            }
        }
        Assert.True(compared > 2_000, $"only {compared} clusters were compared");
    }

    private static void CompareSiteLoss(int members, int[] sites, int[] listed, int count, bool first)
    {
        var rule =
            listed.Length == 0 ? null
            : first ? First(count, [.. listed.Select(i => $"m{i}")])
            : Any(count, [.. listed.Select(i => $"m{i}")]);
        var names = string.Join(' ', Enumerable.Range(0, members).Select(i => $"m{i}@site{sites[i]}/a"));
        var fleet = Fleet(Cluster(names, rule), Policy());
        var proven = Prover.Prove(fleet).Find("tenancy")!.Find(FailureScenario.SiteLoss)!;

        var safe = true;
        foreach (var primary in Enumerable.Range(0, members))
        {
            var others = Enumerable.Range(0, members).Where(i => i != primary).ToArray();
            var oracle = new NaiveOracle(
                primary,
                [.. listed.Where(i => i != primary)],
                others,
                first,
                count,
                rule is null ? 1 : 3,
                Shrinking.Never
            );
            var lost = Enumerable.Range(0, members).Where(i => sites[i] == sites[primary]).ToArray();
            // Nobody is left to hold anything when every member stands in the lost site.
            safe &= lost.Length < members && !oracle.CanLose(lost, allConnected: false);
        }

        Assert.Equal(safe ? LossKind.None : LossKind.Unbounded, proven.Guaranteed.Kind);
        Assert.Equal(safe ? Verdict.Holds : Verdict.Impossible, proven.LossVerdict);
    }
}
