using PgGitOps.Core.Proofs.Layout;

namespace PgGitOps.Core.Proofs.Paths;

/// <summary>What no lag between sites can be below, by the declared links (<c>links.roundTrip</c>).</summary>
internal sealed class SiteLatency(Topology topology)
{
    private readonly int[,] between = LinksOf(topology);

    /// <summary>The declared link that is quickest from a site to those of the candidates, counted from 1; 0 where a way is not declared.</summary>
    public int Nearest(int site, MemberSet candidates)
    {
        var nearest = 0;
        for (var bits = candidates.Bits; bits != 0; bits &= bits - 1)
        {
            var there = topology.Members[System.Numerics.BitOperations.TrailingZeroCount(bits)].Site;
            var link = between[site, there];
            if (link == 0)
                return 0;
            if (nearest == 0 || OneWay(link) < OneWay(nearest))
                nearest = link;
        }
        return nearest;
    }

    /// <summary>Half the declared round trip: what no commit is nearer to the other site than.</summary>
    public TimeSpan? OneWay(int link) => link == 0 ? null : topology.Environment.Links[link - 1].RoundTrip / 2;

    private static int[,] LinksOf(Topology topology)
    {
        var between = new int[topology.Sites.Length, topology.Sites.Length];
        for (var i = 0; i < topology.Environment.Links.Count; i++)
        {
            var link = topology.Environment.Links[i];
            var (a, b) = (SiteOf(link.SiteA), SiteOf(link.SiteB));
            if (a >= 0 && b >= 0 && link.RoundTrip is not null)
                between[a, b] = between[b, a] = i + 1;
        }
        return between;

        int SiteOf(string name)
        {
            for (var i = 0; i < topology.Sites.Length; i++)
            {
                if (topology.Sites[i].Name == name)
                    return i;
            }
            return -1;
        }
    }
}
