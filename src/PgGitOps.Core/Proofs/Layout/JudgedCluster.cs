using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Rules;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Layout;

/// <param name="Findings">Of the rules that look at this context only.</param>
internal sealed record JudgedContext(ContextProof Proof, EquatableArray<Diagnostic> Findings);

/// <summary>The judge's word on one cluster: every context's, and what only shows across them.</summary>
/// <param name="Contexts">Ordered by name.</param>
/// <param name="Findings">Of the rules that look at the cluster as a whole.</param>
internal sealed record JudgedCluster(
    ClusterGround Ground,
    EquatableArray<JudgedContext> Contexts,
    EquatableArray<Diagnostic> Findings
)
{
    private static readonly IContextRule[] ContextRules =
    [
        new RefutedLoss(),
        new RefutedOutage(),
        new RefutedWindow(),
        new KeepPrimary(),
        new ManualRestore(),
        new CrossSiteQuorum(),
        new PromotionRules(),
        new DrillRhythm(),
        new CrossSiteStory(),
        new DurabilitySettings(),
        new ClassesOfZero(),
        new BackupAge(),
    ];

    private static readonly IClusterRule[] ClusterRules =
    [
        new DifferentNeeds(),
        new SharedDatabases(),
        new CrossContextGrants(),
        new SlowLinks(),
        new StuckAfterPromotion(),
    ];

    /// <summary>Whether nothing of it is to be judged again.</summary>
    public bool StandsFor(ClusterGround ground) => ground.IsSamePlaceAs(Ground) && ground.Policies == Ground.Policies;

    /// <param name="earlier">What was said of the cluster before; a context that is the same in the same place is not judged again.</param>
    public static JudgedCluster Of(ClusterGround ground, JudgedCluster? earlier)
    {
        if (earlier is not null && !ground.IsSamePlaceAs(earlier.Ground))
            earlier = null;
        var known = new Dictionary<string, JudgedContext>(StringComparer.Ordinal);
        if (earlier is not null)
        {
            ground.Follow(earlier.Ground);
            foreach (var context in earlier.Contexts)
                known[context.Proof.Name] = context;
        }
        var fixes = new Dictionary<FixQuestion, EquatableArray<Fix>>();
        var contexts = ground
            .Policies.Select(p =>
                known.GetValueOrDefault(p.Name) is { } context && context.Proof.Policy.Equals(p) ? context : Of(ground, p, fixes)
            )
            .ToEquatableArray();
        var scene = new ClusterScene(ground, contexts.Select(c => c.Proof).ToEquatableArray());
        var findings = new List<Diagnostic>();
        foreach (var rule in ClusterRules)
            rule.Judge(scene, findings);
        return new JudgedCluster(ground, contexts, findings.ToEquatableArray());
    }

    private static JudgedContext Of(
        ClusterGround ground,
        RecoveryPolicy policy,
        Dictionary<FixQuestion, EquatableArray<Fix>> fixes
    )
    {
        var scene = new ContextScene(ground, ground.Prove(policy), fixes);
        var findings = new List<Diagnostic>();
        foreach (var rule in ContextRules)
            rule.Judge(scene, findings);
        return new JudgedContext(scene.Proof, findings.ToEquatableArray());
    }
}

/// <summary>What rules about one context look at.</summary>
/// <param name="Fixes">Answers already found for this cluster.</param>
internal sealed record ContextScene(ClusterGround Ground, ContextProof Proof, Dictionary<FixQuestion, EquatableArray<Fix>> Fixes)
{
    public RecoveryPolicy Policy => Proof.Policy;
}

/// <summary>What rules across the contexts of one cluster look at.</summary>
/// <param name="Contexts">Ordered by name.</param>
internal sealed record ClusterScene(ClusterGround Ground, EquatableArray<ContextProof> Contexts);

/// <summary>One family of rejections that a context earns by itself.</summary>
internal interface IContextRule
{
    void Judge(ContextScene scene, List<Diagnostic> findings);
}

/// <summary>One family of rejections that shows only when the contexts of a cluster are seen together.</summary>
internal interface IClusterRule
{
    void Judge(ClusterScene scene, List<Diagnostic> findings);
}
