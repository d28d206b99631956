using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>R-03: a context that asks for little shares the cross-site posture of one that asks for much, and pays for it unasked.</summary>
internal sealed class DifferentNeeds : IClusterRule
{
    public void Judge(ClusterScene scene, List<Diagnostic> findings)
    {
        // Which context needs the sites to agree before a commit counts?
        if (scene.Ground.Topology is null || scene.Contexts.FirstOrDefault(c => c.Claims.CrossSite.IsZeroLoss) is not { } strict)
            return;
        foreach (var proof in scene.Contexts)
        {
            var policy = proof.Policy;
            if (proof.Claims.CrossSite.IsZeroLoss || policy.CrossSite.Justification is not null || !WaitsForAnotherSite(proof))
                continue;
            findings.Add(
                ClaimRuleList.OnePostureForAll,
                policy,
                "spec.crossSite",
                policy.CrossSite.At,
                $"every commit of {policy.Name} waits for another site, because {strict.Name} in the same cluster needs that and {policy.Name} does not say that it does",
                $"give database {policy.Database.Value} synchronous_commit: local, move it to another cluster, or write crossSite.justification"
            );
        }
    }

    private static bool WaitsForAnotherSite(ContextProof proof)
    {
        var topology = proof.Topology!;
        if (topology.PrimarySite < 0)
            return false;
        var home = topology.Sites[topology.PrimarySite].Members;
        return (topology.Primaries & home).Indexes.Any(p =>
            proof.Book!.AcknowledgementBy(p) is { WaitsFor: > 0 } needed && needed.WaitsFor > (needed.Standbys & home).Count
        );
    }
}
