using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Proofs;

/// <summary>The operator's card (R-12): what documents promise and prove, and how it stands now.</summary>
public static class ProveAnswer
{
    /// <param name="live">Null when nobody looked at the cluster.</param>
    public static string Text(FleetProof fleet, ContextProof context, LiveContext? live = null)
    {
        var policy = context.Policy;
        var text = new StringBuilder();
        text.Append($"{context.Name}{(policy.Head.Owner is { } owner ? $" (owner {VisibleText.Of(owner)})" : "")}\n");
        text.Append(
            $"  stored in     cluster {policy.Cluster.Value}, database {policy.Database.Value}{(policy.Schema is { } schema ? $", schema {schema.Value}" : "")}\n"
        );
        text.Append(
            $"  objectives    inside the site: loss {policy.RpoClass.Value}{Number(context.Claims.Local.LossLimit)}, outage {policy.RtoClass.Value}{Number(context.Claims.Local.OutageLimit)}\n"
        );
        text.Append(
            policy.CrossSite.Replication.Value == CrossSiteReplication.NotAssumed
                ? "                across sites: nothing; other sites are not assumed\n"
                : $"                across sites: loss {(context.Claims.CrossSite.LossLimit is { } l ? Amounts.Round(l) : "not stated")}, outage {policy.CrossSite.RtoClass?.Value ?? "not stated"}{Number(context.Claims.CrossSite.OutageLimit)}\n"
        );
        if (context.Topology is not { } topology)
            return text.Append("  nothing can be proven: the topology of the cluster cannot be resolved\n").ToString();
        text.Append(
            $"  members       {Amounts.List(topology.Members.Select(m => $"{m.Name} in {topology.Sites[m.Site].Name}{(m.Declared.Promotable ? "" : " (not promotable)")}"))}\n"
        );
        text.Append(
            $"  promotion     local {Word(policy.FailoverLocal.Value)}, across sites {Word(policy.FailoverCrossSite.Value)}{(policy.Promotion is { } p ? $"; decided by {VisibleText.Of(Amounts.List(p.Authority.Select(a => a.Value)))}, after {VisibleText.Of(Amounts.List(p.Requires.Select(r => r.Value)))}" : "")}\n"
        );
        text.Append(
            $"  backups       {(topology.Repositories.IsEmpty ? "none" : Amounts.List(topology.Repositories.Select(r => $"{r.Declared.Name} in {r.Declared.Site}")))}{(context.Book!.Backups.GuaranteedWindow is { } window ? $"; at least {Amounts.Round(window)} back, if every backup succeeds" : "")}\n"
        );
        text.Append("  what is lost\n");
        var width = context.Scenarios.Max(s => s.Scenario.Title().Length);
        foreach (var cell in context.Scenarios)
            text.Append(
                $"    {cell.Scenario.Title().PadRight(width)}  loss {cell.Guaranteed}; outage {cell.Outage.Short}; {cell.Path?.Description ?? "no path"} ({cell.Verdict.Title()})\n"
            );
        if (live is not null)
        {
            text.Append($"  now           {live.Verdict.Title()}\n");
            foreach (var line in live.Seen)
                text.Append($"    {VisibleText.Of(line)}\n");
            ProveLive.Cells(live, text, "    ");
        }
        var neighbours = fleet
            .Contexts.Where(c => c.Name != context.Name && c.Policy.Cluster.Value == policy.Cluster.Value)
            .ToArray();
        var stricter = neighbours.Where(c => Window(c) < Window(context)).Select(c => c.Name).ToArray();
        var weaker = neighbours.Where(c => Window(c) > Window(context)).Select(c => c.Name).ToArray();
        if (stricter.Length > 0)
            text.Append($"  stricter      {Amounts.List(stricter)}\n");
        if (weaker.Length > 0)
            text.Append($"  weaker        {Amounts.List(weaker)}\n");
        return text.ToString();
    }

    private static TimeSpan Window(ContextProof context) => context.Claims.CrossSite.LossLimit ?? TimeSpan.MaxValue;

    private static string Number(TimeSpan? limit) => limit is { } l ? $" ({Amounts.Round(l)})" : "";

    private static string Word(FailoverMode mode) =>
        mode switch
        {
            FailoverMode.Automatic => "automatic",
            FailoverMode.OperatorApproved => "approved by an operator",
            FailoverMode.Manual => "by hand",
        };
}
