using System.Text.Json;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.History;

namespace PgGitOps.Tests.Reporting;

/// <summary>Runs of journals and changes of how clusters stood, as one history.</summary>
public class HistoryTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static JournalEntry Entry(JournalEntryKind kind, int second, string? step = null, string? outcome = null) =>
        new()
        {
            Kind = kind,
            At = At.AddSeconds(second),
            Cluster = step is null ? null : "core",
            Step = step,
            Title = step is null ? null : $"do {step}\u001b[2J",
            Outcome = outcome,
            Reason = outcome is null ? null : "because",
            Command = kind == JournalEntryKind.Begin ? "apply" : null,
            Commit = kind == JournalEntryKind.Begin ? "0123456789abcdef" : null,
        };

    private static readonly HistoryReport Report = HistoryReport.Of(
        [
            [
                Entry(JournalEntryKind.Begin, 1),
                Entry(JournalEntryKind.Intent, 2, "a"),
                Entry(JournalEntryKind.Outcome, 3, "a", "failed"),
                Entry(JournalEntryKind.Intent, 4, "b"),
                Entry(JournalEntryKind.LookedAgain, 5, "b", "applied"),
                Entry(JournalEntryKind.Intent, 6, "c"),
            ],
        ],
        [("core", At, ClusterCondition.NotObserved(At))]
    );

    [Fact]
    public void Text_OfRunsAndChanges_IsInTheOrderOfTime() =>
        Assert.Equal(
            [
                "2026-03-01 12:00:00Z core: ",
                "2026-03-01 12:00:01Z apply  commit 0123456789  plan -",
                "  12:00:02 core: do a\\u001B[2J - failed: because",
                "  12:00:04 core: do b\\u001B[2J - interrupted; verified: applied: because",
                "  12:00:06 core: do c\\u001B[2J - in progress, or interrupted",
            ],
            HistoryText
                .Write(Report)
                .TrimEnd('\n')
                .Split('\n')
                .Select((l, i) => i == 0 ? l[.."2026-03-01 12:00:00Z core: ".Length] : l)
        );

    [Fact]
    public void Text_OfNothing_SaysSo() =>
        Assert.Equal("nothing was applied from here\n", HistoryText.Write(HistoryReport.Of([], [])));

    [Fact]
    public void Json_OfRunsAndChanges_IsAListOfLists()
    {
        using var json = JsonDocument.Parse(HistoryJson.Write(Report));

        Assert.Equal([1, 6], json.RootElement.EnumerateArray().Select(i => i.GetArrayLength()));
        Assert.Equal("Condition", json.RootElement[0][0].GetProperty("kind").GetString());
        Assert.Equal("a", json.RootElement[1][1].GetProperty("step").GetString());
    }
}
