using System.Collections.Immutable;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Verdicts;

/// <summary>A claim that held before a step and would not hold after it.</summary>
public sealed record BrokenClaim(string Context, FailureScenario Scenario, Verdict Before, Verdict After, string Because)
{
    public override string ToString() => $"{Context}: the objective for {Scenario.Title()} is not met in between: {Because}";
}

/// <summary>What may hold on a cluster between two steps of a plan, as far as claims can see it.</summary>
/// <param name="Commit">The instance's synchronous_commit at that moment.</param>
/// <param name="Unavailable">Members that are down, restarting or not yet cloned at that moment.</param>
public sealed record SynchronousState(SynchronousRule Rule, CommitLevel Commit, EquatableArray<string> Unavailable)
{
    /// <summary>Levels stored for roles and databases at that moment; null where those of the documents are meant.</summary>
    public EquatableArray<StoredLevel>? Stored { get; init; }
}

/// <param name="OfRole">Of a role; otherwise of a database.</param>
public sealed record StoredLevel(bool OfRole, string Name, string Level);

/// <summary>No step may pass through a state that breaks a claim which held before .</summary>
/// <remarks>Claims about loss only: a step that restarts a server is an outage by intent, and windows and approvals govern that.</remarks>
public sealed class ClaimInvariant
{
    private readonly ProofGround ground;

    public ClaimInvariant(ValidFleet fleet) => ground = new ProofGround(fleet, 1);

    /// <returns>Claims that hold in <paramref name="before"/> and not in <paramref name="after"/>, ordered by context and scenario.</returns>
    public ImmutableArray<BrokenClaim> Broken(string cluster, SynchronousState before, SynchronousState after)
    {
        var (topology, faults) = ground.LayOut(cluster);
        if (topology is null || before == after)
            return [];
        var broken = ImmutableArray.CreateBuilder<BrokenClaim>();
        foreach (var policy in ground.PoliciesOf(cluster))
        {
            var claims = new Claims(policy, ground.Fleet.Classes);
            var was = Losses(policy, claims, topology, faults, before);
            var becomes = Losses(policy, claims, topology, faults, after);
            foreach (var (scenario, instance) in becomes)
            {
                if (!was.TryGetValue(scenario, out var old))
                    continue;
                if (
                    instance.LossVerdict.Badness() <= old.LossVerdict.Badness()
                    || old.LossVerdict is not (Verdict.Holds or Verdict.Unproven or Verdict.Met)
                )
                    continue;
                var book = BookOf(policy, topology, after);
                broken.Add(
                    new BrokenClaim(
                        policy.Name,
                        scenario,
                        old.LossVerdict,
                        instance.LossVerdict,
                        Counterexample.Of(instance, topology, book).Text
                    )
                );
            }
        }
        return broken.ToImmutable();
    }

    private static SortedDictionary<FailureScenario, Instance> Losses(
        RecoveryPolicy policy,
        Claims claims,
        Topology topology,
        ImmutableArray<Fault> faults,
        SynchronousState state
    )
    {
        var book = BookOf(policy, topology, state);
        var down = topology.Where(m => state.Unavailable.Contains(m.Name, StringComparer.Ordinal));
        var worst = new SortedDictionary<FailureScenario, Instance>();
        foreach (var fault in faults)
        {
            foreach (var primary in (topology.Primaries - down).Indexes)
            {
                // A member that is down now cannot be the one that is promoted: it counts as lost with whatever strikes.
                var instance = Prover.Judge(
                    primary,
                    fault.Lost.IsEmpty ? fault : fault with { Lost = fault.Lost | down },
                    claims,
                    topology,
                    book
                );
                if (instance.Claim.LossLimit is null)
                    continue;
                if (
                    !worst.TryGetValue(fault.Scenario, out var known)
                    || instance.LossVerdict.Badness() > known.LossVerdict.Badness()
                )
                    worst[fault.Scenario] = instance;
            }
        }
        return worst;
    }

    private static bool IsLevel(Parameter setting) =>
        setting.Name.Equals(EffectiveCommit.Setting, StringComparison.OrdinalIgnoreCase);

    private static EquatableArray<Parameter> With(EquatableArray<Parameter> settings, StoredLevel? stored, SourceSpan at) =>
        [
            .. settings.Where(s => !IsLevel(s)),
            .. stored is null ? [] : (Parameter[])[new Parameter(EffectiveCommit.Setting, stored.Level, at)],
        ];

    private static RecoveryPaths BookOf(RecoveryPolicy policy, Topology topology, SynchronousState state)
    {
        var declared = topology.Cluster;
        var simulated = declared with
        {
            Parameters =
            [
                .. declared.Parameters.Where(p => !IsLevel(p)),
                new Parameter(EffectiveCommit.Setting, state.Commit.Spell(), declared.Replication.At),
            ],
        };
        if (state.Stored is { } stored)
        {
            simulated = simulated with
            {
                Databases =
                [
                    .. declared.Databases.Select(d =>
                        d with
                        {
                            Settings = With(d.Settings, stored.FirstOrDefault(s => !s.OfRole && s.Name == d.Name), d.At),
                        }
                    ),
                ],
                Roles =
                [
                    .. declared.Roles.Select(r =>
                        r with
                        {
                            Settings = With(r.Settings, stored.FirstOrDefault(s => s.OfRole && s.Name == r.Name), r.At),
                        }
                    ),
                ],
            };
        }
        var level = EffectiveCommit
            .Of(simulated, policy.Database.Value, policy.Schema?.Value, topology.Environment.Access.User)
            .Level;
        return new RecoveryPaths(topology, policy, level, state.Rule, declared.Replication.WhenShort);
    }
}
