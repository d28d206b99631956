using FsCheck;
using FsCheck.Fluent;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;
using static PgGitOps.Tests.Proofs.Fleets;

namespace PgGitOps.Tests.Proofs;

public sealed class ProofPropertyTests
{
    /// <summary>A cluster drawn from a number: its places, promotability, cascades, rule, manager, backups and policy.</summary>
    private static (FleetEnvironment Environment, Cluster Cluster, RecoveryPolicy Policy) Draw(
        int seed,
        Func<int, string>? name = null
    )
    {
        name ??= i => $"m{i}";
        var random = new Random(seed);
        var members = random.Next(1, 7);
        var names = Enumerable
            .Range(0, members)
            .Select(i =>
            {
                var from = random.Next(6) == 0 ? "<" + name(random.Next(members)) : "";
                return $"{name(i)}{(from == "<" + name(i) ? "" : from)}@site{random.Next(3)}/{(char)('a' + random.Next(2))}{(random.Next(5) == 0 && i > 0 ? "-" : "")}";
            })
            .ToArray();
        var listed = Enumerable.Range(0, members).Where(_ => random.Next(2) == 0).Select(name).ToArray();
        var rule =
            listed.Length == 0
                ? null
                : new SynchronousReplication(
                    new SynchronousRule((SynchronousMethod)random.Next(2), random.Next(1, listed.Length + 1), [.. listed]),
                    (CommitLevel)random.Next(5),
                    WhenShort.Block,
                    [.. listed.Select(_ => Nowhere)],
                    Nowhere
                );
        ClusterManager manager =
            random.Next(2) == 0
                ? new ClusterManager.Native()
                : new ClusterManager.Patroni("p", [])
                {
                    Version = random.Next(2) == 0 ? "4.1.5" : null,
                    Watchdog = random.Next(2) == 0,
                };
        if (rule is not null && manager is ClusterManager.Patroni && random.Next(2) == 0)
            rule = rule with { WhenShort = WhenShort.Degrade };
        var backup = random.Next(2) == 0 ? null : Backup([.. new[] { "site0-repo", "site1-repo" }.Take(random.Next(1, 3))]);
        var (environment, cluster) = Cluster(string.Join(' ', names), rule, manager, backup);
        var policy = Policy() with
        {
            FailoverLocal = At((FailoverMode)random.Next(3)),
            FailoverCrossSite = At((FailoverMode)random.Next(3)),
            CrossSite = Policy().CrossSite with
            {
                Replication = At((CrossSiteReplication)random.Next(3)),
                DataLossWindow = At(TimeSpan.FromSeconds(random.Next(2) * 30)),
            },
        };
        return (environment, cluster, policy);
    }

    [Fact]
    public void OneMoreFault_NeverImprovesTheLeastLoss() =>
        Prop.ForAll<int>(seed =>
            {
                var (environment, cluster, policy) = Draw(seed);
                var topology = Topology.TryOf(cluster, environment)!;
                var book = new RecoveryPaths(
                    topology,
                    policy,
                    cluster.Replication.Synchronous?.Commit ?? CommitLevel.On,
                    cluster.Replication.Rule,
                    cluster.Replication.WhenShort
                );
                foreach (var primary in topology.Primaries.Indexes)
                {
                    foreach (
                        var fault in Fault
                            .Enumerate(topology, 2)
                            .Where(f => !f.Lost.IsEmpty || f.LostRepositories != 0)
                            .Where(f => f.Scenario != FailureScenario.RepositoryLoss)
                    )
                    {
                        var before = Least(book, primary, fault);
                        for (var more = 0; more < topology.Members.Length; more++)
                            Assert.True(
                                Least(book, primary, fault with { Lost = fault.Lost.With(more) }).CompareTo(before) >= 0,
                                $"{seed}: {fault.What}, then {topology.Members[more].Name}"
                            );
                        for (var more = 0; more < topology.Repositories.Length; more++)
                            Assert.True(
                                Least(book, primary, fault with { LostRepositories = fault.LostRepositories | 1UL << more })
                                    .CompareTo(before) >= 0,
                                $"{seed}: {fault.What}, then a repository"
                            );
                    }
                }
            })
            .QuickCheckThrowOnFailure();

    private static Loss Least(RecoveryPaths book, int primary, Fault fault) =>
        book.Of(primary, fault).Select(p => p.Guaranteed).Aggregate((a, b) => a.CompareTo(b) <= 0 ? a : b);

    [Fact]
    public void OneMoreStandbyOfAny_NeverWeakensSurvivalOfAnythingElse() =>
        Prop.ForAll<int>(seed =>
            {
                var (environment, cluster, _) = Draw(seed);
                var topology = Topology.TryOf(cluster, environment)!;
                // Below "on" a rule that nobody can satisfy loses nothing, and one more standby lets it acknowledge what is not durable.
                if (cluster.Replication.Synchronous is not { Commit: >= CommitLevel.On } drawn)
                    return;
                var rule = drawn.Rule with { Method = SynchronousMethod.Any };
                for (var primary = 0; primary < topology.Members.Length; primary++)
                {
                    var before = Acknowledgement.Of(topology, rule, drawn.WhenShort, drawn.Commit, primary);
                    foreach (var member in topology.Members)
                    {
                        var after = Acknowledgement.Of(
                            topology,
                            rule with
                            {
                                Names = [.. rule.Names, member.Name],
                            },
                            drawn.WhenShort,
                            drawn.Commit,
                            primary
                        );
                        var added = topology.IndexOf(member.Name);
                        for (ulong lost = 0; lost < 1UL << topology.Members.Length; lost++)
                        {
                            if ((lost >> added & 1) == 0 && before.SurvivesGuaranteed(new MemberSet(lost)))
                                Assert.True(
                                    after.SurvivesGuaranteed(new MemberSet(lost)),
                                    $"{seed}: adding {member.Name} weakened the loss of {lost:b}"
                                );
                        }
                    }
                }
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Renaming_ChangesNothing() =>
        Prop.ForAll<int>(seed =>
            {
                var first = Draw(seed);
                var second = Draw(seed, i => $"{(char)('z' - i)}-other");
                Assert.Equal(Verdicts(first), Verdicts(second));

                static string Verdicts((FleetEnvironment Environment, Cluster Cluster, RecoveryPolicy Policy) drawn) =>
                    string.Join(
                        '\n',
                        Prover
                            .Prove(Fleet((drawn.Environment, drawn.Cluster), drawn.Policy))
                            .Contexts[0]
                            .Scenarios.Select(s =>
                                $"{s.Scenario} {s.LossVerdict} {s.OutageVerdict} {s.Guaranteed} {s.Nominal} {s.Outage.Short} {s.Instances} {s.Failing}"
                            )
                    );
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Proving_IsDeterministic() =>
        Prop.ForAll<int>(seed =>
            {
                var (environment, cluster, policy) = Draw(seed);
                var shuffled = cluster with { Members = [.. cluster.Members.Reverse()] };
                Assert.Equal(Texts(cluster), Texts(shuffled));

                string Texts(Cluster c) =>
                    string.Join(
                        '\n',
                        ClaimRules
                            .Judge(Fleet((environment, c), policy))
                            .Diagnostics.Select(d => $"{d.RuleId} {d.Message} {d.Hint}")
                    );
            })
            .QuickCheckThrowOnFailure();
}
