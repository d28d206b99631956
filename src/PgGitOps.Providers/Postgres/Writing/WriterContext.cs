using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Providers.Postgres.Writing;

/// <summary>What the steps of one writer share.</summary>
internal sealed record WriterContext(
    ValidFleet Fleet,
    Cluster Cluster,
    ClusterSnapshot Snapshot,
    IHostExecutor Hosts,
    IHostProbe Probe,
    ISecretStore Secrets,
    TimeProvider Time,
    string Holder,
    ISuspensionPlaces? Places = null
)
{
    public FleetEnvironment Environment { get; } = Fleet.EnvironmentOf(Cluster);

    public ServerAccess Access => Environment.Access;

    public string Commit => Fleet.Revision.CommitId;

    /// <summary>A suspension in force in places beside the cluster, or in <paramref name="recorded"/>, in words; null when there is none.</summary>
    public async Task<string?> SuspendedAsync(Suspension? recorded, CancellationToken cancel)
    {
        PlacedSuspension[] ofRecord = recorded is null ? [] : [new(Suspensions.Record, recorded)];
        var beside = Places is null ? [] : await Places.ReadAsync(Fleet, Cluster, cancel).ConfigureAwait(false);
        return Suspensions.InForce(ofRecord.Concat(beside), Time.GetUtcNow());
    }

    public Member MemberNamed(string name) =>
        Cluster.FindMember(name)
        ?? throw new InvalidOperationException($"the plan speaks of member {name}, which cluster {Cluster.Name} does not have");

    public DatabaseHost HostOf(Member member) => Environment.Hosts.Single(h => h.Name == member.Host);

    public MemberDirectory DirectoryOf(Member member) => MemberDirectory.Of(Access, Cluster.Name, member.Name);

    public ServerTarget TargetOf(Member member, string database) =>
        ServerTarget.Of(Access, HostOf(member).Address, member.Port, database);
}
