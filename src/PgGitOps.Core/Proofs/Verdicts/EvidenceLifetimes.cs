namespace PgGitOps.Core.Proofs.Verdicts;

/// <summary>How long evidence counts where no document says.</summary>
public static class EvidenceLifetimes
{
    /// <summary>A month: long enough for a monthly drill, short enough that a forgotten one shows.</summary>
    public static readonly TimeSpan DrillDefault = TimeSpan.FromDays(31);
}
