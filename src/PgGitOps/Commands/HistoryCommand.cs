using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Journal;
using PgGitOps.Providers.State;
using PgGitOps.Reconciling;
using PgGitOps.State;

namespace PgGitOps.Commands;

/// <summary>What this machine did, from its journals, and how the clusters stood meanwhile, from its evidence.</summary>
internal static class HistoryCommand
{
    private static readonly Setting<int> Limit = new(
        "--limit",
        "N",
        "At most so many runs, and changes of how clusters stand, the newest",
        ParseLimit,
        20
    );

    public static CommandDefinition Define() =>
        new(
            new Command("history", "What was done here: runs, steps and how they ended; and how the clusters stood")
            {
                Limit.Option,
            },
            Run
        );

    private static Task<ExitCode> Run(Invocation invocation)
    {
        var format = invocation.Format(OutputFormat.Text, OutputFormat.Json);
        var directory = System.IO.Path.Combine(invocation.State.Path, "journal");
        // That nothing was done here is not to be read out of journals that are not looked at.
        if (invocation.Ownership.Distrust(directory) is not null)
            return Task.FromResult(ExitCode.Error);
        var archive = new JournalArchive(
            directory,
            invocation.Time,
            new StateConditions(invocation.WriteError, invocation.Ownership)
        );
        var clusters = invocation.Clusters;
        var limit = Limit.Read(invocation.Parsed);
        var (changes, problem) = ConditionBook.All(
            new EvidenceFiles(System.IO.Path.Combine(invocation.State.Path, "evidence"), invocation.Time)
        );
        if (problem is not null)
            invocation.WriteError($"how clusters stood is not fully known: {problem}");
        var runs = archive
            .Files()
            .TakeLast(limit)
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
        List<Told> told =
        [
            .. runs.Select(r => new Told(r[0].At, r, null))
                .Concat(
                    changes
                        .Where(c => clusters.Count == 0 || clusters.Contains(c.Cluster))
                        .TakeLast(limit)
                        .Select(c => new Told(c.At, null, ConditionLine.Of(c.Cluster, c.At, c.Condition)))
                )
                .OrderBy(t => t.At),
        ];
        invocation.Write(format == OutputFormat.Json ? Json(told) : Text(told), () => Json(told));
        return Task.FromResult(ExitCode.Done);
    }

    private const int ReasonIndent = 11;

    /// <summary>One of the two is set.</summary>
    private sealed record Told(DateTimeOffset At, IReadOnlyList<JournalEntry>? Run, ConditionLine? Change);

    private static string Text(List<Told> all)
    {
        if (all.Count == 0)
            return "nothing was applied from here\n";
        var text = new StringBuilder();
        foreach (var told in all)
        {
            if (told.Change is { } change)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{change.At:yyyy-MM-dd HH:mm:ss}Z {VisibleText.Of(change.Cluster)}: {change.State} ({change.Reason}): {VisibleText.Lines(change.Message, ReasonIndent)}\n"
                );
                continue;
            }
            var run = told.Run!;
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

    private static string Json(List<Told> all)
    {
        return JsonOutput.Text(json =>
        {
            json.WriteStartArray();
            foreach (var told in all)
            {
                if (told.Run is { } run)
                    JsonSerializer.Serialize(json, [.. run], JournalJson.Lines.JournalEntryArray);
                else
                    JsonSerializer.Serialize(json, [told.Change!], HistoryJson.Default.ConditionLineArray);
            }
            json.WriteEndArray();
        });
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

/// <summary>A change of how a cluster stands, among the runs.</summary>
internal sealed record ConditionLine(
    string Kind,
    DateTimeOffset At,
    string Cluster,
    ConditionState State,
    ConditionReason Reason,
    string Message,
    IReadOnlyList<string> Concerns,
    DateTimeOffset Since
)
{
    public static ConditionLine Of(string cluster, DateTimeOffset at, ClusterCondition condition) =>
        new(
            "Condition",
            at,
            cluster,
            condition.State,
            condition.Reason,
            condition.Message,
            [.. condition.Concerns],
            condition.Since
        );
}

[JsonSerializable(typeof(ConditionLine[]))]
[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class HistoryJson : JsonSerializerContext;
