using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Ownership;

/// <summary>Who writes something of a cluster.</summary>
public enum Owner
{
    /// <summary>This engine.</summary>
    Native,

    /// <summary>Patroni: written underneath it, it would be undone.</summary>
    Patroni,

    PgBackRest,
}

/// <summary>Who writes one kind of thing, by the cluster's manager: a row of the table of owners.</summary>
public sealed record OwnerRule
{
    private OwnerRule(Owner underNative, Owner underPatroni, Func<FleetEnvironment, Cluster, SourceSpan?> declaredAt) =>
        (UnderNative, UnderPatroni, DeclaredAt) = (underNative, underPatroni, declaredAt);

    /// <summary>By SQL on the primary, which this engine may do whoever manages the servers.</summary>
    public static readonly OwnerRule Engine = new(Owner.Native, Owner.Native, (_, _) => null);

    public Owner UnderNative { get; }

    public Owner UnderPatroni { get; }

    /// <summary>Where documents ask for it; null where they do not, and for what this engine writes in any case.</summary>
    public Func<FleetEnvironment, Cluster, SourceSpan?> DeclaredAt { get; }

    /// <summary>Of the servers' life cycle: whoever manages them.</summary>
    public static OwnerRule Manager(Func<FleetEnvironment, Cluster, SourceSpan?> declaredAt) =>
        new(Owner.Native, Owner.Patroni, declaredAt);

    /// <summary>Of a tool of its own, whoever manages the servers.</summary>
    public static OwnerRule Tool(Owner owner, Func<FleetEnvironment, Cluster, SourceSpan?> declaredAt) =>
        new(owner, owner, declaredAt);

    public Owner Of(ClusterManager manager) => manager.Match(_ => UnderNative, _ => UnderPatroni);

    /// <summary>It is kept as declared: its owner has a runner.</summary>
    public bool IsManaged(Cluster cluster) => Owners.HasRunner(Of(cluster.Manager));
}
