using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Leasing;

namespace PgGitOps.Providers.Postgres.Servers;

/// <summary>What the steps of one writer share: its cluster, and the hosts of it.</summary>
internal sealed record StepContext(
    LeasedCluster At,
    IHostExecutor Hosts,
    IHostProbe Probe,
    ISecretStore Secrets,
    TimeProvider Time
) : WriterContext(At.Fleet, At.Cluster, At.Snapshot, Secrets, Time);
