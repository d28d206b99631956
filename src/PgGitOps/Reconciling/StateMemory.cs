namespace PgGitOps.Reconciling;

/// <summary>What this machine remembers between passes and runs, in its state directory.</summary>
/// <param name="Conditions">What is wrong with the directory now.</param>
internal sealed record StateMemory(DriftHistory Drift, StepsWithoutEffect WithoutEffect, StateConditions Conditions)
{
    /// <param name="directory">Need not exist.</param>
    public static StateMemory Open(string directory, StateConditions conditions) => new(
        DriftHistory.Open(Path.Combine(directory, "drift.json"), conditions),
        StepsWithoutEffect.Open(Path.Combine(directory, "without-effect.json"), conditions),
        conditions);
}
