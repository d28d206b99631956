using System.Collections.Immutable;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs;

/// <summary>A change that would make a refuted claim hold, tried with the prover itself.</summary>
/// <param name="Text">What to write: <c>list only core-3</c>.</param>
/// <param name="Edits">Fields and list entries that change.</param>
public sealed record Fix(string Text, int Edits, SynchronousRule? Rule);

/// <summary>Looks for the nearest synchronous rule, or the nearest claim, that would hold.</summary>
public static class FixSearch
{
    // Lists of more candidates than this are not searched through: 2^8 subsets of them times their counts stay below a millisecond each.
    private const int CandidatesMax = 8;

    /// <summary>At most two changes of the topology, the nearest first.</summary>
    public static EquatableArray<Fix> Topologies(ContextProof proof, ClaimScope scope)
    {
        if (proof.Topology is not { } topology || topology.PrimarySite < 0)
            return [];
        var declared = topology.Cluster.Replication.Synchronous;
        var faults = proof.Scenarios.Where(s => s.RefutedLoss(scope) is not null).Select(s => s.Scenario).ToHashSet();
        var all = Fault.Enumerate(topology, 1).Where(f => faults.Contains(f.Scenario)).ToImmutableArray();
        if (all.IsEmpty)
            return [];
        var homes = topology.Primaries & topology.Sites[topology.PrimarySite].Members;
        var candidates = (topology.All - topology.StandbyClusterMembers)
            .Indexes.Where(i =>
                topology.Members[i].Declared.From is null && homes.Without(i).Bits != 0
                || topology.Members[i].Site != topology.PrimarySite && topology.Members[i].Declared.From is null
            )
            .ToArray();
        if (candidates.Length is 0 or > CandidatesMax)
            return [];
        var level = ProofGround.CommitOf(proof.Policy, topology);
        var rules = new List<(int Edits, SynchronousRule Rule)>();
        for (var subset = 1; subset < 1 << candidates.Length; subset++)
        {
            var names = candidates
                .Where((_, position) => (subset >> position & 1) != 0)
                .Select(i => topology.Members[i].Name)
                .ToArray();
            for (var count = 1; count <= names.Length; count++)
            {
                var method =
                    count == names.Length && declared is not null && names.Length == declared.Rule.Names.Count
                        ? declared.Rule.Method
                        : SynchronousMethod.Any;
                var rule = new SynchronousRule(method, count, [.. names]);
                rules.Add((Edits(declared, rule, level), rule));
            }
        }
        var fixes = new List<Fix>();
        var tried = rules
            .OrderBy(r => r.Edits)
            .ThenBy(r => r.Rule.Count)
            .ThenBy(r => r.Rule.Names.Count)
            .ThenBy(r => string.Join(' ', r.Rule.Names), StringComparer.Ordinal);
        foreach (var (edits, rule) in tried)
        {
            // Only equally near ones are worth showing beside the first.
            if (fixes.Count == 2 || fixes.Count > 0 && edits > fixes[0].Edits)
                break;
            if (Holds(proof, topology, all, rule, homes, scope))
                fixes.Add(new Fix(Describe(declared, rule, level), edits, rule));
        }
        return fixes.ToEquatableArray();
    }

    /// <summary>The nearest claim about loss that the topology keeps, or that the live loop can watch. Null when there is none.</summary>
    public static string? NearestClaim(ContextProof proof, ClaimScope scope)
    {
        var refuted = proof.Scenarios.Select(s => s.RefutedLoss(scope)).OfType<Instance>().ToArray();
        var limit = refuted.Select(s => s.Claim.LossLimit).Max() ?? TimeSpan.Zero;
        var bounds = refuted
            .Select(s =>
                s.Paths.Where(p => p.Guaranteed is { Kind: LossKind.Bounded, Duration: not null })
                    .Select(p => p.Guaranteed.Duration)
                    .Min()
            )
            .ToArray();
        var watchable = refuted.All(s => s.Paths.Any(p => p.Watchable));
        if (bounds.Length > 0 && bounds.All(b => b is not null) && bounds.Max() is { } bound && bound > limit)
            return $"claim {Amounts.Round(bound)}";
        var least = refuted.SelectMany(s => s.Paths).Select(p => p.LossAtLeast ?? TimeSpan.Zero).DefaultIfEmpty().Max();
        if (!watchable || limit != TimeSpan.Zero && limit >= least || least > TimeSpan.FromSeconds(30))
            return null;
        return scope == ClaimScope.CrossSite
            ? "claim 30s, which the loop then watches as lag"
            : "choose a class above zero, which the loop then watches as lag";
    }

    /// <summary>Both, as a hint of a diagnostic.</summary>
    internal static string Hint(
        ContextProof proof,
        ClaimScope scope,
        string where,
        Dictionary<FixQuestion, EquatableArray<Fix>> known
    )
    {
        var question = FixQuestion.Of(proof, scope);
        if (!known.TryGetValue(question, out var fixes))
            known[question] = fixes = Topologies(proof, scope);
        var options = fixes.Select(f => f.Text).ToList();
        if (NearestClaim(proof, scope) is { } claim)
            options.Add(claim);
        return options.Count == 0 ? where : $"{string.Join(", or ", options)}; {where}";
    }

    internal static string? SlowerClass(RecoveryClasses? classes, TimeSpan needed) =>
        classes?.Rto.Where(c => c.Limit >= needed).OrderBy(c => c.Limit).FirstOrDefault() is { } slower
            ? $"claim rtoClass {slower.Name} ({Amounts.Round(slower.Limit)}), or shorten the largest term"
            : null;

    private static bool Holds(
        ContextProof proof,
        Topology topology,
        ImmutableArray<Fault> faults,
        SynchronousRule rule,
        MemberSet homes,
        ClaimScope scope
    )
    {
        var book = new RecoveryPaths(topology, proof.Policy, CommitLevel.On, rule, WhenShort.Block);
        foreach (var primary in homes.Indexes)
        {
            // A rule that its own primaries could not satisfy is no fix.
            if (!book.AcknowledgementBy(primary).WritesGoOnWithout(MemberSet.Empty))
                return false;
        }
        foreach (var fault in faults)
        {
            foreach (var primary in topology.Primaries.Indexes)
            {
                var instance = Prover.Judge(primary, fault, proof.Claims, topology, book);
                if (instance.Claim.Scope == scope && instance.LossVerdict is not (Verdict.Holds or Verdict.NotClaimed))
                    return false;
            }
        }
        return true;
    }

    private static int Edits(SynchronousReplication? declared, SynchronousRule rule, EffectiveCommit level)
    {
        var edits = level.Level < CommitLevel.On ? 1 : 0;
        if (declared is null)
            return edits + rule.Names.Count;
        edits += rule.Names.Except(declared.Rule.Names).Count() + declared.Rule.Names.Except(rule.Names).Count();
        return edits
            + (declared.Rule.Count != rule.Count ? 1 : 0)
            + (declared.WhenShort == WhenShort.Degrade ? 1 : 0)
            + (ChangesMethod(declared.Rule, rule) ? 1 : 0);
    }

    private static string Describe(SynchronousReplication? declared, SynchronousRule rule, EffectiveCommit level)
    {
        var parts = new List<string>();
        var names = Amounts.List(rule.Names);
        if (declared is null)
            parts.Add(
                $"declare a synchronous rule: {(rule.Method == SynchronousMethod.Any ? "ANY" : "FIRST")} {rule.Count} of {names}"
            );
        else if (!rule.Names.ToHashSet().SetEquals(declared.Rule.Names))
            parts.Add(rule.Names.All(declared.Rule.Names.Contains) ? $"list only {names}" : $"list {names}");
        if (declared is not null && declared.Rule.Count != rule.Count)
            parts.Add($"count {rule.Count}");
        if (declared is { WhenShort: WhenShort.Degrade })
            parts.Add("whenShort: block");
        if (level.Level < CommitLevel.On)
            parts.Add($"synchronous_commit = on in {level.Where}");
        if (declared is not null && ChangesMethod(declared.Rule, rule))
            parts.Add("method: any");
        return parts.Count == 0 ? "keep the rule" : string.Join(" with ", parts);
    }

    private static bool ChangesMethod(SynchronousRule declared, SynchronousRule rule) =>
        declared.Method == SynchronousMethod.First && rule.Method == SynchronousMethod.Any && rule.Count < rule.Names.Count;
}

/// <summary>Everything a search for fixes depends on: contexts that ask the same question of one cluster share the answer.</summary>
internal sealed record FixQuestion(
    Topology Topology,
    ClaimScope Scope,
    TimeSpan? LossLimit,
    int Tolerates,
    CrossSiteReplication Replication,
    FailoverMode Local,
    FailoverMode CrossSite,
    string? OnPartition,
    PlanningFigures? Planning,
    long? WalRate,
    EffectiveCommit Commit,
    string Refuted
)
{
    public static FixQuestion Of(ContextProof proof, ClaimScope scope)
    {
        var policy = proof.Policy;
        return new FixQuestion(
            proof.Topology!,
            scope,
            (scope == ClaimScope.Local ? proof.Claims.Local : proof.Claims.CrossSite).LossLimit,
            policy.Tolerates,
            policy.CrossSite.Replication.Value,
            policy.FailoverLocal.Value,
            policy.FailoverCrossSite.Value,
            policy.Promotion?.OnPartition.Value,
            policy.Planning,
            policy.Writes?.WalBytesPerSecond?.Bytes,
            ProofGround.CommitOf(policy, proof.Topology!),
            string.Join(' ', proof.Scenarios.Where(s => s.RefutedLoss(scope) is not null).Select(s => s.Scenario))
        );
    }
}
