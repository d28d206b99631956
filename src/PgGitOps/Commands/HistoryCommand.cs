using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Journal;
using PgGitOps.State;

namespace PgGitOps.Commands;

/// <summary>What this machine did, from its journals.</summary>
internal static class HistoryCommand
{
    private static readonly Setting<int> Limit = new("--limit", "N", "At most so many runs, the newest", ParseLimit, 20);

    public static CommandDefinition Define() =>
        new(new Command("history", "What was done here: runs, steps and how they ended") { Limit.Option }, Run);

    private static Task<ExitCode> Run(Invocation invocation)
    {
        var format = invocation.Format(OutputFormat.Text, OutputFormat.Json);
        var archive = new JournalArchive(
            System.IO.Path.Combine(invocation.State.Path, "journal"),
            invocation.Time,
            new StateConditions(invocation.Complain)
        );
        var clusters = invocation.Clusters;
        var runs = archive
            .Files()
            .TakeLast(Limit.Read(invocation.Parsed))
            .Select(f =>
                (IReadOnlyList<JournalEntry>)
                    [
                        .. JournalArchive
                            .Read(f)
                            .Where(e => e.Cluster is null || clusters.Count == 0 || clusters.Contains(e.Cluster)),
                    ]
            )
            .Where(r => r.Count > 0)
            .ToList();
        invocation.Write(format == OutputFormat.Json ? Json(runs) : Text(runs), () => Json(runs));
        return Task.FromResult(ExitCode.Done);
    }

    private const int ReasonIndent = 11;

    private static string Text(List<IReadOnlyList<JournalEntry>> runs)
    {
        if (runs.Count == 0)
            return "nothing was applied from here\n";
        var text = new StringBuilder();
        foreach (var run in runs)
        {
            var begin = run[0];
            text.Append(
                CultureInfo.InvariantCulture,
                $"{begin.At:yyyy-MM-dd HH:mm:ss}Z {VisibleText.Of(begin.Command ?? "-")}  commit {Short(begin.Commit)}  plan {Short(begin.Plan)}\n"
            );
            foreach (var intent in run.Where(e => e.Kind == JournalEntryKind.Intent))
            {
                var end = run.LastOrDefault(e =>
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
        }
        return text.ToString();
    }

    private static string Json(List<IReadOnlyList<JournalEntry>> runs)
    {
        using var buffer = new MemoryStream();
        using (
            var json = new Utf8JsonWriter(
                buffer,
                new JsonWriterOptions
                {
                    Indented = true,
                    NewLine = "\n",
                    Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                }
            )
        )
        {
            json.WriteStartArray();
            foreach (var run in runs)
                JsonSerializer.Serialize(json, [.. run], JournalJson.Lines.JournalEntryArray);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string Short(string? id) =>
        id is null ? "-"
        : id.Length > 10 ? id[..10]
        : id;

    private static int ParseLimit(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value
            : throw new FormatException($"'{text}' is not a number from 1.");
}
