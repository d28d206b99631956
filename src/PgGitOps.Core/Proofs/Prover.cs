using System.Collections.Immutable;
using System.Numerics;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs;

/// <summary>Decides what every recovery promise of a fleet is worth. Pure: the same documents give the same proof.</summary>
public static class Prover
{
    /// <summary>Failure domains that fail at once, unless asked otherwise. Two is what a maintenance plus a fault makes.</summary>
    public const int DepthDefault = 2;

    public static FleetProof Prove(ValidFleet fleet, int depth = DepthDefault)
    {
        var ground = new ProofGround(fleet, depth);
        return new FleetProof(depth, [.. fleet.Policies.OrderBy(p => p.Name, StringComparer.Ordinal).Select(ground.Prove)]);
    }

    internal static ContextProof Prove(
        RecoveryPolicy policy,
        Claims claims,
        Topology topology,
        ImmutableArray<Fault> faults,
        CommitLevel level
    )
    {
        var book = new RecoveryPaths(
            topology,
            policy,
            level,
            topology.Cluster.Replication.Rule,
            topology.Cluster.Replication.WhenShort
        );
        var scenarios = ImmutableArray.CreateBuilder<ScenarioProof>();
        var start = 0;
        while (start < faults.Length)
        {
            var end = start;
            while (end < faults.Length && faults[end].Scenario == faults[start].Scenario)
                end++;
            scenarios.Add(ProveScenario(faults.AsSpan()[start..end], claims, topology, book));
            start = end;
        }
        return new ContextProof(
            policy,
            topology.Cluster,
            claims,
            topology,
            book,
            new EquatableArray<ScenarioProof>(scenarios.ToImmutable())
        );
    }

    private static ScenarioProof ProveScenario(ReadOnlySpan<Fault> faults, Claims claims, Topology topology, RecoveryPaths book)
    {
        var worst = new WorstInstances(topology);
        var (instances, failing) = (0, 0);
        var nominal = Loss.None;
        foreach (var fault in faults)
        {
            for (var bits = topology.Primaries.Bits; bits != 0; bits &= bits - 1)
            {
                var instance = Judge(BitOperations.TrailingZeroCount(bits), fault, claims, topology, book);
                instances++;
                if (instance.Verdict.Badness() >= Verdict.Impossible.Badness())
                    failing++;
                worst.Note(instance);
                if (instance.Path.Nominal.CompareTo(nominal) > 0)
                    nominal = instance.Path.Nominal;
            }
        }
        var scenario = faults[0].Scenario;
        return instances == 0
            ? ScenarioProof.WithoutPrimary(scenario)
            : ScenarioProof.Of(scenario, worst, nominal, instances, failing, topology, book);
    }

    internal static Instance Judge(int primary, Fault fault, Claims claims, Topology topology, RecoveryPaths book)
    {
        var site = topology.Members[primary].Site;
        var claim = claims.For(topology, fault, site);
        // An outage is promised for the declared primary site; away from it the promise about loss stands, the speed does not.
        if (site != topology.PrimarySite && topology.PrimarySite >= 0 && claim.OutageLimit is not null)
            claim = claims.WithoutOutage(claim);
        // Who assumes nothing of other sites has no primary there: what another context's failover makes of this one was never declared.
        if (claims.StaysHome && claim.Scope == ClaimScope.Local && site != topology.PrimarySite && topology.PrimarySite >= 0)
            claim = Claim.None;
        var paths = book.Of(primary, fault);
        var judged = paths[0];
        if (!judged.Automatic)
        {
            for (var i = 1; i < paths.Length; i++)
            {
                var (best, next) = (judged.Judge(claim).Badness(), paths[i].Judge(claim).Badness());
                // Where every path breaks the promise, the one that would be tried first says best why.
                if (
                    next < best
                    || next == best
                        && next < Verdict.Impossible.Badness()
                        && (
                            paths[i].Guaranteed.CompareTo(judged.Guaranteed) is var byLoss && byLoss < 0
                            || byLoss == 0 && paths[i].Outage.CompareTo(judged.Outage) < 0
                        )
                )
                    judged = paths[i];
            }
        }
        var lossVerdict = judged.JudgeLoss(claim.LossLimit);
        var outageVerdict = judged.JudgeOutage(claim.OutageLimit);
        if (fault.IsUntried)
            (lossVerdict, outageVerdict) = (Untried(lossVerdict), Untried(outageVerdict));
        if (claim.Scope == ClaimScope.PointInTime)
            lossVerdict = PointInTimeVerdict(fault, judged, claims, topology, book);
        return new Instance(primary, fault, claim, judged, paths, lossVerdict, outageVerdict);
    }

    private static Verdict Untried(Verdict verdict) => verdict == Verdict.NotClaimed ? verdict : Verdict.Unknown;

    /// <summary>A window to go back to is promised: does a repository, and enough history in it, remain?</summary>
    private static Verdict PointInTimeVerdict(
        Fault fault,
        RecoveryPath judged,
        Claims claims,
        Topology topology,
        RecoveryPaths book
    )
    {
        if (!book.Backups.HasPlan || topology.Repositories.Length <= BitOperations.PopCount(fault.LostRepositories))
            return Verdict.Impossible;
        if (book.Backups.GuaranteedWindow is not { } window)
            return Verdict.Unknown;
        if (window < claims.Policy.Backup!.PitrWindow!.Value.Value)
            return Verdict.Impossible;
        if (fault.Scenario != FailureScenario.RepositoryLoss && judged.Guaranteed.Kind == LossKind.Unbounded)
            return Verdict.Unknown;
        // No restore is trusted before a drill has tried it.
        return Verdict.Unproven;
    }
}

/// <summary>One fault while one member holds the primary role.</summary>
internal readonly record struct Instance(
    int Primary,
    Fault Fault,
    Claim Claim,
    RecoveryPath Path,
    ImmutableArray<RecoveryPath> Paths,
    Verdict LossVerdict,
    Verdict OutageVerdict
)
{
    public Verdict Verdict => VerdictScale.Worse(LossVerdict, OutageVerdict);

    /// <summary>Worse verdict first; then today's primary site, which is the plainer story; then more loss, longer outage and the smaller fault.</summary>
    public bool IsWorseThan(Instance other, Topology topology)
    {
        var order = Verdict.Badness() - other.Verdict.Badness();
        // Of two that are refuted, what is lost for good is told before what only takes time.
        if (order == 0 && Verdict == Verdict.Impossible)
            order = LossVerdict.Badness() - other.LossVerdict.Badness();
        if (order == 0)
            order = Home(topology).CompareTo(other.Home(topology));
        if (order == 0)
            order = Path.Guaranteed.CompareTo(other.Path.Guaranteed);
        if (order == 0)
            order = Path.Outage.CompareTo(other.Path.Outage);
        if (order == 0)
            order = other.Fault.Size - Fault.Size;
        if (order == 0)
            order = other.Fault.Lost.Count - Fault.Lost.Count;
        return order > 0;
    }

    /// <summary>Positive when this is the worse by its loss.</summary>
    public int CompareLoss(Instance other, Topology topology)
    {
        var order = LossVerdict.Badness() - other.LossVerdict.Badness();
        // The plainer story first where something is refuted; otherwise the larger figure.
        if (order == 0 && LossVerdict == Verdict.Impossible)
            order = Home(topology).CompareTo(other.Home(topology));
        if (order == 0)
            order = Path.Guaranteed.CompareTo(other.Path.Guaranteed);
        return order != 0 ? order : CompareSize(other);
    }

    /// <summary>Positive when this is the worse by its outage.</summary>
    public int CompareOutage(Instance other, Topology topology)
    {
        var order = OutageVerdict.Badness() - other.OutageVerdict.Badness();
        if (order == 0)
            order = Path.Outage.CompareTo(other.Path.Outage);
        if (order == 0)
            order = Home(topology).CompareTo(other.Home(topology));
        if (order == 0)
            order = CompareSize(other);
        // Of two that do not end one tells why: the same one, whatever the members are called.
        return order != 0 ? order : string.CompareOrdinal(Path.Outage.Endless, other.Path.Outage.Endless);
    }

    /// <summary>Higher counts before lower when outages are compared: those that are declared, then those of the primary site.</summary>
    public int OutageRank(Topology topology) =>
        OutageVerdict != Verdict.NotClaimed ? 2
        : Home(topology) ? 1
        : 0;

    private int CompareSize(Instance other) =>
        other.Fault.Size != Fault.Size ? other.Fault.Size - Fault.Size : other.Fault.Lost.Count - Fault.Lost.Count;

    private bool Home(Topology topology) => topology.Members[Primary].Site == topology.PrimarySite;
}
