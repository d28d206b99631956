using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>R-14: what a promise assumes of the disks is said, and not switched off.</summary>
internal sealed class DurabilitySettings : IContextRule
{
    public void Judge(ContextScene scene, List<Diagnostic> findings)
    {
        var proof = scene.Proof;
        if (
            proof.Topology is not { Cluster: var cluster }
            || !(proof.Claims.Local.IsZeroLoss || proof.Claims.CrossSite.IsZeroLoss)
        )
            return;
        if (cluster.Storage is null)
            findings.Add(
                ClaimRuleList.StorageUnstated,
                cluster,
                "spec.storage",
                cluster.Head.At,
                $"{proof.Name} declares that nothing is lost, but cluster {cluster.Name} does not say what its disks survive",
                "add storage.durability, such as localNvme"
            );
    }
}
