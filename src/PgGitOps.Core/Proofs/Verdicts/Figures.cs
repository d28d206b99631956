using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Proofs.Verdicts;

/// <summary>A planning figure with its origin.</summary>
/// <param name="Value">Null when neither the documents nor the product state it.</param>
public readonly record struct Figure(TimeSpan? Value, bool ByDefault);

/// <summary>The planning figures in force for one context: its policy's, else its environment's, else the product's defaults.</summary>
public sealed class Figures(FleetEnvironment environment, RecoveryPolicy policy)
{
    // Guesses, used so that a matrix can be shown before anybody has declared figures. They can never refute a claim, nor prove one.
    private static readonly TimeSpan DetectionDefault = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DecisionDefault = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan PromotionDefault = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReconnectDefault = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MistakeDetectionDefault = TimeSpan.FromHours(1);
    private static readonly TimeSpan ArchivePushDefault = TimeSpan.FromSeconds(30);

    public Figure Detection { get; } = Pick(policy.Planning?.Detection, environment.Planning.Detection, DetectionDefault);
    public Figure Decision { get; } = Pick(policy.Planning?.Decision, environment.Planning.Decision, DecisionDefault);
    public Figure Promotion { get; } = Pick(policy.Planning?.Promotion, environment.Planning.Promotion, PromotionDefault);
    public Figure Reconnect { get; } = Pick(policy.Planning?.Reconnect, environment.Planning.Reconnect, ReconnectDefault);
    public Figure MistakeDetection { get; } =
        Pick(policy.Planning?.MistakeDetection, environment.Planning.MistakeDetection, MistakeDetectionDefault);
    public Figure ArchivePush { get; } = Pick(policy.Planning?.ArchivePush, environment.Planning.ArchivePush, ArchivePushDefault);

    /// <summary>No default: configuration cannot prove the speed of a restore.</summary>
    public ByteCount? RestoreBytesPerSecond { get; } =
        policy.Planning?.RestoreBytesPerSecond ?? environment.Planning.RestoreBytesPerSecond;

    public ByteCount? ReplayBytesPerSecond { get; } =
        policy.Planning?.ReplayBytesPerSecond ?? environment.Planning.ReplayBytesPerSecond;

    public ByteCount? WalBytesPerSecond { get; } = policy.Writes?.WalBytesPerSecond;

    public ByteCount? Size { get; } = policy.Writes?.Size;

    private static Figure Pick(TimeSpan? ofPolicy, TimeSpan? ofEnvironment, TimeSpan byDefault) =>
        (ofPolicy ?? ofEnvironment) is { } declared ? new Figure(declared, false) : new Figure(byDefault, true);
}
