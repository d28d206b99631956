using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;

namespace PgGitOps.Core.Proofs.Paths;

/// <summary>Paths that are the same for every context.</summary>
internal static class StandingPaths
{
    public static readonly RecoveryPath Blocked = new(
        PathKind.Blocked,
        "no commit ends, whatever fails: too few of the listed standbys stream from the primary",
        true,
        Loss.None,
        Loss.None,
        Outage.Never("standbys that stream from the primary are listed")
    );

    public static readonly RecoveryPath Undisturbed = new(
        PathKind.Undisturbed,
        "the primary goes on",
        true,
        Loss.None,
        Loss.None,
        Outage.None
    );

    public static readonly RecoveryPath Nothing = new(
        PathKind.Nothing,
        "no copy is left that the policy lets anybody use",
        false,
        Loss.Unbounded,
        Loss.Unbounded,
        Outage.Never("somebody rebuilds the data")
    );
}
