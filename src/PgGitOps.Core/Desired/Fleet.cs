using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

/// <summary>Everything a revision declares, valid as a whole: schemas hold, names are unique, references resolve.</summary>
/// <remarks>Made by <c>FleetReader</c> only. Every list is ordered by name, so that document order never matters.</remarks>
public sealed record ValidFleet
{
    internal ValidFleet() { }

    public required RevisionInfo Revision { get; init; }
    public required RecoveryClasses? Classes { get; init; }
    public required EquatableArray<FleetEnvironment> Environments { get; init; }
    public required EquatableArray<Cluster> Clusters { get; init; }
    public required EquatableArray<RecoveryPolicy> Policies { get; init; }
    public required EquatableArray<Waiver> Waivers { get; init; }
    public required EquatableArray<ApprovalDocument> Approvals { get; init; }

    public FleetEnvironment EnvironmentOf(Cluster cluster) => Environments.Single(e => e.Name == cluster.Environment);

    public Cluster? FindCluster(string name) => Clusters.FirstOrDefault(c => c.Name == name);
}

/// <summary>Head of every document.</summary>
/// <param name="Name">Unique among documents of the same kind.</param>
/// <param name="At">Where <c>metadata.name</c> is written.</param>
public sealed record DocumentHead(string Kind, string Name, string? Owner, SourceSpan At)
{
    public override string ToString() => $"{Kind}/{Name}";
}

/// <summary>What the class names mean in numbers: the one place for them .</summary>
public sealed record RecoveryClasses(DocumentHead Head, EquatableArray<RecoveryClass> Rpo, EquatableArray<RecoveryClass> Rto);

public sealed record RecoveryClass(string Name, TimeSpan Limit, SourceSpan At);

public sealed record Waiver(
    DocumentHead Head,
    string Rule,
    string Document,
    string? Value,
    string Approver,
    string Reason,
    string? Ticket,
    DateTimeOffset Expires
);

/// <summary>Values for the parameters of rules, as written: their types stand in the rules' headers.</summary>
public sealed record RuleSettingsDocument(DocumentHead Head, EquatableArray<RuleSetting> Rules);

public sealed record RuleSetting(Located<string> Rule, EquatableArray<WrittenParameter> Parameters);

public sealed record WrittenParameter(Located<string> Name, LocatedNode Value);

/// <summary>Written consent from Git: what is allowed, by whom, until when.</summary>
/// <param name="Action">apply, promote, or null for one that only names objects.</param>
/// <param name="PlanId">The sealed plan it allows, or null for an approval of another kind.</param>
public sealed record ApprovalDocument(
    DocumentHead Head,
    string? Action,
    string? PlanId,
    string? Cluster,
    string ApprovedBy,
    DateTimeOffset Expires,
    SourceSpan At
)
{
    /// <summary>What stands among <see cref="Recreates"/> for every member at once.</summary>
    public const string WholeCluster = "cluster";

    /// <summary>Paths of objects of <see cref="Cluster"/> that were lost and may be made anew: <c>cluster</c>, <c>member/M</c>, <c>database/D</c>, <c>database/D/schema/S</c>.</summary>
    public EquatableArray<Located<string>> Recreates { get; init; } = [];

    /// <summary>Members of <see cref="Cluster"/> whose history counts as the cluster's, although others hold a newer one.</summary>
    public EquatableArray<Located<string>> Primaries { get; init; } = [];
}
