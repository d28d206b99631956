using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Ports;

/// <summary>Why a newer revision that was read is not in force.</summary>
public enum RevisionFault
{
    /// <summary>Its documents do not hold.</summary>
    Invalid,

    /// <summary>It declares a recovery objective that its topology cannot meet.</summary>
    Refuted,

    /// <summary>A rule says no.</summary>
    RuledOut,

    /// <summary>It declares no cluster, where the one before it declared some.</summary>
    Emptied,

    /// <summary>Reading or judging it ended with an exception.</summary>
    JudgementFailed,
}

/// <summary>What became of a step that was in hand when its process ended.</summary>
public enum OutcomeCheckVerdict
{
    Happened,
    DidNotHappen,
    Unknown,
}

/// <summary>One thing that happened in the loop or in a pass. Closed; <see cref="Code"/> is its stable name.</summary>
public abstract record PassEvent
{
    private PassEvent() { }

    public abstract EventCode Code { get; }

    /// <summary>Null where it speaks of no cluster.</summary>
    public virtual string? Of => null;

    public sealed record LoopBegun(string Repository) : PassEvent
    {
        public override EventCode Code => EventCodes.LoopBegun;
    }

    /// <param name="InHand">Clusters that finish the step in hand.</param>
    public sealed record LoopEnding(int InHand) : PassEvent
    {
        public override EventCode Code => EventCodes.LoopEnding;
    }

    public sealed record LoopEnded : PassEvent
    {
        public override EventCode Code => EventCodes.LoopEnded;
    }

    /// <param name="Clusters">That are cared for from now on.</param>
    public sealed record RevisionAccepted(string Commit, string Author, string Subject, EquatableArray<string> Clusters)
        : PassEvent
    {
        public override EventCode Code => EventCodes.RevisionAccepted;
    }

    /// <param name="Commit">Null where it failed before its commit was known.</param>
    /// <param name="InForce">Null for none.</param>
    public sealed record RevisionRejected(
        string? Commit,
        string? InForce,
        RevisionFault Fault,
        string Message,
        EquatableArray<Diagnostic> Errors
    ) : PassEvent
    {
        public override EventCode Code =>
            Fault switch
            {
                RevisionFault.Invalid => EventCodes.RevisionInvalid,
                RevisionFault.Refuted => EventCodes.RevisionRefuted,
                RevisionFault.RuledOut => EventCodes.RevisionRuledOut,
                RevisionFault.Emptied => EventCodes.RevisionEmptied,
                RevisionFault.JudgementFailed => EventCodes.RevisionJudgementFailed,
            };
    }

    /// <summary>No revision could be read at all.</summary>
    public sealed record RevisionNotFetched(SourceRefusalKind Kind, string? InForce, string Message, string? Hint) : PassEvent
    {
        public override EventCode Code => EventCodes.RevisionNotFetched;
    }

    /// <summary>What kept the newest revision from being in force has ended.</summary>
    public sealed record RevisionCurrent(string? InForce) : PassEvent
    {
        public override EventCode Code => EventCodes.RevisionCurrent;
    }

    public sealed record ClusterUndeclared(string Cluster) : PassEvent
    {
        public override EventCode Code => EventCodes.ClusterUndeclared;
        public override string? Of => Cluster;
    }

    public sealed record PassBegun(string Cluster, string Commit) : PassEvent
    {
        public override EventCode Code => EventCodes.PassBegun;
        public override string? Of => Cluster;
    }

    /// <summary>Before the first step of a run.</summary>
    /// <param name="Steps">That nothing holds back so far.</param>
    public sealed record RunBegun(EquatableArray<string> Clusters, int Steps) : PassEvent
    {
        public override EventCode Code => EventCodes.RunBegun;
    }

    public sealed record StepBegun(Step Step) : PassEvent
    {
        public override EventCode Code => EventCodes.StepBegun;
        public override string? Of => Step.Cluster;
    }

    public sealed record StepEnded(Step Step, StepOutcome Outcome) : PassEvent
    {
        public override EventCode Code =>
            Outcome.Match(
                _ => EventCodes.StepDone,
                _ => EventCodes.StepAlreadyTrue,
                _ => EventCodes.StepHeldBack,
                _ => EventCodes.StepRefused,
                _ => EventCodes.StepFailed,
                _ => EventCodes.StepUncertain
            );

        public override string? Of => Step.Cluster;
    }

    public sealed record StepHeldBack(Step Step, string Why) : PassEvent
    {
        public override EventCode Code => EventCodes.StepHeldBack;
        public override string? Of => Step.Cluster;
    }

    /// <summary>A step was done, and the plan made after it asks for it again.</summary>
    public sealed record StepWithoutEffect(Step Step, string Seen) : PassEvent
    {
        public override EventCode Code => EventCodes.StepWithoutEffect;
        public override string? Of => Step.Cluster;
    }

    /// <summary>A step that was in hand when an earlier process ended was looked for.</summary>
    public sealed record InterruptedStepVerified(string Cluster, string StepId, string Title, OutcomeCheckVerdict Verdict)
        : PassEvent
    {
        public override EventCode Code => EventCodes.InterruptedStepVerified;
        public override string? Of => Cluster;
    }

    public sealed record PassEnded(string Cluster, string Commit, ClusterCondition Condition, PassFigures Figures) : PassEvent
    {
        public override EventCode Code => EventCodes.PassEnded;
        public override string? Of => Cluster;
    }

    /// <summary>A bug of ours ended the pass of one cluster.</summary>
    public sealed record PassFailed(string Cluster, Exception Error) : PassEvent
    {
        public override EventCode Code => EventCodes.PassFailed;
        public override string? Of => Cluster;
    }

    /// <summary>After a pass, however it ended.</summary>
    /// <param name="Failures">In a row.</param>
    /// <param name="Within">The next one is over within this time, or the cluster is stuck.</param>
    public sealed record PassScheduled(string Cluster, int Failures, TimeSpan Within) : PassEvent
    {
        public override EventCode Code => EventCodes.PassScheduled;
        public override string? Of => Cluster;
    }

    /// <param name="Before">Null where nothing is known of before.</param>
    public sealed record ConditionChanged(string Cluster, ClusterCondition? Before, ClusterCondition After) : PassEvent
    {
        public override EventCode Code =>
            After.State switch
            {
                ConditionState.Ready => EventCodes.ClusterReady,
                ConditionState.Drifted => EventCodes.ClusterDrifted,
                ConditionState.Degraded => EventCodes.ClusterDegraded,
                ConditionState.Suspended => EventCodes.ClusterSuspended,
                ConditionState.Stalled => EventCodes.ClusterStalled,
                ConditionState.Unknown => EventCodes.ClusterUnknown,
            };

        public override string? Of => Cluster;
    }

    /// <param name="Since">Since when it had been suspended.</param>
    public sealed record ClusterResumed(string Cluster, DateTimeOffset Since) : PassEvent
    {
        public override EventCode Code => EventCodes.ClusterResumed;
        public override string? Of => Cluster;
    }

    /// <param name="Standing">Every objective at risk or not met after a pass, one line each.</param>
    public sealed record ObjectivesJudged(string Cluster, EquatableArray<string> Standing) : PassEvent
    {
        public override EventCode Code => EventCodes.ObjectivesJudged;
        public override string? Of => Cluster;
    }

    public sealed record ObjectiveAtRisk(string Cluster, string Words) : PassEvent
    {
        public override EventCode Code => EventCodes.ObjectiveAtRisk;
        public override string? Of => Cluster;
    }

    public sealed record ObjectiveMet(string Cluster, string Words) : PassEvent
    {
        public override EventCode Code => EventCodes.ObjectiveMet;
        public override string? Of => Cluster;
    }

    /// <summary>A rule of the revision in force found something in what a pass saw.</summary>
    public sealed record RuleFound(Diagnostic Finding) : PassEvent
    {
        public override EventCode Code => EventCodes.RuleFound;
    }

    public sealed record RuleCleared(Diagnostic Finding) : PassEvent
    {
        public override EventCode Code => EventCodes.RuleCleared;
    }

    public sealed record RulesNotAsked(string Cluster, Exception Error) : PassEvent
    {
        public override EventCode Code => EventCodes.RulesNotAsked;
        public override string? Of => Cluster;
    }

    /// <param name="Part">Of the state directory, such as a file's name.</param>
    public sealed record StateNotKept(string Part, string Problem) : PassEvent
    {
        public override EventCode Code => EventCodes.StateNotKept;
    }

    public sealed record StateKept(string Part) : PassEvent
    {
        public override EventCode Code => EventCodes.StateKept;
    }

    /// <summary>Told to the others.</summary>
    public sealed record ListenerFailed(string Listener, Exception Error) : PassEvent
    {
        public override EventCode Code => EventCodes.ListenerFailed;
    }
}

/// <param name="Differences">Values that were not as declared before the pass.</param>
/// <param name="Changed">A step had an effect, or may have had one.</param>
/// <param name="Left">Titles of steps that a plan made after the run still holds.</param>
/// <param name="Processor">Of the whole process during the pass.</param>
public sealed record PassFigures(int Differences, bool Changed, EquatableArray<string> Left, TimeSpan Took, TimeSpan Processor);
