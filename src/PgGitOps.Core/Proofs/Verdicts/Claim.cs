using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Verdicts;

public enum ClaimScope
{
    /// <summary>Nothing is promised.</summary>
    None,

    /// <summary>rpoClass and rtoClass: faults inside the primary's site.</summary>
    Local,

    /// <summary>crossSite: loss of a site, or of the talk between sites.</summary>
    CrossSite,

    /// <summary>backup.pitrWindow.</summary>
    PointInTime,
}

/// <summary>What a policy promises for one scenario.</summary>
/// <param name="LossLimit">Null when nothing is promised about loss.</param>
/// <param name="OutageLimit">Null when nothing is promised about outage.</param>
public sealed record Claim(ClaimScope Scope, TimeSpan? LossLimit, TimeSpan? OutageLimit)
{
    public static readonly Claim None = new(ClaimScope.None, null, null);

    public bool IsZeroLoss => LossLimit == TimeSpan.Zero;
}

/// <summary>All claims of one policy, with the classes resolved to numbers.</summary>
public sealed class Claims
{
    public Claims(RecoveryPolicy policy, RecoveryClasses? classes)
    {
        Policy = policy;
        Local = new Claim(
            ClaimScope.Local,
            Limit(classes?.Rpo, policy.RpoClass.Value),
            Limit(classes?.Rto, policy.RtoClass.Value)
        );
        CrossSite =
            policy.CrossSite.Replication.Value == CrossSiteReplication.NotAssumed
                ? Claim.None
                : new Claim(
                    ClaimScope.CrossSite,
                    policy.CrossSite.DataLossWindow?.Value,
                    policy.CrossSite.RtoClass is { } rto ? Limit(classes?.Rto, rto.Value) : null
                );
        localLoss = Local with { OutageLimit = null };
        crossSiteLoss = CrossSite with { OutageLimit = null };
        PointInTime = policy.Backup?.PitrWindow is null ? Claim.None : new Claim(ClaimScope.PointInTime, null, null);
    }

    private readonly Claim localLoss;
    private readonly Claim crossSiteLoss;

    /// <summary>The part of a claim that speaks of loss.</summary>
    public Claim WithoutOutage(Claim claim) =>
        ReferenceEquals(claim, Local) ? localLoss
        : ReferenceEquals(claim, CrossSite) ? crossSiteLoss
        : claim with { OutageLimit = null };

    public RecoveryPolicy Policy { get; }

    /// <summary>No replica in another site is assumed, so that the context's primary never leaves its own.</summary>
    public bool StaysHome => Policy.CrossSite.Replication.Value == CrossSiteReplication.NotAssumed;

    public Claim Local { get; }
    public Claim CrossSite { get; }
    public Claim PointInTime { get; }

    /// <summary>What is promised when <paramref name="fault"/> strikes while the primary sits in <paramref name="primarySite"/>.</summary>
    public Claim For(Topology topology, Fault fault, int primarySite) =>
        fault.Scenario switch
        {
            FailureScenario.ProcessCrash or FailureScenario.NodeLoss or FailureScenario.Maintenance => Local,
            FailureScenario.TwoNodeLoss or FailureScenario.DomainsLoss or FailureScenario.FaultsAtOnce => fault.Size
                <= Policy.Tolerates
            && fault.TouchedSites == 1UL << primarySite
            && LeavesSomething(topology, fault, primarySite)
                ? Local
                : Claim.None,
            // A site of one failure domain goes down with it: that is the loss of a site.
            FailureScenario.DomainLoss => fault.TouchedSites != 1UL << primarySite || topology.Sites[primarySite].DomainCount > 1
                ? Local
                : CrossSite,
            FailureScenario.SiteLoss => fault.Size == 1 ? CrossSite : Claim.None,
            FailureScenario.Partition => CrossSite,
            FailureScenario.OperatorMistake or FailureScenario.SilentCorruption or FailureScenario.RepositoryLoss => PointInTime,
        };

    /// <summary>Faults that take every member of the site are the loss of a site, whatever they are called.</summary>
    private static bool LeavesSomething(Topology topology, Fault fault, int site) =>
        !topology.Sites[site].Members.IsSubsetOf(fault.Lost);

    private static TimeSpan? Limit(EquatableArray<RecoveryClass>? classes, string name)
    {
        if (classes is { } list)
        {
            foreach (var c in list)
            {
                if (c.Name == name)
                    return c.Limit;
            }
        }
        return null;
    }
}
