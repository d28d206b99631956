using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Verdicts;

/// <summary>What the verdicts of one context rest on and no document shows.</summary>
public static class Assumptions
{
    public static EquatableArray<string> Of(ContextProof proof)
    {
        if (proof.Topology is not { } topology || proof.Book is not { } book)
            return [];
        var list = new List<string>
        {
            "Loss counts acknowledged commits only: a commit that was reported with a warning, or whose wait was cancelled, is not acknowledged.",
            "Tables are logged, and disks keep what they flushed.",
        };
        var waits = topology.Primaries.Indexes.Any(p => book.AcknowledgementBy(p).GuaranteedCount > 0);
        if (waits)
        {
            list.Add(
                "No session lowers synchronous_commit for itself, nobody cancels a waiting commit, and the primary is not restarted while commits wait."
            );
            list.Add("Every application_name belongs to one member, so that no stranger acknowledges in its place.");
            list.Add(
                "Only a member that has received as much as every reachable one, on the last primary's timeline, is promoted."
            );
        }
        if (topology.Cluster.Manager is ClusterManager.Patroni patroni)
        {
            list.Add("Patroni is not paused.");
            var quirk = ManagerQuirk.For(topology.Cluster.Manager, topology.Cluster.Replication.WhenShort);
            list.Add($"{quirk.Manager} ({quirk.When}): {quirk.Why}. Source: {quirk.Source}.");
            if (!patroni.Watchdog && proof.Policy.FailoverLocal.Value == FailoverMode.Automatic)
                list.Add("Without a watchdog a primary whose Patroni died keeps writing beside the new one.");
        }
        if (
            proof.Policy.FailoverLocal.Value == FailoverMode.Automatic
            || proof.Policy.FailoverCrossSite.Value == FailoverMode.Automatic
        )
        {
            if (topology.Observers.IsEmpty && topology.ObserversWithoutPlace == 0)
                list.Add("Whoever promotes automatically runs outside what was lost: no quorum members are declared.");
            if (topology.ObserversWithoutPlace > 0)
                list.Add(
                    $"{Amounts.Count(topology.ObserversWithoutPlace, "quorum member")} without a declared place count as lost in every fault."
                );
        }
        if (book.Backups.HasPlan)
            list.Add(
                "Every scheduled backup succeeds, the archiver keeps up and no WAL segment is missing; only a restore drill can show it."
            );
        foreach (
            var repository in topology.Repositories.Where(r =>
                r.Domain < 0 && topology.Sites[Math.Max(r.Site, 0)].DomainCount > 1
            )
        )
            list.Add(
                $"Repository {repository.Declared.Name} names no failure domain, so it counts as lost with each domain of {repository.Declared.Site}."
            );
        if (book.Figures.WalBytesPerSecond is { } rate && topology.Cluster.Manager is ClusterManager.Patroni)
            list.Add(
                $"Bounds in bytes become seconds at the declared {Amounts.Round(rate)}/s of WAL; when less is written, the same bytes span more time."
            );
        var defaults = proof
            .Scenarios.SelectMany(s => s.Path?.Outage.Terms ?? [])
            .Where(t => t.ByDefault)
            .Select(t => t.ToString())
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (defaults.Length > 0)
            list.Add($"Guessed for want of declared figures, and so neither proof nor refutation: {Amounts.List(defaults)}.");
        return list.ToEquatableArray();
    }
}
