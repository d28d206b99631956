using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class MemberAddresses : IReferenceCheck
{
    public void Check(FleetDraft draft, List<Diagnostic> findings)
    {
        foreach (
            var environment in draft
                .Clusters.Where(c => c.Environment is not null)
                .GroupBy(c => c.Environment!, ReferenceEqualityComparer.Instance)
        )
            CheckEnvironment((FleetEnvironment)environment.Key!, environment, findings);
    }

    private static void CheckEnvironment(
        FleetEnvironment environment,
        IEnumerable<PlacedCluster> clusters,
        List<Diagnostic> findings
    )
    {
        var hosts = new Dictionary<string, DatabaseHost>(StringComparer.Ordinal);
        foreach (var host in environment.Hosts)
            hosts.TryAdd(host.Name, host);
        var listening = new Dictionary<(string Address, int Port), Member>();
        foreach (
            var (cluster, member) in clusters
                .SelectMany(c => c.Cluster.Members.Select(m => (c.Cluster, Member: m)))
                .OrderBy(m => m.Member.At)
        )
        {
            if (!hosts.TryGetValue(member.Host, out var host))
            {
                findings.Add(
                    Names.Unknown(
                        ReferenceRules.UnknownHost,
                        "host",
                        new Located<string>(member.Host, member.HostAt),
                        hosts.Keys,
                        $"in environment '{environment.Name}'"
                    )
                );
                continue;
            }
            if (!listening.TryAdd((host.Address, member.Port), member))
            {
                var other = listening[(host.Address, member.Port)];
                findings.Add(
                    ReferenceRules.AddressTaken.At(
                        member.At,
                        $"'{member.Name}' of cluster '{cluster.Name}' would listen on {host.Address} port {member.Port}, which '{other.Name}' {Names.Elsewhere(other.At, member.At)} already does",
                        "give one of them another port or host"
                    )
                );
            }
        }
    }
}
