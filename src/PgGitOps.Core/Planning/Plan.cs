using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>Why desired and live differ, told by the last applied value.</summary>
public enum ChangeCause
{
    /// <summary>Git moved; reality is as we left it.</summary>
    Intent,

    /// <summary>Reality moved; Git is as it was.</summary>
    Drift,

    /// <summary>Both moved, to different values.</summary>
    Conflict,

    /// <summary>Never applied before: a new object, or one being adopted.</summary>
    Initial,

    /// <summary>Nobody declared it, and it is dangerous.</summary>
    Undeclared,

    /// <summary>What was applied last could not be read, so nobody can say which of the two moved.</summary>
    Unknown,
}

/// <summary>One difference between desired and live.</summary>
/// <param name="Live">Null where the object is absent.</param>
/// <param name="Desired">Null where the object is to be removed, or where nobody declared it.</param>
/// <param name="Applied">Last value applied, or null.</param>
/// <param name="Because">The place in Git that asks for it; null for removals and undeclared findings.</param>
public sealed record Change(
    FacetKey Key,
    FacetValue? Live,
    FacetValue? Desired,
    string? Applied,
    ChangeCause Cause,
    FieldTreatment Treatment,
    SourceSpan? Because
)
{
    /// <summary>Why it will not be acted on, or null when a step does.</summary>
    public string? NotActedOn { get; init; }

    /// <summary>For dangerous findings: what follows from it.</summary>
    public string? Danger { get; init; }
}

public enum HazardKind
{
    Restart,
    Reload,
    CommitsMayWait,
    DataLoss,
    AccessLoss,
    LongRunning,
    ExclusiveLock,
}

public sealed record Hazard(HazardKind Kind, string Text);

/// <summary>What a step does. Closed; every case says all that its runner needs, and secrets only by reference.</summary>
public abstract record StepAction
{
    private StepAction() { }

    /// <summary>initdb, configuration, start, replication role: an empty host becomes a primary.</summary>
    public sealed record InitialisePrimary(string Member) : StepAction;

    /// <summary>Base backup from <paramref name="Source"/> over its slot, then start: an empty host becomes a streaming standby.</summary>
    public sealed record CloneStandby(string Member, string Source, string Slot) : StepAction;

    public sealed record StartServer(string Member) : StepAction;

    public sealed record RestartServer(string Member) : StepAction;

    /// <summary>SQL on one database of one member. The text is complete and holds no secret.</summary>
    /// <param name="InTransaction">All statements in one transaction; false for statements that refuse one.</param>
    public sealed record ExecuteSql(string Member, string Database, EquatableArray<string> Statements, bool InTransaction)
        : StepAction;

    /// <summary>Stores the verifier of the role's secret; the password itself is not sent.</summary>
    public sealed record SetPassword(string Member, string Role, SecretReference Secret) : StepAction;

    /// <summary>Puts the password a standby logs in to its source with onto its host, mode 0600.</summary>
    /// <param name="InUse">False writes it beside the file in use: so a host that cannot be written to is known before the server's verifier changes.</param>
    public sealed record WritePasswordFile(string Member, string User, SecretReference Secret, bool InUse) : StepAction;

    /// <summary>Writes pg_hba.conf of a running server and has it loaded.</summary>
    /// <param name="Lines">All of it but its first line, which says whose it is.</param>
    public sealed record WriteAccessList(string Member, EquatableArray<string> Lines) : StepAction;

    /// <summary>It runs under the writer's lock on the primary, or is recorded there: only making or starting a server does without.</summary>
    public bool NeedsPrimary => this is not (InitialisePrimary or StartServer);

    public T Match<T>(
        Func<InitialisePrimary, T> initialisePrimary,
        Func<CloneStandby, T> cloneStandby,
        Func<StartServer, T> startServer,
        Func<RestartServer, T> restartServer,
        Func<ExecuteSql, T> executeSql,
        Func<SetPassword, T> setPassword,
        Func<WritePasswordFile, T> writePasswordFile,
        Func<WriteAccessList, T> writeAccessList
    ) =>
        this switch
        {
            InitialisePrimary a => initialisePrimary(a),
            CloneStandby a => cloneStandby(a),
            StartServer a => startServer(a),
            RestartServer a => restartServer(a),
            ExecuteSql a => executeSql(a),
            SetPassword a => setPassword(a),
            WritePasswordFile a => writePasswordFile(a),
            WriteAccessList a => writeAccessList(a),
            _ => throw new InvalidOperationException("StepAction is closed"),
        };
}

/// <summary>A facet and the value it has before or after a step; null means absent.</summary>
public sealed record FacetState(FacetKey Key, FacetValue? Value);

/// <param name="On">Id of the step that must be done first.</param>
/// <param name="Reason">Why, for the reader of the plan.</param>
public sealed record StepDependency(string On, string Reason);

public sealed record Step
{
    /// <summary>Readable and stable, such as <c>sentral-core/role/tenancy_app/create</c>.</summary>
    public required string Id { get; init; }

    public required string Cluster { get; init; }

    /// <summary>One line for a reader, such as <c>create role tenancy_app (login)</c>.</summary>
    public required string Title { get; init; }

    public required StepAction Action { get; init; }
    public required EquatableArray<FacetState> Preconditions { get; init; }
    public required EquatableArray<FacetState> Effects { get; init; }
    public required EquatableArray<Hazard> Hazards { get; init; }
    public required TimeSpan Timeout { get; init; }
    public required EquatableArray<StepDependency> DependsOn { get; init; }
    public required SourceSpan? Because { get; init; }

    /// <summary>Objects that enter the inventory, or leave it, when the step is done.</summary>
    public EquatableArray<ObjectPath> Creates { get; init; } = [];

    public EquatableArray<ObjectPath> Removes { get; init; } = [];

    /// <summary>Kind of window the step has to wait for (<c>restart</c>, <c>switchover</c>), or null.</summary>
    public string? Window { get; init; }
}

/// <summary>Why part of a plan is not possible; nothing of that part is done.</summary>
/// <param name="RuleId">Such as <c>PGP003</c>.</param>
public sealed record Refusal(string RuleId, string Message, string? Hint, SourceSpan? Because);

/// <summary>A live value that the plan rests on. Secrets appear as a digest.</summary>
public sealed record LiveRead(FacetKey Key, string? Canonical);

public sealed record ClusterPlan
{
    public required string Cluster { get; init; }
    public required ReconcileMode Mode { get; init; }
    public required EquatableArray<Change> Changes { get; init; }

    /// <summary>In an order that respects every dependency.</summary>
    public required EquatableArray<Step> Steps { get; init; }

    public required EquatableArray<Refusal> Refusals { get; init; }
    public required EquatableArray<LiveRead> Reads { get; init; }

    /// <summary>Members and databases that could not be read, with the reason; nothing is planned on them.</summary>
    public required EquatableArray<string> Unknowns { get; init; }

    /// <summary>What documents ask for and nobody here keeps.</summary>
    public EquatableArray<NotManaged> NotManaged { get; init; } = [];

    /// <summary>What has to be read first; null where one proven primary answers. No part of a plan file.</summary>
    public ClusterAlert? Alert { get; init; }

    /// <summary>Values that are as declared without the record saying so; ordered by key. Recorded, so that a later change of them is told as drift. No part of a plan file.</summary>
    public EquatableArray<FacetState> Found { get; init; } = [];
}

/// <summary>What apply would do, sealed.</summary>
/// <param name="Id">Hash of commit, rule bundle, desired values and every live value read; 64 hex digits.</param>
public sealed record Plan(string Id, string Commit, DateTimeOffset CreatedAt, EquatableArray<ClusterPlan> Clusters)
{
    public bool IsEmpty => Clusters.All(c => c.Steps.Count == 0);
}
