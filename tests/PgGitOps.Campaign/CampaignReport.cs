using System.Globalization;
using System.Text;
using System.Text.Json;
using PgGitOps.LiveTests.Campaign;

namespace PgGitOps.Campaign;

/// <summary>Results of a campaign for people and for programs.</summary>
internal static class CampaignReport
{
    public static string Line(ScheduleResult result)
    {
        var line = new StringBuilder();
        line.Append(
            CultureInfo.InvariantCulture,
            $"{result.Schedule.Seed, 5} {result.Schedule} | {result.Acknowledged} acknowledged, {result.LostByHand} lost by hand, {result.LostByEngine} by the engine; "
        );
        line.Append(CultureInfo.InvariantCulture, $"{result.Passes} passes, {result.Took.TotalSeconds:0} s");
        if (result.Decisions.Count > 0)
            line.Append(CultureInfo.InvariantCulture, $"; decided: {string.Join("; ", result.Decisions)}");
        if (result.Skipped.Count > 0)
            line.Append(CultureInfo.InvariantCulture, $"; skipped: {string.Join("; ", result.Skipped)}");
        line.Append(result.Passed ? " | ok" : $" | FAILED\n        {string.Join("\n        ", result.Failures)}");
        return line.ToString();
    }

    public static string Summary(IReadOnlyList<ScheduleResult> results, int wanted, int notJudged, string evidence)
    {
        var failed = results.Where(r => !r.Passed).Select(r => r.Schedule.Seed).ToList();
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"\n{results.Count} of {wanted} schedules judged: {results.Count - failed.Count} passed, {failed.Count} failed; {notJudged} could not be judged"
        );
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{results.Sum(r => (long)r.Acknowledged)} rows acknowledged, {results.Sum(r => r.LostByEngine)} lost by the engine's own acts, {results.Sum(r => r.LostByHand)} by the schedules' hands"
        );
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{results.Count(r => r.Promotions > 0)} schedules held a failover by hand ({results.Sum(r => r.Promotions)} promotions), {results.Count(r => r.Decisions.Count > 0)} left a decision to a person"
        );
        foreach (
            var (kind, count) in results
                .SelectMany(r => r.Schedule.Events)
                .GroupBy(e => e.Kind)
                .OrderBy(g => g.Key)
                .Select(g => (g.Key, g.Count()))
        )
            text.AppendLine(CultureInfo.InvariantCulture, $"  {kind, -20} {count, 5}");
        if (failed.Count > 0)
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"failed: {string.Join(" ", failed.Select(s => $"--seed {s}"))}; logs in {evidence}"
            );
        return text.ToString();
    }

    public static byte[] Json(IReadOnlyList<ScheduleResult> results, int notJudged)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("schedules", results.Count);
            json.WriteNumber("failed", results.Count(r => !r.Passed));
            json.WriteNumber("notJudged", notJudged);
            json.WriteStartArray("results");
            foreach (var result in results)
            {
                json.WriteStartObject();
                json.WriteNumber("seed", result.Schedule.Seed);
                json.WriteString("schedule", result.Schedule.ToString());
                json.WriteBoolean("passed", result.Passed);
                json.WriteNumber("acknowledged", result.Acknowledged);
                json.WriteNumber("lostByHand", result.LostByHand);
                json.WriteNumber("lostByEngine", result.LostByEngine);
                json.WriteNumber("promotions", result.Promotions);
                json.WriteNumber("passes", result.Passes);
                json.WriteNumber("seconds", Math.Round(result.Took.TotalSeconds, 1));
                Texts(json, "skipped", result.Skipped);
                Texts(json, "decisions", result.Decisions);
                Texts(json, "failures", result.Failures);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
