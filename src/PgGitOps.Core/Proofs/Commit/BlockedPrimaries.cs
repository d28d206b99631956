using PgGitOps.Core.Proofs.Layout;

namespace PgGitOps.Core.Proofs.Commit;

/// <summary>Which primaries never acknowledge a commit, from the first on.</summary>
/// <remarks>
/// A member that is promoted may find itself on a list made for another primary: then commits wait until the rule is rewritten, which the
/// promotion's outage counts. In the primary site, a rule whose standbys do not stream from the primary is no such passing state: nothing there
/// is ever acknowledged, and that nothing acknowledged is lost keeps no objective.
/// </remarks>
public static class BlockedPrimaries
{
    public static bool IsBlocked(Topology topology, int primary, Acknowledgement acknowledgement) =>
        topology.Members[primary].Site == topology.PrimarySite && acknowledgement.WaitsForCascades;

    /// <param name="acknowledgements">By member, in the order of the topology.</param>
    public static MemberSet Of(Topology topology, IReadOnlyList<Acknowledgement> acknowledgements)
    {
        var blocked = MemberSet.Empty;
        foreach (var primary in topology.Primaries.Indexes)
        {
            if (IsBlocked(topology, primary, acknowledgements[primary]))
                blocked = blocked.With(primary);
        }
        return blocked;
    }
}
