using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class Cascades : IClusterCheck
{
    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        var cluster = placed.Cluster;
        foreach (var member in cluster.Members)
        {
            if (member.From is not { } from)
                continue;
            if (cluster.FindMember(from.Value) is null)
                findings.Add(
                    Names.Unknown(
                        ReferenceRules.UnknownMember,
                        "member",
                        from,
                        cluster.Members.Select(m => m.Name),
                        "in the cluster"
                    )
                );
            else if (TrailBackTo(cluster, member) is { } trail)
                findings.Add(
                    ReferenceRules.CascadeCycle.At(
                        from.Span,
                        "members stream from each other in a circle: " + string.Join(" → ", trail),
                        "let one of them stream from the primary"
                    )
                );
        }
    }

    private static List<string>? TrailBackTo(Cluster cluster, Member start)
    {
        List<string> trail = [start.Name];
        for (
            var next = start.From;
            next is { } from && trail.Count <= cluster.Members.Count;
            next = cluster.FindMember(from.Value)?.From
        )
        {
            trail.Add(from.Value);
            if (from.Value == start.Name)
                return trail;
        }
        return null;
    }
}
