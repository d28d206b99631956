using FsCheck;
using FsCheck.Fluent;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Planning;

/// <summary>What holds for every fleet and every state. A failure prints its seed.</summary>
public class PlanProperties
{
    private static readonly string[] Three = ["core-1", "core-2", "core-3"];

    [Fact]
    [Trait("Requirement", "R-16")]
    public void Plan_WhenTheDocumentHasComeTrue_IsEmpty() =>
        ForAllSeeds(
            300,
            seed =>
            {
                var cluster = new RandomFleets(seed).Cluster(Three);

                var plan = Plans.Of(cluster, Materialised.Of(cluster));

                Assert.Empty(plan.Refusals);
                Assert.Empty(
                    plan.Changes.Where(c => c.Cause != ChangeCause.Undeclared).Select(c => $"{c.Key}: {c.Live} → {c.Desired}")
                );
                Assert.Empty(plan.Ids());
            }
        );

    [Fact]
    [Trait("Requirement", "R-16")]
    public void Plan_FromAnyStateInterruptedAnywhere_ReachesTheDocumentAndThenStops() =>
        ForAllSeeds(
            250,
            seed =>
            {
                var (problem, _) = Problem(seed);
                var plan = problem.Plan();
                Assert.DoesNotContain(plan.Refusals, r => r.RuleId == PlanRule.Unproven);

                for (var done = 0; done <= plan.Steps.Count; done++)
                {
                    var interrupted = problem.After(plan.Steps.Take(done));
                    var rest = interrupted.Plan();
                    Assert.DoesNotContain(rest.Refusals, r => r.RuleId == PlanRule.Unproven);
                    var final = interrupted.After(rest.Steps);
                    var last = final.Plan();
                    Assert.Equal([], last.Ids());
                    Assert.All(last.Changes.Where(c => c.Cause != ChangeCause.Undeclared), c => Assert.NotNull(c.NotActedOn));
                }
                // Where nothing stands in the way, everything is reached.
                if (plan.Refusals.Count == 0 && problem.Unknown.Count == 0)
                    Assert.Empty(
                        problem
                            .After(plan.Steps)
                            .Plan()
                            .Changes.Where(c => c.Key.Field != Field.Streaming)
                            .Select(c => c.Key.ToString())
                    );
            }
        );

    [Fact]
    public void Plan_WithAnUnreadableMember_TouchesNothingOnIt() =>
        ForAllSeeds(
            250,
            seed =>
            {
                var (problem, unreadable) = Problem(seed);
                var plan = problem.Plan();

                foreach (var member in unreadable)
                {
                    Assert.DoesNotContain(plan.Steps, s => TargetOf(s) == member);
                    Assert.Contains(plan.Unknowns, u => u.Contains(member, StringComparison.Ordinal));
                }
            }
        );

    [Fact]
    public void Plan_FromAnyState_NeedsNoPrimaryBeforeOneRuns() =>
        ForAllSeeds(
            400,
            seed =>
            {
                var (problem, _) = Problem(seed);
                var plan = problem.Plan();
                Assert.DoesNotContain(plan.Refusals, r => r.RuleId == PlanRule.Unproven);
                // Told apart from the planner's own simulation: who runs as a primary at the start, and what the steps say they do.
                var runs = Three.Where(m => Is(m, "role", "primary") && Is(m, "running", "true")).ToHashSet();
                foreach (var step in plan.Steps)
                {
                    switch (step.Action)
                    {
                        case StepAction.InitialisePrimary made:
                            runs.Add(made.Member);
                            break;
                        case StepAction.StartServer start:
                            if (Is(start.Member, "role", "primary"))
                                runs.Add(start.Member);
                            break;
                        default:
                            Assert.True(
                                runs.Count == 1,
                                $"{step.Id} comes while {runs.Count} primaries run, in {string.Join(", ", plan.Ids())}"
                            );
                            break;
                    }
                }

                bool Is(string member, string field, string value) =>
                    problem.Live.GetValueOrDefault(problem.Key(new ObjectPath.Member(member), Field.Parse(field)))?.Canonical
                    == value;
            }
        );

    [Fact]
    public void Plan_WhenThePrimaryIsUnreadable_RemovesNothing() =>
        ForAllSeeds(
            150,
            seed =>
            {
                var random = new RandomFleets(seed);
                var cluster = random.Cluster(Three);
                var made = new RandomFleets(seed + 1).Cluster(Three);
                var snapshot = Materialised
                    .Of(made, m => m == "core-1" ? Snapshots.Unreachable(m) : null!)
                    .WithRecord(Inventory(made));

                var plan = Plans.Of(cluster, snapshot);

                Assert.DoesNotContain(plan.Steps, s => s.Removes.Count > 0);
            }
        );

    [Fact]
    public void Plan_WhateverIsGoneFromGit_StaysWithinTheRemovalBudget() =>
        ForAllSeeds(
            300,
            seed =>
            {
                var (problem, _) = Problem(seed);
                var budget = problem.Environment.Removal;

                var removals = problem.Plan().Steps.Where(s => s.Removes.Count > 0 && s.Effects.Count > 0).ToArray();

                Assert.True(removals.Length <= budget.CountMax, $"{removals.Length} removals");
                Assert.All(removals.SelectMany(s => s.Removes), r => Assert.Contains(r, problem.Inventory));
            }
        );

    [Fact]
    public void Plan_InAnyOrderOfDeclarations_HasTheSameIdAndSteps() =>
        ForAllSeeds(
            150,
            seed =>
            {
                var random = new RandomFleets(seed);
                var cluster = random.Cluster(Three);
                var shuffled = cluster with
                {
                    Roles = [.. random.Shuffled(cluster.Roles)],
                    Databases = [.. random.Shuffled(cluster.Databases)],
                    Parameters = [.. random.Shuffled(cluster.Parameters)],
                };
                var live = Snapshots.Fleet(Materialised.Of(new RandomFleets(seed + 1).Cluster(Three)));

                var one = Planner.Plan(Fleets.Fleet(cluster), live, Plans.Options);
                var other = Planner.Plan(Fleets.Fleet(shuffled), live, Plans.Options);

                Assert.Equal(one.Id, other.Id);
                Assert.Equal(
                    one.Clusters[0].Sql().Order(StringComparer.Ordinal),
                    other.Clusters[0].Sql().Order(StringComparer.Ordinal)
                );
            }
        );

    [Fact]
    public void Plan_WithTheSameInputs_GivesTheSameBytes() =>
        ForAllSeeds(
            50,
            seed =>
            {
                var cluster = new RandomFleets(seed).Cluster(Three);
                var live = Snapshots.Fleet(Materialised.Of(new RandomFleets(seed + 1).Cluster(Three)));

                Assert.Equal(Bytes(), Bytes());

                byte[] Bytes() =>
                    Core.Reporting.Plans.PlanJson.Write(Planner.Plan(Fleets.Fleet(cluster), live, Plans.Options)).ToArray();
            }
        );

    /// <summary>Some document over some other document's world, parts of which are broken.</summary>
    private static (ClusterProblem Problem, List<string> Unreadable) Problem(int seed)
    {
        var random = new RandomFleets(seed);
        var desired = random.Cluster(Three);
        var made = new RandomFleets(seed + 7919).Cluster(Three);
        List<string> unreadable = [];
        ClusterSnapshot snapshot;
        if (random.Chance(15))
        {
            snapshot = Snapshots.Empty(Three);
        }
        else
        {
            var stopped = random.Chance(25);
            snapshot = Materialised.Of(
                made,
                m =>
                    m == "core-1"
                        ? stopped
                            ? Snapshots.Stopped(m, standby: false)
                            : null!
                        : Broken(random, m, unreadable)!
            );
            var gone = snapshot.Members.Where(m => m.Server is not Observation<ServerFacts>.Seen).Select(m => m.Name).ToArray();
            snapshot = snapshot with
            {
                Members =
                [
                    .. snapshot.Members.Select(m =>
                        m.Server is Observation<ServerFacts>.Seen { Value: { InRecovery: false } facts }
                            ? Snapshots.Seen(
                                m.Name,
                                facts with
                                {
                                    Standbys = [.. facts.Standbys.Where(s => !gone.Contains(s.ApplicationName))],
                                }
                            )
                            : m
                    ),
                ],
            };
            if (random.Chance(60))
                snapshot = snapshot.WithRecord(random.Some(Inventory(made)));
            if (random.Chance(60))
                snapshot = snapshot with
                {
                    Members =
                    [
                        .. snapshot.Members.Select(m =>
                            m.Server is Observation<ServerFacts>.Seen { Value: var facts }
                                ? Snapshots.Seen(m.Name, facts with { AccessList = AccessListOf(random) })
                                : m
                        ),
                    ],
                };
        }
        return (PlanningInputBuilder.Read(Fleets.Environment(), desired, snapshot, Plans.PasswordsMatch, Fleets.Now), unreadable);
    }

    private static MemberSnapshot? Broken(RandomFleets random, string member, List<string> unreadable)
    {
        if (random.Chance(70))
            return null;
        if (random.Chance(40))
            return Snapshots.Absent(member);
        if (random.Chance(50))
            return Snapshots.Stopped(member, standby: true);
        unreadable.Add(member);
        return Snapshots.Unreachable(member);
    }

    private static AccessListFacts? AccessListOf(RandomFleets random) =>
        random.Chance(15)
            ? null
            : new AccessListFacts(
                random.Chance(85),
                [.. random.Some(AccessList.LinesOf(Fleets.Environment())), .. random.Some(["host all all 10.9.0.0/16 md5"])],
                random.Chance(70)
            );

    private static IEnumerable<string> Inventory(Cluster made) =>
        [
            .. made.Roles.Select(r => new ObjectPath.Role(r.Name).ToString()),
            .. made.Databases.Select(d => new ObjectPath.Database(d.Name).ToString()),
            .. made.Databases.SelectMany(d => d.Schemas.Select(s => new ObjectPath.Schema(d.Name, s.Name).ToString())),
            .. made.Databases.SelectMany(d => d.Extensions.Select(e => new ObjectPath.Extension(d.Name, e.Name).ToString())),
        ];

    private static string? TargetOf(Step step) =>
        step.Action.Match(
            a => a.Member,
            a => a.Member,
            a => a.Member,
            a => a.Member,
            a => a.Member,
            a => a.Member,
            a => a.Member,
            a => a.Member
        );

    private static void ForAllSeeds(int tests, Action<int> holds) =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed => holds(seed))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(tests));
}
