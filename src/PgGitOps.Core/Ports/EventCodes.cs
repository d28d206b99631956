namespace PgGitOps.Core.Ports;

/// <summary>Who has to hear of an event.</summary>
public enum EventWeight
{
    /// <summary>Whoever follows every pass.</summary>
    Detail,

    /// <summary>Whoever follows what changes.</summary>
    News,

    /// <summary>Whoever operates the clusters, soon.</summary>
    Warning,

    /// <summary>Somebody has to act.</summary>
    Error,
}

/// <param name="Name">Never given another meaning: alerts and dashboards match it.</param>
/// <param name="Meaning">One sentence, and what to do where something is to be done.</param>
public sealed record EventCode(string Name, EventWeight Weight, string Meaning)
{
    public override string ToString() => Name;
}

/// <summary>Every reason code of the loop's events. docs/reference/events.md is written from it.</summary>
public static class EventCodes
{
    private static readonly List<EventCode> Known = [];

    public static EventCode LoopBegun { get; } = News("LoopBegun", "The loop runs.");
    public static EventCode LoopEnding { get; } =
        News("LoopEnding", "The loop was asked to stop; clusters finish the step in hand.");
    public static EventCode LoopEnded { get; } = News("LoopEnded", "The loop ended by itself.");

    public static EventCode RevisionAccepted { get; } = News("RevisionAccepted", "Another revision is in force.");
    public static EventCode RevisionCurrent { get; } =
        News("RevisionCurrent", "What kept the newest revision from being in force, or from being read, has ended.");
    public static EventCode RevisionInvalid { get; } =
        Error(
            "RevisionInvalid",
            "The newest revision's documents do not hold. The last good one stays in force; each finding follows with its place."
        );
    public static EventCode RevisionRefuted { get; } =
        Error(
            "RevisionRefuted",
            "The newest revision declares a recovery objective that its topology cannot meet. The last good one stays in force."
        );
    public static EventCode RevisionRuledOut { get; } =
        Error("RevisionRuledOut", "A rule refuses the newest revision, or could not be asked. The last good one stays in force.");
    public static EventCode RevisionEmptied { get; } =
        Error(
            "RevisionEmptied",
            "The newest revision declares no cluster. A lost directory looks the same, so the last good one stays in force."
        );
    public static EventCode RevisionJudgementFailed { get; } =
        Error(
            "RevisionJudgementFailed",
            "Reading or judging the newest revision ended with an exception. The last good one stays in force. Please report it with the commit."
        );
    public static EventCode RevisionNotFetched { get; } =
        Error(
            "RevisionNotFetched",
            "No newest revision could be read: `Kind` says why. The last good one stays in force, and Git is asked again."
        );
    public static EventCode ClusterUndeclared { get; } =
        Warning("ClusterUndeclared", "A cluster of the revision before is not declared any more; it is left as it is.");

    public static EventCode PassBegun { get; } = Detail("PassBegun", "A pass over a cluster begins.");
    public static EventCode PassEnded { get; } =
        Detail(
            "PassEnded",
            "A pass over a cluster has ended, with what it found and what it cost. News where it changed something."
        );
    public static EventCode PassScheduled { get; } =
        Detail("PassScheduled", "When the next pass over a cluster has to be over, and how many failed in a row.");
    public static EventCode PassFailed { get; } =
        Error("PassFailed", "A bug of PgGitOps ended the pass of one cluster; the others go on. Please report it.");

    public static EventCode RunBegun { get; } = Detail("RunBegun", "The first step of a run is next.");
    public static EventCode StepBegun { get; } = Detail("StepBegun", "A step begins; its intent is journaled next.");
    public static EventCode StepDone { get; } = News("StepDone", "A step was done.");
    public static EventCode StepAlreadyTrue { get; } =
        News("StepAlreadyTrue", "What a step was to bring about was true already.");
    public static EventCode StepHeldBack { get; } =
        Detail("StepHeldBack", "A step was not begun: a window, an approval, a suspension, or a step before it.");
    public static EventCode StepRefused { get; } =
        Warning("StepRefused", "What a step rests on did not hold any more; nothing was done.");
    public static EventCode StepFailed { get; } =
        Warning("StepFailed", "A step failed. What rests on it is held back, and nothing else.");
    public static EventCode StepUncertain { get; } =
        Warning("StepUncertain", "It is not known whether a step had its effect; the next pass verifies.");
    public static EventCode StepWithoutEffect { get; } =
        Warning(
            "StepWithoutEffect",
            "A step was done and its effect did not show. It is not repeated with the same input before long."
        );
    public static EventCode InterruptedStepVerified { get; } =
        Warning(
            "InterruptedStepVerified",
            "An earlier process ended with a step in hand; this is what the cluster showed of it."
        );

    public static EventCode ClusterReady { get; } = News("ClusterReady", "The cluster became Ready.");
    public static EventCode ClusterDrifted { get; } =
        News("ClusterDrifted", "The cluster became Drifted, or differs in something else than before.");
    public static EventCode ClusterDegraded { get; } =
        Warning("ClusterDegraded", "The cluster became Degraded, or is so for another reason.");
    public static EventCode ClusterSuspended { get; } =
        News("ClusterSuspended", "The cluster is suspended: nothing is done to it.");
    public static EventCode ClusterResumed { get; } = News("ClusterResumed", "The cluster is suspended no more.");
    public static EventCode ClusterStalled { get; } =
        Warning("ClusterStalled", "The cluster became Stalled, or is so for another reason.");
    public static EventCode ClusterUnknown { get; } = Warning("ClusterUnknown", "The cluster could not be observed.");

    public static EventCode ObjectivesJudged { get; } =
        Detail("ObjectivesJudged", "The recovery objectives of a cluster beside what a pass saw.");
    public static EventCode ObjectiveAtRisk { get; } =
        Warning("ObjectiveAtRisk", "A recovery objective is at risk or not met now.");
    public static EventCode ObjectiveMet { get; } = News("ObjectiveMet", "A recovery objective that was at risk is met again.");
    public static EventCode RuleFound { get; } =
        Warning("RuleFound", "A rule of the revision in force found something in what a pass saw. It reports and stops nothing.");
    public static EventCode RuleCleared { get; } = News("RuleCleared", "A rule finds nothing there any more.");
    public static EventCode RulesNotAsked { get; } =
        Error("RulesNotAsked", "The rules could not be asked about what a pass saw. Please report it.");

    public static EventCode StateNotKept { get; } =
        Warning(
            "StateNotKept",
            "A part of the state directory cannot be read or written. Observing and healing go on; make room, or give the directory back to the engine's user."
        );
    public static EventCode StateKept { get; } = News("StateKept", "That part of the state directory can be used again.");
    public static EventCode ListenerFailed { get; } =
        Error("ListenerFailed", "A listener of these events threw; the others and the passes go on. Please report it.");

    /// <summary>In the order of the page.</summary>
    public static IReadOnlyList<EventCode> All => Known;

    private static EventCode Detail(string name, string meaning) => Add(name, EventWeight.Detail, meaning);

    private static EventCode News(string name, string meaning) => Add(name, EventWeight.News, meaning);

    private static EventCode Warning(string name, string meaning) => Add(name, EventWeight.Warning, meaning);

    private static EventCode Error(string name, string meaning) => Add(name, EventWeight.Error, meaning);

    private static EventCode Add(string name, EventWeight weight, string meaning)
    {
        var code = new EventCode(name, weight, meaning);
        Known.Add(code);
        return code;
    }
}
