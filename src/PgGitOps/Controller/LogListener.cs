using System.Globalization;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Ports;
using Serilog;
using Serilog.Events;

namespace PgGitOps.Controller;

/// <summary>Every event as a structured log line, with its code as property <c>Code</c>.</summary>
internal sealed class LogListener(ILogger sink) : IPassListener
{
    public void Hear(PassEvent told)
    {
        var log = sink.ForContext("Code", told.Code.Name);
        var level = LevelOf(told);
        switch (told)
        {
            case PassEvent.LoopBegun e:
                log.Write(level, "reconciling {Repository:l} continuously", e.Repository);
                break;
            case PassEvent.LoopEnding e:
                log.Write(level, "stopping: {Count} cluster(s) finish the step in hand", e.InHand);
                break;
            case PassEvent.LoopEnded:
                log.Write(level, "stopped");
                break;
            case PassEvent.RevisionAccepted e:
                log.Write(level, "revision {Commit:l} by {Author:l} is in force: {Subject:l}", e.Commit, e.Author, e.Subject);
                break;
            case PassEvent.RevisionRejected e:
                log.Write(level, "revision rejected; continuing with {InForce:l}: {Problem:l}", e.InForce ?? "none", e.Message);
                foreach (var finding in e.Errors)
                    log.Write(
                        level,
                        "{Place:l}: {Rule:l}: {Finding:l}",
                        finding.Span.ToString(),
                        finding.RuleId,
                        finding.Message
                    );
                break;
            case PassEvent.RevisionNotFetched e:
                log.Write(
                    level,
                    "cannot fetch the newest revision ({Kind}), continuing with {InForce:l}: {Problem:l}{Hint:l}",
                    e.Kind,
                    e.InForce ?? "none",
                    e.Message,
                    e.Hint is null ? "" : $" ({e.Hint})"
                );
                break;
            case PassEvent.RevisionCurrent e:
                log.Write(level, "the newest revision is in force: {InForce:l}", e.InForce ?? "none");
                break;
            case PassEvent.ClusterUndeclared e:
                log.Write(
                    level,
                    "{Rule:l}: no document declares cluster {Cluster:l} any more; it is left as it is",
                    PlanRule.DocumentGone,
                    e.Cluster
                );
                break;
            case PassEvent.PassBegun e:
                log.Write(level, "{Cluster:l}: a pass begins at {Commit:l}", e.Cluster, e.Commit);
                break;
            case PassEvent.PassEnded e:
                Write(log, level, e);
                break;
            case PassEvent.PassFailed e:
                log.Write(level, e.Error, "{Cluster:l}: internal error", e.Cluster);
                break;
            case PassEvent.PassScheduled e:
                log.Write(
                    level,
                    "{Cluster:l}: the next pass is over within {Within}; {Failures} failed in a row",
                    e.Cluster,
                    e.Within,
                    e.Failures
                );
                break;
            case PassEvent.ConditionChanged e:
                log.Write(
                    level,
                    "{Cluster:l}: {Message:l} ({State}, {Reason}, since {Since:l})",
                    e.Cluster,
                    e.After.Message,
                    e.After.State,
                    e.After.Reason,
                    Moment(e.After.Since)
                );
                break;
            case PassEvent.ClusterResumed e:
                log.Write(level, "{Cluster:l}: resumed, suspended since {Since:l}", e.Cluster, Moment(e.Since));
                break;
            case PassEvent.ObjectivesJudged e:
                log.Write(level, "{Cluster:l}: {Count} objective(s) at risk or not met", e.Cluster, e.Standing.Count);
                break;
            case PassEvent.ObjectiveAtRisk e:
                log.Write(level, "recovery objective of {Alarm:l}", e.Words);
                break;
            case PassEvent.ObjectiveMet e:
                log.Write(level, "recovery objective of {Context:l} again", e.Words);
                break;
            case PassEvent.RuleFound e:
                log.Write(
                    level,
                    "{Place:l}: {Rule:l}: {Finding:l}",
                    e.Finding.Span.ToString(),
                    e.Finding.RuleId,
                    e.Finding.Message
                );
                break;
            case PassEvent.RuleCleared e:
                log.Write(level, "{Place:l}: {Rule:l} finds nothing any more", e.Finding.Span.ToString(), e.Finding.RuleId);
                break;
            case PassEvent.RulesNotAsked e:
                log.Write(level, e.Error, "{Cluster:l}: the rules could not be asked", e.Cluster);
                break;
            case PassEvent.StateNotKept e:
                log.Write(level, "state directory: {Problem:l} ({Part:l})", e.Problem, e.Part);
                break;
            case PassEvent.StateKept e:
                log.Write(level, "state directory: {Part:l} can be used again", e.Part);
                break;
            case PassEvent.ListenerFailed e:
                log.Write(level, e.Error, "listener {Listener:l} failed", e.Listener);
                break;
            default:
                WriteStep(log, level, told);
                break;
        }
    }

    private static void WriteStep(ILogger log, LogEventLevel level, PassEvent told)
    {
        switch (told)
        {
            case PassEvent.RunBegun e:
                log.Write(level, "{Clusters:l}: {Steps} step(s) to do", string.Join(", ", e.Clusters), e.Steps);
                break;
            case PassEvent.StepBegun e:
                log.Write(level, "{Cluster:l}: {Title:l} begins ({Step:l})", e.Step.Cluster, e.Step.Title, e.Step.Id);
                break;
            case PassEvent.StepEnded e when OutcomeText.Reason(e.Outcome) is { } reason:
                log.Write(
                    level,
                    "{Cluster:l}: {Title:l}: {Outcome:l}: {Reason:l} ({Step:l})",
                    e.Step.Cluster,
                    e.Step.Title,
                    OutcomeText.Word(e.Outcome),
                    reason,
                    e.Step.Id
                );
                break;
            case PassEvent.StepEnded e:
                log.Write(
                    level,
                    "{Cluster:l}: {Title:l}: {Outcome:l} ({Step:l})",
                    e.Step.Cluster,
                    e.Step.Title,
                    OutcomeText.Word(e.Outcome),
                    e.Step.Id
                );
                break;
            case PassEvent.StepHeldBack e:
                log.Write(
                    level,
                    "{Cluster:l}: {Title:l} held back: {Reason:l} ({Step:l})",
                    e.Step.Cluster,
                    e.Step.Title,
                    e.Why,
                    e.Step.Id
                );
                break;
            case PassEvent.StepWithoutEffect e:
                log.Write(
                    level,
                    "{Cluster:l}: {Title:l}: done, and its effect did not show: {Seen:l} ({Step:l})",
                    e.Step.Cluster,
                    e.Step.Title,
                    e.Seen,
                    e.Step.Id
                );
                break;
            case PassEvent.InterruptedStepVerified e:
                log.Write(
                    level,
                    "{Cluster:l}: {Title:l} was interrupted; verified: {Verdict:l} ({Step:l})",
                    e.Cluster,
                    e.Title,
                    OutcomeCheck.Word(e.Verdict),
                    e.StepId
                );
                break;
            default:
                throw new InvalidOperationException($"PassEvent is closed, and {told.GetType().Name} has no line");
        }
    }

    private static void Write(ILogger log, LogEventLevel level, PassEvent.PassEnded e)
    {
        log.Write(
            level,
            "{Cluster:l}: {Message:l}, {Differences} difference(s) at {Commit:l}; {Milliseconds} ms, {ProcessorMilliseconds} ms of processor",
            e.Cluster,
            e.Condition.Message,
            e.Figures.Differences,
            e.Commit,
            Math.Round(e.Figures.Took.TotalMilliseconds, 1),
            Math.Round(e.Figures.Processor.TotalMilliseconds, 1)
        );
        foreach (var left in e.Figures.Left)
            log.Warning("{Cluster:l}: still to do: {Title:l}", e.Cluster, left);
    }

    private static string Moment(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static LogEventLevel LevelOf(PassEvent told) =>
        told is PassEvent.PassEnded { Figures.Changed: true }
            ? LogEventLevel.Information
            : told.Code.Weight switch
            {
                EventWeight.Detail => LogEventLevel.Debug,
                EventWeight.News => LogEventLevel.Information,
                EventWeight.Warning => LogEventLevel.Warning,
                EventWeight.Error => LogEventLevel.Error,
            };
}
