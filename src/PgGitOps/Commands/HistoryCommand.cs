using System.CommandLine;
using System.Globalization;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Reporting.History;
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
        var report = HistoryReport.Of(
            runs,
            changes.Where(c => clusters.Count == 0 || clusters.Contains(c.Cluster)).TakeLast(limit)
        );
        invocation.Write(
            format == OutputFormat.Json ? HistoryJson.Write(report) : HistoryText.Write(report),
            () => HistoryJson.Write(report)
        );
        return Task.FromResult(ExitCode.Done);
    }

    private static int ParseLimit(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value
            : throw new FormatException($"'{text}' is not a number from 1.");
}
