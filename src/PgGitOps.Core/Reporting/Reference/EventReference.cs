using System.Text;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Reference;

/// <summary>The page that lists the loop's events and the conditions of clusters.</summary>
public static class EventReference
{
    public const string FileName = "events.md";

    public static string ToMarkdown()
    {
        var text = new StringBuilder(
            """
            # Events and conditions of the loop

            Every line of the loop's log is one event with a code, in the JSON log property `Code`. Codes keep their meaning; the words of a line
            do not. `detail` is shown with `--verbose`, `warning` and `error` also with `--quiet`.

            ## Conditions

            A cluster has one condition: a state, a reason, a message for people, and since when it has had that state, also over a restart. `GET /healthz`
            shows it. A change of state, of reason or of what it speaks of is an event; another message is none.

            | State | Reason | Meaning, and what to do |
            |---|---|---|

            """
        );
        foreach (var reason in Enum.GetValues<ConditionReason>())
            text.Append("| ")
                .Append(ClusterCondition.StateOf(reason))
                .Append(" | ")
                .Append(reason)
                .Append(" | ")
                .Append(MarkdownText.Escape(Meaning(reason)))
                .Append(" |\n");
        text.Append("\n## Codes\n\n| Code | Weight | Meaning |\n|---|---|---|\n");
        foreach (var code in EventCodes.All)
            text.Append("| ")
                .Append(code.Name)
                .Append(" | ")
                .Append(Word(code.Weight))
                .Append(" | ")
                .Append(MarkdownText.Escape(code.Meaning))
                .Append(" |\n");
        return text.ToString();
    }

    private static string Word(EventWeight weight) =>
        weight switch
        {
            EventWeight.Detail => "detail",
            EventWeight.News => "info",
            EventWeight.Warning => "warning",
            EventWeight.Error => "error",
        };

    private static string Meaning(ConditionReason reason) =>
        reason switch
        {
            ConditionReason.InSync => "Everything that is declared is so.",
            ConditionReason.NotEnforced =>
                "Values differ that the documents only observe, or that no step may change; pggitops drift shows them.",
            ConditionReason.Undeclared => "Something dangerous is there that nobody declared; pggitops drift shows it.",
            ConditionReason.WaitsForWindow => "Steps wait for a change window.",
            ConditionReason.WaitsForApproval => "Steps wait for an approval; pggitops plan shows which.",
            ConditionReason.StepsLeft => "Steps were done, and the plan made after them holds more; the next pass does them.",
            ConditionReason.LockHeld => "Another writer has the cluster.",
            ConditionReason.PlanStale => "What the plan rests on moved before the first step; the next pass plans anew.",
            ConditionReason.NotManaged =>
                "What is managed is as declared, and something else is declared that nobody here keeps: a backup, or what Patroni owns.",
            ConditionReason.NotAsDeclared =>
                "No step is left to do, and still a value is not as declared: a standby does not stream, commits wait.",
            ConditionReason.NoEffect =>
                "A step was done and its effect did not show; it is not repeated with the same input before long.",
            ConditionReason.Suspended => "Somebody suspended it, in Git, in its record or beside it; pggitops resume ends that.",
            ConditionReason.StepFailed => "A step failed, was refused or stayed uncertain; the next pass tries what is left.",
            ConditionReason.RunBrokenOff =>
                "The run ended before its steps did: the lock was lost, or the journal or the record could not be written.",
            ConditionReason.PlanRefused => "The plan itself refuses, by rule: pggitops plan shows what to do.",
            ConditionReason.NoPrimary => "Nobody accepts writes, and which member should is for a person to say.",
            ConditionReason.TwoHistories =>
                "Two members accept writes, or one lacks history that others hold: fence, then say which one counts.",
            ConditionReason.ClusterMissing => "The cluster existed, and no member has a data directory.",
            ConditionReason.InternalError => "A bug of PgGitOps ended the pass. Please report it.",
            ConditionReason.Unreachable => "It could not be reached, or not read in full.",
            ConditionReason.NotObserved => "No pass over it has ended yet.",
        };
}
