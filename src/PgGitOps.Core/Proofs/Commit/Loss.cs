using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Proofs.Commit;

public enum LossKind
{
    None,
    Bounded,
    Unbounded,
}

/// <summary>How much acknowledged work can be gone: a worst case, never an estimate.</summary>
/// <param name="Duration">Of a bounded loss, in time; null where only bytes are bounded and no WAL rate is declared.</param>
/// <param name="Bytes">Of a bounded loss, in WAL; null where only time is bounded and no WAL rate is declared.</param>
public sealed record Loss(LossKind Kind, TimeSpan? Duration, ByteCount? Bytes)
{
    public static readonly Loss None = new(LossKind.None, TimeSpan.Zero, new ByteCount(0));
    public static readonly Loss Unbounded = new(LossKind.Unbounded, null, null);

    public static Loss OfDuration(TimeSpan duration, ByteCount? walBytesPerSecond) =>
        new(LossKind.Bounded, duration, walBytesPerSecond is null ? null : Saturating.Times(walBytesPerSecond, duration));

    /// <summary>A bound in bytes and never in time: the declared WAL rate is the busy hour's, and a quiet hour spreads the same bytes over any time.</summary>
    public static Loss OfBytes(ByteCount bytes) => new(LossKind.Bounded, null, bytes);

    /// <summary>Negative when this is the smaller loss. A bound of unknown duration counts as more than any known one.</summary>
    public int CompareTo(Loss other)
    {
        if (Kind != other.Kind)
            return Kind.CompareTo(other.Kind);
        var byDuration = (Duration ?? TimeSpan.MaxValue).CompareTo(other.Duration ?? TimeSpan.MaxValue);
        return byDuration != 0 ? byDuration : (Bytes?.Bytes ?? long.MaxValue).CompareTo(other.Bytes?.Bytes ?? long.MaxValue);
    }

    public override string ToString() =>
        Kind switch
        {
            LossKind.None => "none",
            LossKind.Unbounded => "unbounded",
            LossKind.Bounded => (Duration, Bytes) switch
            {
                ({ } d, { } b) => $"up to {Amounts.Round(d)} ({Amounts.Round(b)} of WAL)",
                ({ } d, null) => $"up to {Amounts.Round(d)}",
                (null, { } b) => $"up to {Amounts.Round(b)} of WAL",
                _ => "bounded",
            },
        };
}
