using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>R-04: nobody can take over when one instance is lost.</summary>
internal sealed class ManualRestore : IContextRule
{
    public void Judge(ContextScene scene, List<Diagnostic> findings)
    {
        var proof = scene.Proof;
        if (
            proof.Find(FailureScenario.NodeLoss)?.Worst is not { }
            || proof.Topology is not { } topology
            || topology.PrimarySite < 0
        )
            return;
        var home = topology.Primaries & topology.Sites[topology.PrimarySite].Members;
        foreach (var primary in home.Indexes)
        {
            var fault = topology.Hosts.IndexOf(topology.Hosts.First(h => h.Members.Contains(primary)));
            var paths = proof.Book!.Of(primary, Fault.OfHosts(topology, FailureScenario.NodeLoss, [fault]));
            if (paths.Any(p => p.Kind is PathKind.PromoteLocal or PathKind.PromoteCrossSite or PathKind.Blocked))
                continue;
            var name = topology.Members[primary].Name;
            var left =
                paths[0].Kind == PathKind.RestoreFromRepository
                    ? "a restore by hand is the only answer"
                    : "there is no answer at all";
            findings.Add(
                ClaimRuleList.ManualRestoreOnly,
                proof.Policy,
                "spec.store.cluster",
                proof.Policy.Cluster.Span,
                $"when node {topology.Members[primary].Declared.Host} with primary {name} is lost, {left}: no other member of cluster {topology.Cluster.Name} may be promoted for this context",
                $"add a standby in {topology.Sites[topology.PrimarySite].Name} on another host, or mark one as promotable ({topology.Cluster.Head.At})"
            );
            return;
        }
    }
}
