using System.Collections.Immutable;
using PgGitOps.Core.Desired;
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
        var faults = proof.Scenarios.Where(s => s.Claim.Scope == scope && s.LossVerdict == Verdict.Impossible && s.Worst is not null)
            .Select(s => s.Scenario).ToHashSet();
        var all = Fault.Enumerate(topology, 1).Where(f => faults.Contains(f.Scenario)).ToImmutableArray();
        if (all.IsEmpty)
            return [];
        var homes = topology.Primaries & topology.Sites[topology.PrimarySite].Members;
        var candidates = (topology.All - topology.StandbyClusterMembers).Indexes
            .Where(i => topology.Members[i].Declared.From is null && homes.Without(i).Bits != 0 || topology.Members[i].Site != topology.PrimarySite && topology.Members[i].Declared.From is null)
            .ToArray();
        if (candidates.Length is 0 or > CandidatesMax)
            return [];
        var level = ProofGround.CommitOf(proof.Policy, topology);
        var fixes = new List<Fix>();
        for (var subset = 1; subset < 1 << candidates.Length; subset++)
        {
            var names = candidates.Where((_, position) => (subset >> position & 1) != 0).Select(i => topology.Members[i].Name).ToArray();
            for (var count = 1; count <= names.Length; count++)
            {
                var rule = new SynchronousRule(
                    count == names.Length && declared is not null && names.Length == declared.Standbys.Count ? declared.Method : SynchronousMethod.Any, count,
                    names.Select(n => new Located<string>(n, default)).ToEquatableArray(), CommitLevel.On, WhenShort.Block, declared?.At ?? default);
                if (Holds(proof, topology, all, rule, homes, scope))
                    fixes.Add(Describe(declared, rule, level));
            }
        }
        var nearest = fixes.Count == 0 ? 0 : fixes.Min(f => f.Edits);
        return fixes.Where(f => f.Edits == nearest).OrderBy(f => f.Edits).ThenBy(f => f.Rule!.Count).ThenBy(f => f.Rule!.Standbys.Count).ThenBy(f => f.Text, StringComparer.Ordinal).Take(2).ToEquatableArray();
    }

    /// <summary>The nearest claim about loss that the topology keeps, or that the live loop can watch. Null when there is none.</summary>
    public static string? NearestClaim(ContextProof proof, ClaimScope scope)
    {
        var refuted = proof.Scenarios.Where(s => s.Claim.Scope == scope && s.LossVerdict == Verdict.Impossible && s.Worst is not null).ToArray();
        var limit = refuted.Select(s => s.Claim.LossLimit).Max() ?? TimeSpan.Zero;
        var bounds = refuted.Select(s => s.Worst!.Value.Paths.Where(p => p.Guaranteed is { Kind: LossKind.Bounded, Duration: not null }).Select(p => p.Guaranteed.Duration).Min()).ToArray();
        var watchable = refuted.All(s => s.Worst!.Value.Paths.Any(p => p.Watchable));
        if (bounds.Length > 0 && bounds.All(b => b is not null) && bounds.Max() is { } bound && bound > limit)
            return $"claim {Amounts.Round(bound)}";
        if (!watchable || limit != TimeSpan.Zero)
            return null;
        return scope == ClaimScope.CrossSite ? "claim 30s, which the loop then watches as lag" : "choose a class above zero, which the loop then watches as lag";
    }

    /// <summary>Both, as a hint of a diagnostic.</summary>
    internal static string Hint(ContextProof proof, ClaimScope scope, string where)
    {
        var options = Topologies(proof, scope).Select(f => f.Text).ToList();
        if (NearestClaim(proof, scope) is { } claim)
            options.Add(claim);
        return options.Count == 0 ? where : $"{string.Join(", or ", options)}; {where}";
    }

    internal static string? SlowerClass(RecoveryClasses? classes, TimeSpan needed) =>
        classes?.Rto.Where(c => c.Limit >= needed).OrderBy(c => c.Limit).FirstOrDefault() is { } slower
            ? $"claim rtoClass {slower.Name} ({Amounts.Round(slower.Limit)}), or shorten the largest term"
            : null;

    private static bool Holds(ContextProof proof, Topology topology, ImmutableArray<Fault> faults, SynchronousRule rule, MemberSet homes, ClaimScope scope)
    {
        var book = new PathBook(topology, proof.Policy, rule.Commit, rule);
        foreach (var primary in homes.Indexes)
        {
            // A rule that its own primaries could not satisfy is no fix.
            if (!book.RuleOf(primary).WritesGoOnWithout(MemberSet.Empty))
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

    private static Fix Describe(SynchronousRule? declared, SynchronousRule rule, EffectiveCommit level)
    {
        var parts = new List<string>();
        var edits = 0;
        var names = rule.Standbys.Select(s => s.Value).ToArray();
        var before = declared?.Standbys.Select(s => s.Value).ToArray() ?? [];
        if (!names.ToHashSet(StringComparer.Ordinal).SetEquals(before))
        {
            edits += names.Except(before, StringComparer.Ordinal).Count() + before.Except(names, StringComparer.Ordinal).Count();
            parts.Add(declared is null ? $"declare a synchronous rule: {Spell(rule)} of {Amounts.List(names)}" : names.Length < before.Length ? $"list only {Amounts.List(names)}" : $"list {Amounts.List(names)}");
        }
        if (declared is not null && declared.Count != rule.Count)
        {
            edits++;
            parts.Add($"count {rule.Count}");
        }
        if (declared is { WhenShort: WhenShort.Degrade })
        {
            edits++;
            parts.Add("whenShort: block");
        }
        if (level.Level < CommitLevel.On)
        {
            edits++;
            parts.Add($"synchronous_commit = on in {level.Where}");
        }
        if (declared is { Method: SynchronousMethod.First } && rule.Method == SynchronousMethod.Any && rule.Count < rule.Standbys.Count)
        {
            edits++;
            parts.Add("method: any");
        }
        return new Fix(parts.Count == 0 ? "keep the rule" : string.Join(" with ", parts), edits, rule);
    }

    private static string Spell(SynchronousRule rule) => $"{(rule.Method == SynchronousMethod.Any ? "ANY" : "FIRST")} {rule.Count}";
}
