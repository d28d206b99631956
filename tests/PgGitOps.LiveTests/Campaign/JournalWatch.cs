using System.Text.Json;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>An intent of the engine, as its journal tells it.</summary>
/// <param name="RunBegan">When the run began that announced it; what it rests on was looked at later.</param>
public sealed record JournaledIntent(DateTimeOffset RunBegan, DateTimeOffset At, string Title, string Step);

/// <summary>Reads the journals of a schedule's engines while they run, also of state directories that are then removed.</summary>
internal sealed class JournalWatch(CampaignFleet fleet, int engines)
{
    private readonly Dictionary<string, JournaledIntent> intents = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    public IReadOnlyList<JournaledIntent> Intents
    {
        get
        {
            lock (gate)
                return [.. intents.Values.OrderBy(i => i.At)];
        }
    }

    public void Read()
    {
        lock (gate)
        {
            for (var engine = 0; engine < engines; engine++)
            {
                var directory = Path.Combine(fleet.State(engine), "journal");
                try
                {
                    foreach (var file in Directory.Exists(directory) ? Directory.GetFiles(directory, "*.jsonl") : [])
                        Read(file);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Renamed or removed under our eyes: the next reading finds it by its other name, and a removal is read before.
                }
            }
        }
    }

    private void Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        var name = Path.GetFileName(file).Replace(".open.jsonl", ".jsonl", StringComparison.Ordinal);
        DateTimeOffset began = default;
        for (var number = 0; reader.ReadLine() is { } line; number++)
        {
            try
            {
                using var entry = JsonDocument.Parse(line);
                var kind = entry.RootElement.GetProperty("kind").GetString();
                var at = entry.RootElement.GetProperty("at").GetDateTimeOffset();
                if (kind == "Begin")
                    began = at;
                else if (kind == "Intent")
                    intents[$"{name}:{number}"] = new(
                        began,
                        at,
                        entry.RootElement.GetProperty("title").GetString() ?? "",
                        entry.RootElement.GetProperty("step").GetString() ?? ""
                    );
            }
            catch (JsonException)
            {
                // Torn by a kill: the step it would announce had not begun.
            }
        }
    }
}
