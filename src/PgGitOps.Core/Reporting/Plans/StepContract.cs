using System.Text.Json.Serialization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Kinds;

namespace PgGitOps.Core.Reporting.Plans;

/// <summary>One step of a plan file; its cluster is the one that it stands in.</summary>
internal sealed record StepContract
{
    public required string Id { get; init; }
    public required string Title { get; init; }
    public required ActionContract Action { get; init; }
    public required IReadOnlyList<StateContract> Preconditions { get; init; }
    public required IReadOnlyList<StateContract> Effects { get; init; }
    public required IReadOnlyList<HazardContract> Hazards { get; init; }
    public required long TimeoutSeconds { get; init; }
    public required IReadOnlyList<DependencyContract> DependsOn { get; init; }
    public required PlaceContract? Because { get; init; }
    public required IReadOnlyList<string> Creates { get; init; }
    public required IReadOnlyList<string> Removes { get; init; }
    public required string? Window { get; init; }

    public static StepContract Of(Step step) =>
        new()
        {
            Id = step.Id,
            Title = step.Title,
            Action = ActionContract.Of(step.Action),
            Preconditions = [.. step.Preconditions.Select(StateContract.Of)],
            Effects = [.. step.Effects.Select(StateContract.Of)],
            Hazards = [.. step.Hazards.Select(h => new HazardContract(h.Kind, h.Text))],
            TimeoutSeconds = (long)step.Timeout.TotalSeconds,
            DependsOn = [.. step.DependsOn.Select(d => new DependencyContract(d.On, d.Reason))],
            Because = PlaceContract.Of(step.Because),
            Creates = [.. step.Creates.Select(c => c.ToString())],
            Removes = [.. step.Removes.Select(r => r.ToString())],
            Window = step.Window,
        };

    public Step ToStep(string cluster) =>
        new()
        {
            Id = Id,
            Cluster = cluster,
            Title = Title,
            Action = Action.ToAction(),
            Preconditions = Preconditions.Each(p => p.ToState()),
            Effects = Effects.Each(e => e.ToState()),
            Hazards = Hazards.Each(h => new Hazard(h.Kind, h.Text)),
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
            DependsOn = DependsOn.Each(d => new StepDependency(d.On, d.Reason)),
            Because = Because?.ToSpan(),
            Creates = Creates.Each(ObjectText.Parse),
            Removes = Removes.Each(ObjectText.Parse),
            Window = Window,
        };
}

internal sealed record HazardContract(HazardKind Kind, string Text);

internal sealed record DependencyContract(string On, string Reason);

/// <summary>What a step does, by its <c>kind</c>. Closed, as <see cref="StepAction"/> is.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(InitialisePrimary), "initialisePrimary")]
[JsonDerivedType(typeof(CloneStandby), "cloneStandby")]
[JsonDerivedType(typeof(StartServer), "startServer")]
[JsonDerivedType(typeof(RestartServer), "restartServer")]
[JsonDerivedType(typeof(ExecuteSql), "executeSql")]
[JsonDerivedType(typeof(SetPassword), "setPassword")]
[JsonDerivedType(typeof(WritePasswordFile), "writePasswordFile")]
[JsonDerivedType(typeof(WriteAccessList), "writeAccessList")]
internal abstract record ActionContract
{
    private ActionContract() { }

    public abstract StepAction ToAction();

    public static ActionContract Of(StepAction action) =>
        action.Match<ActionContract>(
            a => new InitialisePrimary(a.Member),
            a => new CloneStandby(a.Member, a.Source, a.Slot),
            a => new StartServer(a.Member),
            a => new RestartServer(a.Member),
            a => new ExecuteSql(a.Member, a.Database, a.Statements, a.InTransaction),
            a => new SetPassword(a.Member, a.Role, SecretContract.Of(a.Secret)),
            a => new WritePasswordFile(a.Member, a.User, a.InUse, SecretContract.Of(a.Secret)),
            a => new WriteAccessList(a.Member, a.Lines)
        );

    public sealed record InitialisePrimary(string Member) : ActionContract
    {
        public override StepAction ToAction() => new StepAction.InitialisePrimary(Member);
    }

    public sealed record CloneStandby(string Member, string Source, string Slot) : ActionContract
    {
        public override StepAction ToAction() => new StepAction.CloneStandby(Member, Source, Slot);
    }

    public sealed record StartServer(string Member) : ActionContract
    {
        public override StepAction ToAction() => new StepAction.StartServer(Member);
    }

    public sealed record RestartServer(string Member) : ActionContract
    {
        public override StepAction ToAction() => new StepAction.RestartServer(Member);
    }

    public sealed record ExecuteSql(string Member, string Database, IReadOnlyList<string> Statements, bool InTransaction)
        : ActionContract
    {
        public override StepAction ToAction() =>
            new StepAction.ExecuteSql(Member, Database, Statements.Each(s => s), InTransaction);
    }

    public sealed record SetPassword(string Member, string Role, SecretContract Secret) : ActionContract
    {
        public override StepAction ToAction() => new StepAction.SetPassword(Member, Role, Secret.ToReference());
    }

    public sealed record WritePasswordFile(string Member, string User, bool InUse, SecretContract Secret) : ActionContract
    {
        public override StepAction ToAction() => new StepAction.WritePasswordFile(Member, User, Secret.ToReference(), InUse);
    }

    public sealed record WriteAccessList(string Member, IReadOnlyList<string> Lines) : ActionContract
    {
        public override StepAction ToAction() => new StepAction.WriteAccessList(Member, Lines.Each(l => l));
    }
}

internal enum SecretPlace
{
    Environment,
    File,
}

/// <summary>Where a secret lies; never what it is.</summary>
internal sealed record SecretContract(SecretPlace Kind, string Name, PlaceContract At)
{
    public static SecretContract Of(SecretReference secret) =>
        secret.Match(
            e => new SecretContract(SecretPlace.Environment, e.Variable, PlaceContract.Of(e.At)),
            f => new SecretContract(SecretPlace.File, f.Path, PlaceContract.Of(f.At))
        );

    public SecretReference ToReference() =>
        Kind switch
        {
            SecretPlace.Environment => new SecretReference.FromEnvironment(Name, At.ToSpan()),
            SecretPlace.File => new SecretReference.FromFile(Name, At.ToSpan()),
        };
}
