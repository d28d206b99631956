using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;

namespace PgGitOps.Core.Ports;

/// <summary>What the engine made in a cluster and last applied to it (<see cref="ClusterRecord"/>), written under a lease: a writer that was replaced writes nothing.</summary>
public interface IClusterRecord
{
    /// <summary>Inventory and applied values of steps that are done. Writing them again changes nothing.</summary>
    ValueTask<StepOutcome> RecordAsync(IReadOnlyCollection<Step> done, string commit, CancellationToken cancel);

    /// <summary>Values that were found as declared, marked so: nothing is made or owned by it.</summary>
    ValueTask<StepOutcome> RecordFoundAsync(IReadOnlyCollection<FacetState> found, string commit, CancellationToken cancel);
}
