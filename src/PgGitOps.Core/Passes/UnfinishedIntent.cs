namespace PgGitOps.Core.Passes;

/// <summary>A step that was in hand when its process ended.</summary>
public sealed record UnfinishedIntent(
    string PlanId,
    string Commit,
    string Cluster,
    string StepId,
    string Title,
    long FencingToken,
    DateTimeOffset At
)
{
    /// <summary>What it was to bring about; empty where the journal does not say.</summary>
    public IReadOnlyList<JournaledEffect> Effects { get; init; } = [];
}
