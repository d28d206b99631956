using System.Collections.Immutable;
using PgGitOps.Core.Proofs.Layout;

namespace PgGitOps.Core.Proofs.Faults;

/// <summary>One thing that happens at one moment to one cluster.</summary>
public sealed record Fault
{
    public required FailureScenario Scenario { get; init; }

    /// <summary>Sets of faults at once that are tried in one site: twenty nodes in five failure domains, any five of them, are fewer.</summary>
    internal const int MixesMax = 100_000;

    /// <summary>In words, after "when": <c>oslo is lost</c>.</summary>
    public required string What { get; init; }

    /// <summary>Members lost for good.</summary>
    public MemberSet Lost { get; init; }

    /// <summary>Repositories lost, by index.</summary>
    public ulong LostRepositories { get; init; }

    /// <summary>Quorum members lost, by index.</summary>
    public ulong LostObservers { get; init; }

    /// <summary>How many domains, nodes or sites fail at once.</summary>
    public int Size { get; init; } = 1;

    /// <summary>Stands for more mixes than are tried: what they cost is unknown.</summary>
    public bool IsUntried { get; init; }

    /// <summary>Index of the lost site, or -1.</summary>
    public int Site { get; init; } = -1;

    /// <summary>Sites that lie in the failed part, for the scope of local claims.</summary>
    public ulong TouchedSites { get; init; }

    /// <summary>Of a partition: sites of one side, and sites of the other side that they cannot talk to.</summary>
    public ulong CutSitesA { get; init; }

    public ulong CutSitesB { get; init; }

    /// <summary>Damage that replication copies, or the loss of a repository: whether the primary takes writes does not matter to it.</summary>
    public bool IsOfData =>
        Scenario is FailureScenario.OperatorMistake or FailureScenario.SilentCorruption or FailureScenario.RepositoryLoss;

    /// <summary>Sites that a server in <paramref name="site"/> cannot reach.</summary>
    public ulong UnreachableSites(int site)
    {
        var bit = 1UL << site;
        return (CutSitesA & bit) != 0 ? CutSitesB
            : (CutSitesB & bit) != 0 ? CutSitesA
            : 0;
    }

    /// <summary>All faults of a topology, in the order of the matrix, then by size and name.</summary>
    /// <param name="depth">Most failure domains that fail at once.</param>
    /// <param name="tolerated">Most faults of any kind inside one site that a context claims to survive. Where more than <paramref name="depth"/>, as many domains are tried.</param>
    public static ImmutableArray<Fault> Enumerate(Topology topology, int depth, int tolerated = 1)
    {
        depth = Math.Max(depth, tolerated);
        var faults = ImmutableArray.CreateBuilder<Fault>();
        faults.Add(new Fault { Scenario = FailureScenario.ProcessCrash, What = "the primary's process crashes" });
        for (var i = 0; i < topology.Hosts.Length; i++)
            faults.Add(OfHosts(topology, FailureScenario.NodeLoss, [i]));
        for (var i = 0; i < topology.Hosts.Length; i++)
        {
            for (var j = i + 1; j < topology.Hosts.Length; j++)
                faults.Add(OfHosts(topology, FailureScenario.TwoNodeLoss, [i, j]));
        }
        // Domains that hold nothing of this cluster change nothing when they fail.
        var relevant = Enumerable.Range(0, topology.Domains.Length).Where(d => Matters(topology, d)).ToArray();
        for (var size = 1; size <= depth; size++)
        {
            foreach (var chosen in Subsets(relevant, size))
                faults.Add(OfDomains(topology, chosen));
        }
        for (var site = 0; site < topology.Sites.Length; site++)
            faults.AddRange(Mixes(topology, site, [.. relevant.Where(d => topology.Domains[d].Site == site)], tolerated));
        for (var site = 0; site < topology.Sites.Length; site++)
        {
            if (
                relevant.Any(d => topology.Domains[d].Site == site)
                || topology.Repositories.Any(r => r.Site == site)
                || topology.Observers.Any(o => o.Site == site)
            )
                faults.Add(OfSites(topology, [site]));
        }
        faults.AddRange(Partitions(topology));
        faults.Add(new Fault { Scenario = FailureScenario.OperatorMistake, What = "an operator destroys data by mistake" });
        faults.Add(new Fault { Scenario = FailureScenario.SilentCorruption, What = "data is corrupted unnoticed" });
        for (var i = 0; i < topology.Repositories.Length; i++)
        {
            faults.Add(
                new Fault
                {
                    Scenario = FailureScenario.RepositoryLoss,
                    What = $"repository {topology.Repositories[i].Declared.Name} is lost",
                    LostRepositories = 1UL << i,
                }
            );
        }
        faults.Add(
            new Fault { Scenario = FailureScenario.Maintenance, What = "the primary's host is taken down for maintenance" }
        );
        return faults.ToImmutable();
    }

    public static Fault OfHosts(Topology topology, FailureScenario scenario, int[] hosts)
    {
        var lost = MemberSet.Empty;
        foreach (var host in hosts)
            lost |= topology.Hosts[host].Members;
        return new Fault
        {
            Scenario = scenario,
            What = Is(hosts.Select(h => "node " + topology.Hosts[h].Name)),
            Lost = lost,
            Size = hosts.Length,
            TouchedSites = SitesOf(topology, lost),
        };
    }

    /// <summary>Sets of nodes and failure domains of one site that no other scenario holds: two nodes and sets of domains have their own.</summary>
    private static IEnumerable<Fault> Mixes(Topology topology, int site, int[] domains, int tolerated)
    {
        int[] hosts =
        [
            .. Enumerable
                .Range(0, topology.Hosts.Length)
                .Where(h => topology.Hosts[h].Members.Indexes.Any(m => topology.Members[m].Site == site)),
        ];
        var parts = hosts.Length + domains.Length;
        var sets = 0.0;
        for (var size = 2; size <= tolerated; size++)
            sets += Choices(parts, size);
        if (sets > MixesMax)
        {
            yield return new Fault
            {
                Scenario = FailureScenario.FaultsAtOnce,
                What = FormattableString.Invariant(
                    $"up to {tolerated} of {parts} nodes and failure domains of {topology.Sites[site].Name} are lost (more than {MixesMax} sets are not tried)"
                ),
                Size = tolerated,
                TouchedSites = 1UL << site,
                IsUntried = true,
            };
            yield break;
        }
        for (var size = 2; size <= Math.Min(tolerated, parts); size++)
        {
            foreach (var chosen in Subsets([.. Enumerable.Range(0, parts)], size))
            {
                int[] nodes = [.. chosen.Where(c => c < hosts.Length).Select(c => hosts[c])];
                int[] areas = [.. chosen.Where(c => c >= hosts.Length).Select(c => domains[c - hosts.Length])];
                if (nodes.Length == 0 || (areas.Length == 0 && size == 2))
                    continue;
                var area = OfDomains(topology, areas);
                // A node that goes down with its failure domain is no fault of its own.
                if (Array.Exists(nodes, n => topology.Hosts[n].Members.IsSubsetOf(area.Lost)))
                    continue;
                var node = OfHosts(topology, FailureScenario.FaultsAtOnce, nodes);
                yield return area with
                {
                    Scenario = FailureScenario.FaultsAtOnce,
                    What = Is(
                        areas
                            .Select(d => "failure domain " + topology.Domains[d].Name)
                            .Concat(nodes.Select(n => "node " + topology.Hosts[n].Name))
                    ),
                    Lost = area.Lost | node.Lost,
                    Size = size,
                    TouchedSites = 1UL << site,
                };
            }
        }
    }

    private static double Choices(int items, int size)
    {
        var count = 1.0;
        for (var i = 0; i < size; i++)
            count = count * (items - i) / (i + 1);
        return Math.Max(0, count);
    }

    public static Fault OfDomains(Topology topology, int[] domains)
    {
        var lost = MemberSet.Empty;
        ulong sites = 0;
        foreach (var domain in domains)
        {
            lost |= topology.Domains[domain].Members;
            sites |= 1UL << topology.Domains[domain].Site;
        }
        return new Fault
        {
            Scenario = domains.Length == 1 ? FailureScenario.DomainLoss : FailureScenario.DomainsLoss,
            What = Is(domains.Select(d => "failure domain " + topology.Domains[d].Name)),
            Lost = lost,
            // A repository or observer whose domain is not stated may sit in any domain of its site.
            LostRepositories = Bits(
                topology.Repositories.Length,
                i =>
                    Array.Exists(
                        domains,
                        d =>
                            topology.Repositories[i] is var r
                            && (r.Domain == d || r.Domain < 0 && r.Site == topology.Domains[d].Site)
                    )
            ),
            LostObservers = Bits(
                topology.Observers.Length,
                i =>
                    Array.Exists(
                        domains,
                        d =>
                            topology.Observers[i] is var o
                            && (o.Domain == d || o.Domain < 0 && o.Site == topology.Domains[d].Site)
                    )
            ),
            Size = domains.Length,
            TouchedSites = sites,
        };
    }

    public static Fault OfSites(Topology topology, int[] sites)
    {
        var lost = MemberSet.Empty;
        foreach (var site in sites)
            lost |= topology.Sites[site].Members;
        return new Fault
        {
            Scenario = FailureScenario.SiteLoss,
            What = Is(sites.Select(s => topology.Sites[s].Name)),
            Lost = lost,
            LostRepositories = Bits(topology.Repositories.Length, i => sites.Contains(topology.Repositories[i].Site)),
            LostObservers = Bits(topology.Observers.Length, i => sites.Contains(topology.Observers[i].Site)),
            Size = sites.Length,
            Site = sites.Length == 1 ? sites[0] : -1,
            TouchedSites = sites.Aggregate(0UL, (bits, s) => bits | 1UL << s),
        };
    }

    public static Fault OfCut(Topology topology, ulong a, ulong b, string what) =>
        new()
        {
            Scenario = FailureScenario.Partition,
            What = what,
            CutSitesA = a,
            CutSitesB = b,
        };

    private static IEnumerable<Fault> Partitions(Topology topology)
    {
        var inhabited = Enumerable
            .Range(0, topology.Sites.Length)
            .Where(s => !topology.Sites[s].Members.IsEmpty || topology.Observers.Any(o => o.Site == s))
            .ToArray();
        var all = inhabited.Aggregate(0UL, (bits, s) => bits | 1UL << s);
        for (var i = 0; i < inhabited.Length; i++)
        {
            for (var j = i + 1; j < inhabited.Length; j++)
            {
                yield return OfCut(
                    topology,
                    1UL << inhabited[i],
                    1UL << inhabited[j],
                    $"{topology.Sites[inhabited[i]].Name} and {topology.Sites[inhabited[j]].Name} cannot talk"
                );
            }
        }
        if (inhabited.Length <= 2)
            yield break;
        foreach (var site in inhabited)
            yield return OfCut(
                topology,
                1UL << site,
                all & ~(1UL << site),
                $"{topology.Sites[site].Name} is isolated from every other site"
            );
    }

    private static bool Matters(Topology topology, int domain) =>
        !topology.Domains[domain].Members.IsEmpty
        || topology.Repositories.Any(r => r.Domain == domain || r.Domain < 0 && r.Site == topology.Domains[domain].Site)
        || topology.Observers.Any(o => o.Domain == domain || o.Domain < 0 && o.Site == topology.Domains[domain].Site);

    private static ulong SitesOf(Topology topology, MemberSet members) =>
        members.Indexes.Aggregate(0UL, (bits, m) => bits | 1UL << topology.Members[m].Site);

    private static ulong Bits(int count, Func<int, bool> predicate)
    {
        ulong bits = 0;
        for (var i = 0; i < count; i++)
        {
            if (predicate(i))
                bits |= 1UL << i;
        }
        return bits;
    }

    private static string Is(IEnumerable<string> names)
    {
        var all = names.ToArray();
        return Amounts.List(all) + (all.Length == 1 ? " is lost" : " are lost");
    }

    private static IEnumerable<int[]> Subsets(int[] items, int size)
    {
        if (size > items.Length)
            yield break;
        var chosen = Enumerable.Range(0, size).ToArray();
        while (true)
        {
            yield return [.. chosen.Select(i => items[i])];
            var last = size - 1;
            while (last >= 0 && chosen[last] == items.Length - size + last)
                last--;
            if (last < 0)
                yield break;
            chosen[last]++;
            for (var i = last + 1; i < size; i++)
                chosen[i] = chosen[i - 1] + 1;
        }
    }
}
