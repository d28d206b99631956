using System.Collections.Immutable;
using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Proofs.Layout;

/// <summary>A member and its place. Indexes point into the lists of its <see cref="Topology"/>.</summary>
public sealed record PlacedMember(Member Declared, int Site, int Domain, int Host)
{
    public string Name => Declared.Name;
}

/// <param name="Domain">-1 where it is not stated.</param>
public sealed record PlacedRepository(BackupRepository Declared, int Site, int Domain);

/// <param name="Domain">-1 where it is not stated.</param>
public sealed record PlacedObserver(string Name, int Site, int Domain);

public sealed record PlacedDomain(string Name, int Site, MemberSet Members);

public sealed record PlacedSite(string Name, MemberSet Members, int DomainCount);

/// <summary>One cluster laid out over its sites, failure domains and hosts. Everything is in ordinal order of names.</summary>
public sealed class Topology
{
    /// <summary>Members, repositories and quorum members of one cluster, and sites of its environment, that a proof can hold: a bit each. PostgreSQL clusters in use have fewer than twenty members.</summary>
    public const int MembersMax = 64;

    private Topology(Cluster cluster, FleetEnvironment environment, Dictionary<string, DatabaseHost> hosts)
    {
        Cluster = cluster;
        Environment = environment;
        var members = cluster.Members.OrderBy(m => m.Name, StringComparer.Ordinal).ToArray();
        var sites = environment.Sites.OrderBy(s => s.Name, StringComparer.Ordinal).ToArray();
        var domains = sites
            .SelectMany(
                (site, index) =>
                    site.FailureDomains.OrderBy(d => d.Name, StringComparer.Ordinal).Select(d => (d.Name, Site: index))
            )
            .ToArray();
        var siteOf = Index(sites.Select(s => s.Name));
        var domainOf = new Dictionary<(int, string), int>();
        for (var i = 0; i < domains.Length; i++)
            domainOf[(domains[i].Site, domains[i].Name)] = i;
        var hostNames = members.Select(m => m.Host).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var hostOf = Index(hostNames);

        Members =
        [
            .. members.Select(m =>
            {
                var host = hosts[m.Host];
                var site = siteOf[host.Site];
                return new PlacedMember(m, site, domainOf[(site, host.FailureDomain)], hostOf[m.Host]);
            }),
        ];
        Hosts = [.. hostNames.Select((name, index) => (name, Where(m => m.Host == index)))];
        Domains = [.. domains.Select((d, index) => new PlacedDomain(d.Name, d.Site, Where(m => m.Domain == index)))];
        Sites = [.. sites.Select((s, index) => new PlacedSite(s.Name, Where(m => m.Site == index), s.FailureDomains.Count))];
        Repositories =
        [
            .. environment
                .Repositories.Where(r => cluster.Backup is { } plan && plan.Repositories.Any(name => name.Value == r.Name))
                .OrderBy(r => r.Name, StringComparer.Ordinal)
                .Select(r =>
                {
                    var site = siteOf.GetValueOrDefault(r.Site, -1);
                    return new PlacedRepository(
                        r,
                        site,
                        r.FailureDomain is { } domain ? domainOf.GetValueOrDefault((site, domain.Value), -1) : -1
                    );
                }),
        ];
        Observers =
        [
            .. ObserversOf(cluster, environment)
                .OrderBy(o => o.Name, StringComparer.Ordinal)
                .Select(o =>
                {
                    var site = siteOf.GetValueOrDefault(o.Site, -1);
                    return new PlacedObserver(
                        o.Name,
                        site,
                        o.FailureDomain is null ? -1 : domainOf.GetValueOrDefault((site, o.FailureDomain), -1)
                    );
                }),
        ];
        All = Where(_ => true);
        Promotable = Where(m => m.Declared.Promotable);
        PrimarySite = siteOf.GetValueOrDefault(cluster.PrimarySite, -1);
        StandbyClusterMembers = cluster.Manager is ClusterManager.Patroni patroni
            ? Where(m => patroni.StandbySites.Any(s => s.Value == Sites[m.Site].Name))
            : MemberSet.Empty;
    }

    public Cluster Cluster { get; }
    public FleetEnvironment Environment { get; }
    public ImmutableArray<PlacedMember> Members { get; }
    public ImmutableArray<(string Name, MemberSet Members)> Hosts { get; }
    public ImmutableArray<PlacedDomain> Domains { get; }
    public ImmutableArray<PlacedSite> Sites { get; }

    /// <summary>Repositories that this cluster's backups go to.</summary>
    public ImmutableArray<PlacedRepository> Repositories { get; }

    /// <summary>Members of the quorum that decides about this cluster and whose place is declared.</summary>
    public ImmutableArray<PlacedObserver> Observers { get; }

    public MemberSet All { get; }
    public MemberSet Promotable { get; }

    /// <summary>Members of a Patroni standby cluster: always asynchronous, promoted by hand only.</summary>
    public MemberSet StandbyClusterMembers { get; }

    public int PrimarySite { get; }

    /// <summary>Every member that may hold the primary role: the promotable ones, or where none is marked, all of the primary site.</summary>
    public MemberSet Primaries =>
        Promotable.IsEmpty
            ? PrimarySite < 0
                ? MemberSet.Empty
                : Sites[PrimarySite].Members
            : Promotable;

    /// <summary>Quorum members that Patroni names but whose place nobody declared.</summary>
    public int ObserversWithoutPlace =>
        Cluster.Manager is ClusterManager.Patroni patroni
            ? patroni.DcsMembers.Distinct(StringComparer.Ordinal).Count() - Observers.Length
            : 0;

    /// <returns>Null where <see cref="Unclear(Cluster, FleetEnvironment)"/> says why.</returns>
    public static Topology? TryOf(Cluster cluster, FleetEnvironment environment)
    {
        var hosts = HostsOf(cluster, environment);
        return Unclear(cluster, environment, hosts) is null ? new Topology(cluster, environment, hosts) : null;
    }

    /// <summary>Why nothing can be proven about a cluster, such as <c>it has 70 members, and a proof holds 64</c>; null where it can be laid out.</summary>
    public static string? Unclear(Cluster cluster, FleetEnvironment environment) =>
        Unclear(cluster, environment, HostsOf(cluster, environment));

    private static string? Unclear(Cluster cluster, FleetEnvironment environment, Dictionary<string, DatabaseHost> hosts)
    {
        (int Count, string What)[] amounts =
        [
            (cluster.Members.Count, "it has {0} members"),
            (environment.Sites.Count, "its environment has {0} sites"),
            (cluster.Backup?.Repositories.Count ?? 0, "its backups go to {0} repositories"),
            (ObserversOf(cluster, environment).Count(), "its quorum has {0} members"),
        ];
        foreach (var (count, what) in amounts)
        {
            if (count > MembersMax)
                return $"{string.Format(System.Globalization.CultureInfo.InvariantCulture, what, count)}, and a proof holds {MembersMax}";
        }
        return cluster.Members.FirstOrDefault(m => !hosts.ContainsKey(m.Host)) is { } lost
            ? $"member {lost.Name} is on host '{lost.Host}', which its environment does not know"
            : null;
    }

    /// <summary>Hosts of the cluster's members, by name: an environment may have hundreds of others.</summary>
    private static Dictionary<string, DatabaseHost> HostsOf(Cluster cluster, FleetEnvironment environment)
    {
        var hosts = new Dictionary<string, DatabaseHost>(StringComparer.Ordinal);
        var wanted = cluster.Members.Select(m => m.Host).ToHashSet(StringComparer.Ordinal);
        foreach (var site in environment.Sites)
        {
            foreach (var domain in site.FailureDomains)
            {
                foreach (var host in domain.Hosts)
                {
                    if (wanted.Contains(host.Name))
                        hosts.Add(host.Name, host);
                }
            }
        }
        return hosts;
    }

    public MemberSet Where(Func<PlacedMember, bool> predicate)
    {
        var set = MemberSet.Empty;
        for (var i = 0; i < Members.Length; i++)
        {
            if (predicate(Members[i]))
                set = set.With(i);
        }
        return set;
    }

    public int IndexOf(string member)
    {
        for (var i = 0; i < Members.Length; i++)
        {
            if (Members[i].Name == member)
                return i;
        }
        return -1;
    }

    public string Names(MemberSet members) => Amounts.List(members.Indexes.Select(i => Members[i].Name));

    /// <summary>Members of the quorum that decides, with their places: an observer of the name, or of the name without scheme and port, or a declared host of that name or address.</summary>
    private static IEnumerable<Observer> ObserversOf(Cluster cluster, FleetEnvironment environment) =>
        cluster.Manager.Match(
            native => environment.Observers,
            patroni => patroni.DcsMembers.Distinct(StringComparer.Ordinal).Select(m => PlaceOf(m, environment)).OfType<Observer>()
        );

    private static Observer? PlaceOf(string member, FleetEnvironment environment)
    {
        var host = HostOf(member);
        var observer =
            environment.Observers.FirstOrDefault(o => o.Name == member)
            ?? environment.Observers.FirstOrDefault(o => o.Name.Equals(host, StringComparison.OrdinalIgnoreCase));
        if (observer is not null)
            return observer with { Name = member };
        var places = environment
            .Sites.SelectMany(s => s.FailureDomains)
            .SelectMany(d => d.Hosts)
            .Where(h => h.Name == host || h.Address.Equals(host, StringComparison.OrdinalIgnoreCase))
            .Select(h => (h.Site, h.FailureDomain, h.At))
            .ToArray();
        // An address that several hosts share, as loopback does, has no place.
        return places.Select(p => (p.Site, p.FailureDomain)).Distinct().Count() == 1
            ? new Observer(member, places[0].Site, places[0].FailureDomain, places[0].At)
            : null;
    }

    /// <summary>The host of <c>https://[fd00::1]:2379/</c>, of <c>etcd-1:2379</c>, of <c>10.0.0.1</c>.</summary>
    private static string HostOf(string member)
    {
        var text = member;
        if (text.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme)
            text = text[(scheme + 3)..];
        text = text.TrimEnd('/');
        if (text.StartsWith('[') && text.IndexOf(']') is > 0 and var end)
            return text[1..end];
        // More than one colon without brackets is an address of version 6, and no port.
        return text.IndexOf(':') is >= 0 and var colon && colon == text.LastIndexOf(':') ? text[..colon] : text;
    }

    private static Dictionary<string, int> Index(IEnumerable<string> names)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in names)
            index[name] = index.Count;
        return index;
    }
}
