using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>Something that has to be true before a step, and why; where it is not true yet, the step that brings it about comes first.</summary>
internal sealed record Need(FacetKey Key, FacetValue? Value, string Reason);

/// <summary>A step whose place in the order is still open.</summary>
internal sealed class StepDraft
{
    internal required string Id { get; init; }
    internal required string Title { get; init; }
    internal required StepAction Action { get; init; }
    internal required TimeSpan Timeout { get; init; }
    internal SourceSpan? Because { get; init; }
    internal string? Window { get; init; }
    internal List<FacetState> Before { get; } = [];
    internal List<FacetState> Effects { get; } = [];
    internal List<Hazard> Hazards { get; } = [];
    internal List<Need> Needs { get; } = [];
    internal List<StepDependency> After { get; } = [];
    internal List<ObjectPath> Creates { get; } = [];
    internal List<ObjectPath> Removes { get; } = [];

    internal StepDraft Changing(StateSimulator state, FacetKey key, FacetValue? to)
    {
        Before.Add(new FacetState(key, state[key]));
        Effects.Add(new FacetState(key, to));
        return this;
    }
}

/// <summary>A plan in the making. Every drafted step is simulated at once, so that later ones build on it.</summary>
internal sealed class PlanDraft
{
    private readonly List<StepDraft> steps = [];
    private readonly List<Refusal> refusals = [];
    private readonly Dictionary<FacetKey, string> notActedOn = [];

    internal PlanDraft(ClusterProblem problem)
    {
        Problem = problem;
        State = new StateSimulator(problem.Live, problem.Unknown);
        Dropped = [.. RetractedValues.Of(problem)];
        StrayMemberships = [.. Differ.Memberships(problem).Order()];
    }

    /// <summary>Facets of ours that Git no longer asks for; ordered by key.</summary>
    internal IReadOnlyList<FacetKey> Dropped { get; }

    /// <summary>Live memberships outside of managed lists of memberships; ordered by key.</summary>
    internal IReadOnlyList<FacetKey> StrayMemberships { get; }

    internal ClusterProblem Problem { get; }

    internal StateSimulator State { get; }

    internal IReadOnlyList<StepDraft> Steps => steps;

    internal IReadOnlyList<Refusal> Refusals => refusals;

    internal IReadOnlyDictionary<FacetKey, string> NotActedOn => notActedOn;

    /// <summary>The member all SQL goes to: the present primary, or the one a drafted step makes.</summary>
    internal string? Primary => Problem.Cluster.Members.FirstOrDefault(m => StatusOf(m.Name) == MemberStatus.Primary)?.Name;

    internal MemberStatus StatusOf(string member)
    {
        var path = new ObjectPath.Member(member);
        if (State.IsUnknown(Problem.Key(path, Field.Exists)) || State.IsUnknown(Problem.Key(path, Field.Running)))
            return MemberStatus.Unreadable;
        if (State[Problem.Key(path, Field.Exists)] is null)
            return MemberStatus.Absent;
        var isPrimary = State[Problem.Key(path, Field.Role)]?.Canonical == "primary";
        return State[Problem.Key(path, Field.Running)] == CanonicalForm.True
            ? isPrimary
                ? MemberStatus.Primary
                : MemberStatus.Standby
            : isPrimary
                ? MemberStatus.StoppedPrimary
                : MemberStatus.StoppedStandby;
    }

    /// <summary>The facet differs, is known, and may be changed.</summary>
    internal bool Wants(DesiredFacet facet) =>
        !State.IsUnknown(facet.Key) && !Equals(State[facet.Key], facet.Value) && MayChange(facet.Key);

    internal bool MayChange(FacetKey key) => Problem.TreatmentOf(key).Kind == FieldTreatment.Enforce;

    internal DesiredFacet? Desired(ObjectPath path, Field field) =>
        Problem.Desired.ByKey.GetValueOrDefault(Problem.Key(path, field));

    /// <summary>The facet if it is desired and to be changed.</summary>
    internal DesiredFacet? Wanted(ObjectPath path, Field field) =>
        Desired(path, field) is { } facet && Wants(facet) ? facet : null;

    /// <summary>It was not there when the cluster was looked at.</summary>
    internal bool IsNew(ObjectPath path)
    {
        var exists = Problem.Key(path, Field.Exists);
        return !Problem.Live.ContainsKey(exists) && !Problem.Unknown.ContainsKey(exists);
    }

    internal void Add(StepDraft step)
    {
        steps.Add(step);
        State.Apply(step.Effects);
    }

    /// <summary>Takes a drafted step out again. What it would have brought about stays simulated, so only at the end of drafting.</summary>
    internal void LeaveOut(StepDraft step, string why)
    {
        steps.Remove(step);
        foreach (var effect in step.Effects)
            LeaveAlone(effect.Key, $"not planned: {why}");
    }

    internal void Refuse(Refusal refusal) => refusals.Add(refusal);

    internal void LeaveAlone(FacetKey key, string why) => notActedOn.TryAdd(key, why);

    /// <summary>SQL on the primary, or on the given member. It waits for the primary to exist.</summary>
    internal StepDraft Sql(
        ObjectPath path,
        string verb,
        string title,
        string database,
        IReadOnlyList<string> statements,
        SourceSpan? because,
        TimeSpan? timeout = null,
        bool inTransaction = true,
        string? member = null
    ) => Sql(path.ToString(), verb, title, database, statements, because, timeout, inTransaction, member);

    /// <param name="subject">What the step is about, for its id.</param>
    internal StepDraft Sql(
        string subject,
        string verb,
        string title,
        string database,
        IReadOnlyList<string> statements,
        SourceSpan? because,
        TimeSpan? timeout = null,
        bool inTransaction = true,
        string? member = null
    )
    {
        var primary = Primary ?? throw new InvalidOperationException("SQL was drafted without a primary.");
        var step = new StepDraft
        {
            Id = $"{Problem.Cluster.Name}/{subject}/{verb}",
            Title = title,
            Action = new StepAction.ExecuteSql(member ?? primary, database, statements.ToEquatableArray(), inTransaction),
            Timeout = timeout ?? StepTimeouts.Sql,
            Because = because,
        };
        step.Needs.Add(
            new Need(
                Problem.Key(new ObjectPath.Member(primary), Field.Role),
                FacetValue.Of("primary"),
                "the primary has to be there"
            )
        );
        step.Needs.Add(
            new Need(Problem.Key(new ObjectPath.Member(primary), Field.Running), CanonicalForm.True, "the primary has to run")
        );
        if (member is not null && member != primary)
            step.Needs.Add(
                new Need(Problem.Key(new ObjectPath.Member(member), Field.Running), CanonicalForm.True, $"{member} has to run")
            );
        return step;
    }

    /// <summary>A declared role has to exist; a role nobody declared is taken to exist.</summary>
    internal void NeedRole(StepDraft step, string role, string reason)
    {
        if (Desired(new ObjectPath.Role(role), Field.Exists) is { } exists)
            step.Needs.Add(new Need(exists.Key, exists.Value, reason));
    }

    /// <summary>Waits for an extension only where this plan creates it.</summary>
    internal void NeedExtension(StepDraft step, string database, string extension)
    {
        var id = $"{Problem.Cluster.Name}/{new ObjectPath.Extension(database, extension)}/create";
        if (steps.Exists(s => s.Id == id) && !step.After.Exists(a => a.On == id))
            step.After.Add(new StepDependency(id, $"extension {extension} may bring objects that are granted too"));
    }

    internal void NeedObject(StepDraft step, ObjectPath path, string reason)
    {
        if (Desired(path, Field.Exists) is { } exists)
            step.Needs.Add(new Need(exists.Key, exists.Value, reason));
    }
}

/// <summary>How long a step may take before its outcome counts as uncertain.</summary>
internal static class StepTimeouts
{
    internal static readonly TimeSpan Sql = TimeSpan.FromSeconds(30);

    // Copies the template directory and forces a checkpoint.
    internal static readonly TimeSpan CreateDatabase = TimeSpan.FromMinutes(5);
    internal static readonly TimeSpan Extension = TimeSpan.FromMinutes(5);
    internal static readonly TimeSpan PasswordFile = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan AccessList = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan Initialise = TimeSpan.FromMinutes(5);

    // A base backup of a terabyte over 1 Gbit/s takes about 2.5 hours.
    internal static readonly TimeSpan Clone = TimeSpan.FromHours(12);
    internal static readonly TimeSpan Start = TimeSpan.FromMinutes(5);
    internal static readonly TimeSpan Restart = TimeSpan.FromMinutes(10);
}
