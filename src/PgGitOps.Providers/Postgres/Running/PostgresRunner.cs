using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>Steps that PostgreSQL itself carries out: SQL on a member, and what the host of a member does with the programs of its server.</summary>
public sealed class PostgresRunner(IHostExecutor hosts, IHostProbe probe, ISecretStore secrets, TimeProvider time) : IStepRunner
{
    public string Name => "PostgreSQL";

    public bool Runs(StepAction action) => PostgresRun.PartOf(action) is not null;

    public IStepRun Begin(LeasedCluster cluster) => new PostgresRun(new StepContext(cluster, hosts, probe, secrets, time));
}
