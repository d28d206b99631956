using System.Globalization;
using System.Text;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.History;

/// <summary>A history for people: a run with its steps, or a change of how a cluster stands.</summary>
public static class HistoryText
{
    private const int ReasonIndent = 11;

    public static string Write(HistoryReport report) =>
        report.Items.Count == 0
            ? "nothing was applied from here\n"
            : string.Concat(report.Items.Select(i => i.Match(Run, Change)));

    private static string Change(HistoryItem.Change change) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{change.At:yyyy-MM-dd HH:mm:ss}Z {VisibleText.Of(change.Cluster)}: {change.Condition.State} ({change.Condition.Reason}): {VisibleText.Lines(change.Condition.Message, ReasonIndent)}\n"
        );

    private static string Run(HistoryItem.Run run)
    {
        var begin = run.Entries[0];
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{begin.At:yyyy-MM-dd HH:mm:ss}Z {VisibleText.Of(begin.Command ?? "-")}  commit {Short(begin.Commit)}  plan {Short(begin.Plan)}\n"
        );
        foreach (var intent in run.Entries.Where(e => e.Kind == JournalEntryKind.Intent))
        {
            var end = run.Entries.LastOrDefault(e =>
                e.Kind is JournalEntryKind.Outcome or JournalEntryKind.LookedAgain && e.Step == intent.Step
            );
            var how = end switch
            {
                null => "in progress, or interrupted",
                { Kind: JournalEntryKind.LookedAgain } => $"interrupted; verified: {end.Outcome}",
                _ => end.Outcome,
            };
            var reason = end?.Reason is { } why ? $": {why}" : "";
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {intent.At:HH:mm:ss} {VisibleText.Of($"{intent.Cluster}: {intent.Title}")} - {VisibleText.Lines($"{how}{reason}", ReasonIndent)}\n"
            );
        }
        return text.ToString();
    }

    private static string Short(string? id) =>
        id is null ? "-"
        : id.Length > 10 ? id[..10]
        : id;
}
