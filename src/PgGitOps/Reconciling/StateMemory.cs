namespace PgGitOps.Reconciling;

/// <summary>What this machine remembers between passes and runs, in its state directory.</summary>
/// <param name="Clusters">How each stands.</param>
/// <param name="Conditions">What is wrong with the directory now.</param>
internal sealed record StateMemory(DriftHistory Drift, StepsWithoutEffect WithoutEffect, ConditionBook Clusters, StateConditions Conditions)
{
    /// <param name="directory">Need not exist.</param>
    public static StateMemory Open(string directory, StateConditions conditions) => new(
        DriftHistory.Open(Path.Combine(directory, "drift.json"), conditions),
        StepsWithoutEffect.Open(Path.Combine(directory, "without-effect.json"), conditions),
        ConditionBook.Open(Path.Combine(directory, "conditions.json"), conditions),
        conditions);
}
