using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Providers.Postgres.Leasing;

/// <summary>What a writer knows of its cluster.</summary>
internal record WriterContext(
    ValidFleet Fleet,
    Cluster Cluster,
    ClusterSnapshot Snapshot,
    ISecretStore Secrets,
    TimeProvider Time
)
{
    public FleetEnvironment Environment { get; } = Fleet.EnvironmentOf(Cluster);

    public ServerAccess Access => Environment.Access;

    public string Commit => Fleet.Revision.CommitId;

    public Member MemberNamed(string name) =>
        Cluster.FindMember(name)
        ?? throw new InvalidOperationException($"the plan speaks of member {name}, which cluster {Cluster.Name} does not have");

    public DatabaseHost HostOf(Member member) => Environment.Hosts.Single(h => h.Name == member.Host);

    public MemberDirectory DirectoryOf(Member member) => MemberDirectory.Of(Access, Cluster.Name, member.Name);

    public ServerTarget TargetOf(Member member, string database) =>
        ServerTarget.Of(Access, HostOf(member).Address, member.Port, database);
}
