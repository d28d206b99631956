using PgGitOps.Core.Ports;
using PgGitOps.Providers.State;
using PgGitOps.State;

namespace PgGitOps.Reconciling;

/// <summary>What this machine remembers between passes and runs, in its state directory.</summary>
/// <param name="Clusters">How each stands.</param>
/// <param name="Conditions">What is wrong with the directory now.</param>
internal sealed record StateMemory(
    DriftHistory Drift,
    StepsWithoutEffect WithoutEffect,
    ConditionBook Clusters,
    LagEvidence Lag,
    RememberedClusters Remembered,
    StateConditions Conditions
)
{
    /// <param name="directory">Need not exist.</param>
    /// <param name="repository">Key of the policy repository.</param>
    public static StateMemory Open(string directory, string repository, StateConditions conditions, TimeProvider time)
    {
        IEvidenceStore store = new EvidenceFiles(Path.Combine(directory, "evidence"), time, conditions.Distrust);
        return new(
            new DriftHistory(store, repository, Path.Combine(directory, "drift.json"), conditions),
            new StepsWithoutEffect(store, repository, Path.Combine(directory, "without-effect.json"), conditions),
            new ConditionBook(store, repository, conditions),
            new LagEvidence(store, repository, conditions),
            new RememberedClusters(
                store,
                repository,
                new EarlierMemory(Path.Combine(directory, "clusters"), conditions.Distrust),
                time,
                conditions
            ),
            conditions
        );
    }
}
