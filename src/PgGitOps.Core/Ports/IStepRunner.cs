using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;

namespace PgGitOps.Core.Ports;

/// <summary>Carries out the steps of one owner, such as PostgreSQL itself. A step that no runner of the list runs is refused before anything is done.</summary>
public interface IStepRunner
{
    /// <summary>For a reader.</summary>
    string Name { get; }

    bool Runs(StepAction action);

    /// <summary>Begins the work on one cluster; opens nothing yet.</summary>
    IStepRun Begin(LeasedCluster cluster);
}

/// <summary>One runner's work on one cluster under one lease. Disposing ends its sessions, before the lease is given back.</summary>
public interface IStepRun : IAsyncDisposable
{
    /// <summary>Performs one step. The outside world's failures are outcomes, not exceptions.</summary>
    /// <remarks>The lease is asked once more after everything that takes time, right before the effect.</remarks>
    ValueTask<StepOutcome> RunAsync(Step step, CancellationToken cancel);
}

/// <summary>A cluster that this process alone may write into.</summary>
/// <param name="Snapshot">As observed under the lease.</param>
public sealed record LeasedCluster(ValidFleet Fleet, Cluster Cluster, ClusterSnapshot Snapshot, IClusterLease Lease);
