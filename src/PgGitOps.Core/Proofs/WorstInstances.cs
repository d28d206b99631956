using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;

namespace PgGitOps.Core.Proofs;

/// <summary>The worst instances of one kind of fault: of each objective by itself, so that a refuted outage never hides a refuted loss, nor one scope another.</summary>
internal sealed class WorstInstances(Topology topology)
{
    private static readonly int Scopes = Enum.GetValues<ClaimScope>().Length;

    private readonly Instance?[] byLoss = new Instance?[Scopes];
    private readonly Instance?[] byOutage = new Instance?[Scopes];

    public Instance? Overall { get; private set; }

    public void Note(Instance instance)
    {
        if (Overall is not { } overall || instance.IsWorseThan(overall, topology))
            Overall = instance;
        var scope = (int)instance.Claim.Scope;
        if (byLoss[scope] is not { } loss || instance.CompareLoss(loss, topology) > 0)
            byLoss[scope] = instance;
        // An outage is declared for the primary site: what a primary elsewhere would take never stands beside that limit.
        if (
            byOutage[scope] is not { } outage
            || instance.OutageRank(topology) is var rank
                && outage.OutageRank(topology) is var known
                && (rank > known || rank == known && instance.CompareOutage(outage, topology) > 0)
        )
            byOutage[scope] = instance;
    }

    public Instance? ByLoss(ClaimScope scope) => byLoss[(int)scope];

    public Instance? ByOutage(ClaimScope scope) => byOutage[(int)scope];

    /// <summary>Over every scope in which something is declared about loss; over all where nothing is.</summary>
    public Instance WorstLoss => Worst(byLoss, i => i.LossVerdict != Verdict.NotClaimed, (a, b) => a.CompareLoss(b, topology));

    public Instance WorstOutage =>
        Worst(byOutage, i => i.OutageVerdict != Verdict.NotClaimed, (a, b) => a.CompareOutage(b, topology));

    private static Instance Worst(Instance?[] all, Func<Instance, bool> claimed, Comparison<Instance> compare)
    {
        Instance? worst = null;
        foreach (var instance in all.OfType<Instance>())
        {
            if (
                worst is not { } known
                || claimed(instance) && !claimed(known)
                || claimed(instance) == claimed(known) && compare(instance, known) > 0
            )
                worst = instance;
        }
        return worst!.Value;
    }
}
