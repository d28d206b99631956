using System.Numerics;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs;

/// <summary>What one step of a what-if question does to one context.</summary>
/// <param name="PrimaryBefore">Member that held the role when the step struck, or null when none was left.</param>
/// <param name="PrimaryAfter">Member that holds the role when the path is walked to its end, or null when data comes from a backup.</param>
public sealed record WhatIfStep(
    string Event,
    string? PrimaryBefore,
    string? PrimaryAfter,
    RecoveryPath Path,
    RecoveryPath LosesLeast,
    RecoveryPath BackFirst,
    string? Counterexample
);

/// <param name="Touched">False when nothing of the context's cluster was hit.</param>
public sealed record WhatIfContext(string Context, string Cluster, bool Touched, Loss Loss, EquatableArray<WhatIfStep> Steps);

/// <summary>Plays a what-if question over the whole fleet: for each context the primary of today's documents, step after step.</summary>
public static class WhatIfAnswer
{
    public static EquatableArray<WhatIfContext> Of(ValidFleet fleet, WhatIf question)
    {
        var ground = new ProofGround(fleet, 1);
        return fleet
            .Policies.OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => (Policy: p, Topology: ground.TopologyOf(p.Cluster.Value)))
            .Where(p => p.Topology is not null)
            .Select(p => Play(fleet, p.Policy, p.Topology!, question))
            .ToEquatableArray();
    }

    private static WhatIfContext Play(ValidFleet fleet, RecoveryPolicy policy, Topology topology, WhatIf question)
    {
        var level = ProofGround.CommitOf(policy, topology).Level;
        var book = new RecoveryPaths(
            topology,
            policy,
            level,
            topology.Cluster.Replication.Rule,
            topology.Cluster.Replication.WhenShort
        );
        var claims = new Claims(policy, fleet.Classes);
        var primary = InitialPrimary(topology);
        var gone = new Fault { Scenario = FailureScenario.DomainsLoss, What = "nothing" };
        var steps = new List<WhatIfStep>();
        var total = Loss.None;
        var touched = false;
        foreach (var step in question.Steps)
        {
            var text = string.Join(" and ", step);
            var struck = Strike(topology, gone, step);
            touched |=
                struck.Lost != gone.Lost
                || struck.LostRepositories != gone.LostRepositories
                || struck.CutSitesA != 0
                || struck.LostObservers != gone.LostObservers;
            gone = struck with { CutSitesA = gone.CutSitesA | struck.CutSitesA, CutSitesB = gone.CutSitesB | struck.CutSitesB };
            if (primary < 0)
            {
                var nothing = new RecoveryPath(
                    PathKind.Nothing,
                    "the context is down already, waiting for a restore",
                    false,
                    Loss.None,
                    Loss.None,
                    Outage.Never("the restore ends")
                );
                steps.Add(new WhatIfStep(text, null, null, nothing, nothing, nothing, null));
                continue;
            }
            var fault = FaultFor(topology, gone, primary, text);
            var instance = Prover.Judge(primary, fault, claims, topology, book);
            var counterexample =
                fault.Lost.Contains(primary) && instance.Path.Guaranteed.Kind != LossKind.None
                    ? Counterexample.Of(instance with { LossVerdict = Verdict.Impossible }, topology, book).Text
                    : null;
            var after = After(topology, book, primary, fault, instance.Path);
            steps.Add(
                new WhatIfStep(
                    text,
                    topology.Members[primary].Name,
                    after < 0 ? null : topology.Members[after].Name,
                    instance.Path,
                    RecoveryPath.LosingLeast(instance.Paths),
                    RecoveryPath.BackFirst(instance.Paths),
                    counterexample
                )
            );
            if (instance.Path.Guaranteed.CompareTo(total) > 0)
                total = instance.Path.Guaranteed;
            primary = after;
        }
        return new WhatIfContext(policy.Name, topology.Cluster.Name, touched, total, steps.ToEquatableArray());
    }

    /// <summary>Losses count from here on; a cut is judged only where no member of the step is lost, since a site that is cut and lost is lost.</summary>
    private static Fault FaultFor(Topology topology, Fault gone, int primary, string text)
    {
        var what = $"'{text}' strikes";
        if (gone.Lost.Contains(primary))
        {
            return gone with { What = what, Size = Math.Max(1, gone.Lost.Count), CutSitesA = 0, CutSitesB = 0 };
        }
        if (gone.CutSitesA == 0)
            return gone with { What = what };
        // Members that are gone cannot be reached either; the partition rule sees them as standing on the other side.
        return gone with { Scenario = FailureScenario.Partition, What = what };
    }

    private static Fault Strike(Topology topology, Fault gone, EquatableArray<WhatIfEvent> events)
    {
        foreach (var e in events)
        {
            if (e is WhatIfEvent.Cut cut)
            {
                var a = SiteBit(topology, cut.SiteA);
                var b = cut.SiteB is null ? ((1UL << topology.Sites.Length) - 1) & ~a : SiteBit(topology, cut.SiteB);
                gone = a == 0 || b == 0 ? gone : gone with { CutSitesA = a, CutSitesB = b };
            }
            else if (e is WhatIfEvent.Lose lose)
            {
                gone = Lose(topology, gone, lose.Name);
            }
        }
        return gone;
    }

    private static Fault Lose(Topology topology, Fault gone, string name)
    {
        var lost = topology.Where(m =>
            m.Name == name
            || m.Declared.Host == name
            || topology.Domains[m.Domain].Name == name
            || topology.Sites[m.Site].Name == name
        );
        ulong repositories = 0,
            observers = 0;
        for (var i = 0; i < topology.Repositories.Length; i++)
        {
            var r = topology.Repositories[i];
            if (
                r.Declared.Name == name
                || r.Declared.Site == name
                || r.Domain >= 0 && topology.Domains[r.Domain].Name == name
                || r.Domain < 0 && r.Site >= 0 && topology.Domains.Any(d => d.Name == name && d.Site == r.Site)
            )
                repositories |= 1UL << i;
        }
        for (var i = 0; i < topology.Observers.Length; i++)
        {
            var o = topology.Observers[i];
            if (
                o.Name == name
                || o.Site >= 0 && topology.Sites[o.Site].Name == name
                || topology.Domains.Any(d =>
                    d.Name == name && d.Site == o.Site && (o.Domain < 0 || topology.Domains[o.Domain].Name == name)
                )
            )
                observers |= 1UL << i;
        }
        return gone with
        {
            Lost = gone.Lost | lost,
            LostRepositories = gone.LostRepositories | repositories,
            LostObservers = gone.LostObservers | observers,
        };
    }

    private static ulong SiteBit(Topology topology, string site)
    {
        for (var i = 0; i < topology.Sites.Length; i++)
        {
            if (topology.Sites[i].Name == site)
                return 1UL << i;
        }
        return 0;
    }

    private static int InitialPrimary(Topology topology)
    {
        if (topology.PrimarySite < 0)
            return -1;
        var home = topology.Sites[topology.PrimarySite].Members;
        var initial = topology.Where(m => m.Declared.Initial) & home;
        var first = !initial.IsEmpty ? initial : topology.Promotable & home;
        return first.IsEmpty
            ? topology.Primaries.IsEmpty
                ? -1
                : BitOperations.TrailingZeroCount(topology.Primaries.Bits)
            : BitOperations.TrailingZeroCount(first.Bits);
    }

    private static int After(Topology topology, RecoveryPaths book, int primary, Fault fault, RecoveryPath path)
    {
        if (!fault.Lost.Contains(primary))
            return path.Kind == PathKind.PromoteCrossSite
                ? First(
                    topology.Promotable
                        & topology.Where(m => (fault.UnreachableSites(topology.Members[primary].Site) >> m.Site & 1) != 0)
                )
                : primary;
        var candidates = (topology.Promotable - fault.Lost).Without(primary);
        var local = candidates & topology.Sites[topology.Members[primary].Site].Members;
        var group =
            path.Kind == PathKind.PromoteLocal ? local
            : path.Kind == PathKind.PromoteCrossSite ? candidates - local
            : MemberSet.Empty;
        // A synchronous standby has the most; among equals the first by name.
        var synchronous = group & book.AcknowledgementBy(primary).Standbys;
        return First(synchronous.IsEmpty ? group : synchronous);
    }

    private static int First(MemberSet members) => members.IsEmpty ? -1 : BitOperations.TrailingZeroCount(members.Bits);
}
