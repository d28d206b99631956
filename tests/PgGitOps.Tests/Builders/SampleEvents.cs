using System.Reflection;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Builders;

/// <summary>One event of every kind, and of every code that a kind may have.</summary>
internal static class SampleEvents
{
    public static Step Step { get; } =
        new()
        {
            Id = "core/role/app/create",
            Cluster = "core",
            Title = "create role app",
            Action = new StepAction.ExecuteSql("core-1", "postgres", ["CREATE ROLE app"], true),
            Preconditions = [],
            Effects = [],
            Hazards = [],
            Timeout = TimeSpan.FromSeconds(5),
            DependsOn = [],
            Because = null,
        };

    private static readonly Diagnostic Finding = new(Severity.Error, "OWN1", "a forbidden amount", default);

    private static readonly ClusterCondition Ready = new(ConditionReason.InSync, "in sync", [], DateTimeOffset.UnixEpoch);

    public static IReadOnlyList<PassEvent> All { get; } =
    [
        new PassEvent.LoopBegun("/srv/policies.git"),
        new PassEvent.LoopEnding(2),
        new PassEvent.LoopEnded(),
        new PassEvent.RevisionAccepted("c0ffee", "somebody", "a change", ["core"]),
        .. Enum.GetValues<RevisionFault>()
            .Select(f => new PassEvent.RevisionRejected("deadbeef", "c0ffee", f, "deadbeef is not valid", [Finding])),
        new PassEvent.RevisionNotFetched(SourceRefusalKind.RemoteUnreachable, "c0ffee", "no route", "look at the network"),
        new PassEvent.RevisionCurrent("c0ffee"),
        new PassEvent.ClusterUndeclared("core"),
        new PassEvent.PassBegun("core", "c0ffee"),
        new PassEvent.PassEnded(
            "core",
            "c0ffee",
            Ready,
            new(1, false, [], TimeSpan.FromMilliseconds(7), TimeSpan.FromMilliseconds(3))
        ),
        new PassEvent.PassFailed("core", new InvalidCastException("a bug of ours")),
        new PassEvent.PassScheduled("core", 1, TimeSpan.FromMinutes(2)),
        new PassEvent.RunBegun(["core"], 3),
        new PassEvent.StepBegun(Step),
        .. new StepOutcome[]
        {
            new StepOutcome.Done(TimeSpan.Zero),
            new StepOutcome.AlreadyTrue(),
            new StepOutcome.Skipped("after another"),
            new StepOutcome.Refused("role app exists"),
            new StepOutcome.Failed("permission denied", null),
            new StepOutcome.Uncertain("no answer"),
        }.Select(o => new PassEvent.StepEnded(Step, o)),
        new PassEvent.StepHeldBack(Step, "waits for window nightly"),
        new PassEvent.StepWithoutEffect(Step, "role app is absent"),
        new PassEvent.InterruptedStepVerified("core", Step.Id, Step.Title, OutcomeCheckVerdict.Happened),
        .. Enum.GetValues<ConditionReason>()
            .Select(r => new PassEvent.ConditionChanged("core", Ready, new(r, "as it is", [], DateTimeOffset.UnixEpoch))),
        new PassEvent.ClusterResumed("core", DateTimeOffset.UnixEpoch),
        new PassEvent.ObjectivesJudged("core", ["erp/prod is at risk"]),
        new PassEvent.ObjectiveAtRisk("core", "erp/prod is at risk"),
        new PassEvent.ObjectiveMet("core", "erp/prod holds"),
        new PassEvent.RuleFound(Finding),
        new PassEvent.RuleCleared(Finding),
        new PassEvent.RulesNotAsked("core", new InvalidCastException("a bug of ours")),
        new PassEvent.StateNotKept("drift.json", "drift.json cannot be written: no space"),
        new PassEvent.StateKept("drift.json"),
        new PassEvent.ListenerFailed("LogListener", new InvalidCastException("a bug of ours")),
    ];

    /// <summary>Every kind that there is.</summary>
    public static IEnumerable<Type> Kinds =>
        typeof(PassEvent).GetNestedTypes(BindingFlags.Public).Where(t => t.IsSubclassOf(typeof(PassEvent)));
}
