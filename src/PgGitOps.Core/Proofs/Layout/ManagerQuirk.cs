using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Layout;

/// <summary>How far below its declared count a manager may let the synchronous rule sink.</summary>
public enum AcknowledgementFloor
{
    /// <summary>Nobody rewrites the rule: commits wait for the declared count.</summary>
    DeclaredCount,

    /// <summary>One acknowledgement is always asked for, from a declared standby.</summary>
    OneDeclared,

    /// <summary>One acknowledgement is always asked for, but any directly connected member may give it.</summary>
    OneOfAnyMember,

    /// <summary>In some permitted state commits are acknowledged by the primary alone.</summary>
    None,
}

/// <summary>A fact about a manager that changes what an acknowledgement is worth.</summary>
/// <param name="Manager">The manager in the words of its own documentation.</param>
/// <param name="When">The configuration or version it speaks of.</param>
/// <param name="Source">Where it is documented, or how it was seen.</param>
public sealed record ManagerQuirk(string Manager, string When, AcknowledgementFloor Floor, string Why, string Source)
{
    public static readonly ManagerQuirk Static = new(
        "PostgreSQL",
        "synchronous_standby_names written once, nobody rewriting it",
        AcknowledgementFloor.DeclaredCount,
        "commits wait as long as fewer standbys than asked for are connected",
        "PostgreSQL documentation, 27.2.8 Synchronous Replication"
    );

    public static readonly ManagerQuirk NativeDegrade = new(
        "native",
        "whenShort: degrade",
        AcknowledgementFloor.None,
        "the rule is shrunk when standbys are missing, down to the primary alone",
        "documents of this product: spec.replication.synchronous.whenShort"
    );

    public static readonly ManagerQuirk PatroniDegrading = new(
        "Patroni",
        "synchronous_mode on or quorum, not strict",
        AcknowledgementFloor.None,
        "Patroni switches synchronous replication off when no synchronous standby is left",
        "Patroni documentation, Replication modes: synchronous mode"
    );

    public static readonly ManagerQuirk PatroniStrict = new(
        "Patroni",
        "synchronous_mode_strict, newer than 4.1.4",
        AcknowledgementFloor.OneDeclared,
        "strict mode keeps one synchronous standby at least, whatever synchronous_node_count says",
        "Patroni documentation, Replication modes: synchronous_node_count"
    );

    public static readonly ManagerQuirk PatroniStarFenced = new(
        "Patroni",
        "synchronous_mode_strict, up to 4.1.4, replication admitted from members only",
        AcknowledgementFloor.OneOfAnyMember,
        "with no candidate left strict mode asks for '*', which any connected member satisfies",
        "seen on a real server with Patroni 3.0.2: strict mode fell back to '*'"
    );

    public static readonly ManagerQuirk PatroniStar = new(
        "Patroni",
        "synchronous_mode_strict, up to 4.1.4 or version not stated",
        AcknowledgementFloor.None,
        "with no candidate left strict mode asks for '*', which any WAL receiver satisfies, a stray pg_receivewal too",
        "seen on a real server with Patroni 3.0.2: 43,672 acknowledged rows were lost"
    );

    public static readonly ManagerQuirk CloudNativeRequired = new(
        "CloudNativePG",
        "dataDurability: required",
        AcknowledgementFloor.DeclaredCount,
        "writes stop when fewer standbys than number are ready",
        "CloudNativePG documentation, Replication: data durability"
    );

    public static readonly ManagerQuirk CloudNativePreferred = new(
        "CloudNativePG",
        "dataDurability: preferred",
        AcknowledgementFloor.None,
        "the required number follows the standbys that are ready, down to none",
        "CloudNativePG documentation, Replication: data durability"
    );

    public static readonly ManagerQuirk AutoFailover = new(
        "pg_auto_failover",
        "number_sync_standbys at least 1",
        AcknowledgementFloor.DeclaredCount,
        "the monitor keeps number_sync_standbys as the least number of acknowledgements",
        "pg_auto_failover documentation, number_sync_standbys"
    );

    public static readonly ManagerQuirk AutoFailoverTwoNodes = new(
        "pg_auto_failover",
        "formation of two data nodes",
        AcknowledgementFloor.None,
        "with its only standby gone the primary goes on asynchronously",
        "pg_auto_failover documentation, number_sync_standbys = 0"
    );

    /// <summary>The whole table, for documents and reports; the last four rows are for clusters that are imported or read only.</summary>
    public static readonly EquatableArray<ManagerQuirk> All =
    [
        Static,
        NativeDegrade,
        PatroniDegrading,
        PatroniStrict,
        PatroniStarFenced,
        PatroniStar,
        CloudNativeRequired,
        CloudNativePreferred,
        AutoFailover,
        AutoFailoverTwoNodes,
    ];

    private static readonly Version PatroniLastWithStar = new(4, 1, 4);

    public static ManagerQuirk For(ClusterManager manager, WhenShort whenShort) =>
        manager.Match(
            native => whenShort == WhenShort.Degrade ? NativeDegrade : Static,
            patroni =>
            {
                if (whenShort == WhenShort.Degrade)
                    return PatroniDegrading;
                if (Version.TryParse(patroni.Version, out var version) && version > PatroniLastWithStar)
                    return PatroniStrict;
                return patroni.ReplicationOnlyFromMembers ? PatroniStarFenced : PatroniStar;
            }
        );
}
