using System.Collections.Immutable;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Proofs.Commit;

/// <summary>What it is worth that one primary acknowledged a commit, under a synchronous rule.</summary>
/// <remarks>
/// Guaranteed strength holds in every state the configuration permits: standbys may have been disconnected for hours before the fault.
/// Nominal strength holds when every standby was connected and caught up at that moment. Claims need the guaranteed one.
/// </remarks>
public sealed class Acknowledgement
{
    private Acknowledgement(
        SynchronousRule rule,
        ImmutableArray<int> order,
        CommitLevel level,
        ManagerQuirk quirk,
        MemberSet direct,
        int named
    )
    {
        Named = named;
        Rule = rule;
        Order = order;
        Level = level;
        Quirk = quirk;
        Direct = direct;
        foreach (var index in order)
            Standbys = Standbys.With(index);
        WaitsFor = level >= CommitLevel.RemoteWrite ? rule.Count : 0;
        // A rule nobody can satisfy acknowledges nothing, and so loses nothing, at remote_write too.
        var floor =
            WaitsFor == 0 || level == CommitLevel.RemoteWrite && WritesGoOnWithout(MemberSet.Empty)
                ? AcknowledgementFloor.None
                : quirk.Floor;
        (GuaranteedCount, GuaranteedFrom) = floor switch
        {
            AcknowledgementFloor.None => (0, Standbys),
            AcknowledgementFloor.DeclaredCount => (WaitsFor, Standbys),
            AcknowledgementFloor.OneDeclared => (1, Standbys),
            AcknowledgementFloor.OneOfAnyMember => (1, direct | Standbys),
        };
    }

    public SynchronousRule Rule { get; }

    /// <summary>Members other than the primary that the rule names, those that do not stream from it included.</summary>
    private int Named { get; }

    /// <summary>The rule names enough other members, and too few of them stream from the primary: it waits for ever, and not because it is itself on a list that is made for another primary.</summary>
    public bool WaitsForCascades => Named >= WaitsFor && !WritesGoOnWithout(MemberSet.Empty);

    /// <summary>Named standbys other than the primary that receive directly from it, in the order of the list.</summary>
    public ImmutableArray<int> Order { get; }

    public MemberSet Standbys { get; }

    /// <summary>Every member that streams from the primary itself.</summary>
    public MemberSet Direct { get; }

    public CommitLevel Level { get; }
    public ManagerQuirk Quirk { get; }

    /// <summary>W: acknowledgements a commit asks for while the rule stands as declared; 0 when commits do not wait.</summary>
    public int WaitsFor { get; }

    /// <summary>W_min: acknowledgements that every permitted state asks for.</summary>
    public int GuaranteedCount { get; }

    /// <summary>Members those acknowledgements can come from.</summary>
    public MemberSet GuaranteedFrom { get; }

    /// <summary>The rule is shrunk when standbys are missing, instead of making commits wait.</summary>
    public bool Degrades =>
        Quirk.Floor == AcknowledgementFloor.None
        && (Quirk == ManagerQuirk.NativeDegrade || Quirk == ManagerQuirk.PatroniDegrading);

    /// <summary>Does a commit acknowledged by the primary survive the loss of these members, in every permitted state?</summary>
    public bool SurvivesGuaranteed(MemberSet lost) => (GuaranteedFrom & lost).Count < GuaranteedCount;

    /// <summary>The same when every standby was connected and caught up.</summary>
    public bool SurvivesNominal(MemberSet lost)
    {
        if (WaitsFor == 0)
            return false;
        var asked = WaitsFor;
        if (asked > Order.Length && Quirk.Floor != AcknowledgementFloor.DeclaredCount)
        {
            // The manager asks for no more than there are; with nobody named it asks anybody, or nobody at all.
            if (Order.Length == 0)
                return Quirk.Floor == AcknowledgementFloor.OneDeclared
                    || Quirk.Floor == AcknowledgementFloor.OneOfAnyMember && !Direct.Overlaps(lost);
            asked = Order.Length;
        }
        if (Rule.Method == SynchronousMethod.Any || asked >= Order.Length)
            return (Standbys & lost).Count < asked;
        for (var i = 0; i < asked; i++)
        {
            if (!lost.Contains(Order[i]))
                return true;
        }
        return false;
    }

    /// <summary>Do commits go on when these members cannot be reached by the primary?</summary>
    public bool WritesGoOnWithout(MemberSet unreachable)
    {
        if (WaitsFor == 0 || Degrades)
            return true;
        // A strict Patroni shrinks its count down to one, or asks for '*'.
        return Quirk.Floor == AcknowledgementFloor.DeclaredCount
            ? (Standbys - unreachable).Count >= WaitsFor
            : !((Quirk.Floor == AcknowledgementFloor.OneDeclared ? Standbys : Standbys | Direct) - unreachable).IsEmpty;
    }

    /// <summary>Is one of the members that the elector reaches sure to hold every acknowledged commit? (|R| + W &gt; n)</summary>
    public bool ElectsWithoutLoss(MemberSet reachable) =>
        GuaranteedCount > 0 && (GuaranteedFrom & reachable).Count + GuaranteedCount > GuaranteedFrom.Count;

    /// <summary>Which standbys may have been the only ones to acknowledge a commit that is gone with <paramref name="lost"/>.</summary>
    /// <returns>A set of acknowledging members inside <paramref name="lost"/>, empty when the primary alone sufficed; null when every commit survives.</returns>
    public MemberSet? AcknowledgersLostWith(MemberSet lost)
    {
        if (SurvivesGuaranteed(lost))
            return null;
        var acknowledgers = MemberSet.Empty;
        foreach (var index in (GuaranteedFrom & lost).Indexes.Take(GuaranteedCount))
            acknowledgers = acknowledgers.With(index);
        return acknowledgers;
    }

    /// <summary>Of <paramref name="primary"/>, which applies the rule to its own walsenders: cascades are none of them and drop out.</summary>
    public static Acknowledgement Of(Topology topology, SynchronousRule rule, WhenShort whenShort, CommitLevel level, int primary)
    {
        var direct =
            topology
                .Where(m => (m.Declared.From is not { } from || from.Value == topology.Members[primary].Name))
                .Without(primary) - topology.StandbyClusterMembers;
        var order = direct
            .Indexes.Select(member => (Member: member, Priority: rule.PriorityOf(topology.Members[member].Name)))
            .Where(m => m.Priority is not null)
            .OrderBy(m => m.Priority)
            .Select(m => m.Member);
        var quirk = ManagerQuirk.For(topology.Cluster.Manager, whenShort);
        var named = topology.All.Without(primary).Indexes.Count(m => rule.PriorityOf(topology.Members[m].Name) is not null);
        return new Acknowledgement(rule, [.. order], level, quirk, direct, named);
    }
}
