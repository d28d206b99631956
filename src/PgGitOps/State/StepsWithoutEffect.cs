using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Reporting.Plans;

namespace PgGitOps.State;

/// <summary>Steps that were done, and that the plan made after them still asked for. None is repeated with the same input before long; kept between runs in one small file.</summary>
/// <remarks>The input of a step is its commit, its action and the values that it rests on: another one is another attempt.</remarks>
internal sealed class StepsWithoutEffect
{
    /// <summary>Whatever hindered the step may pass without a commit or a value showing it: tried again after this, and after twice as long each time.</summary>
    public static readonly TimeSpan BackOffMin = TimeSpan.FromMinutes(30);

    public static readonly TimeSpan BackOffMax = TimeSpan.FromHours(24);

    private readonly Lock gate = new();
    private readonly StateFile file;
    private readonly Dictionary<string, StepWithoutEffect> known;
    private bool unsaved;

    private StepsWithoutEffect(StateFile file, Dictionary<string, StepWithoutEffect> known) =>
        (this.file, this.known) = (file, known);

    /// <summary>A file that cannot be understood is begun anew: at worst one step is done once more.</summary>
    public static StepsWithoutEffect Open(string path, StateConditions conditions)
    {
        var file = new StateFile(path, conditions);
        try
        {
            if (
                file.Read() is { } content
                && JsonSerializer.Deserialize(content, WithoutEffectJson.Default.DictionaryStringStepWithoutEffect) is { } known
            )
                return new(file, new(known, StringComparer.Ordinal));
        }
        catch (JsonException) { }
        return new(file, new(StringComparer.Ordinal));
    }

    /// <summary>Steps of a plan that are not to be repeated now, by id, each with why; and forgets those whose effect shows by now.</summary>
    public IReadOnlyDictionary<string, string> Held(ClusterPlan plan, string commit, DateTimeOffset now)
    {
        lock (gate)
        {
            var held = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var step in plan.Steps)
            {
                if (
                    known.TryGetValue(step.Id, out var before)
                    && before.Input == Input(step, commit)
                    && before.At <= now
                    && now < before.At + Wait(before.Times)
                )
                    held[step.Id] = string.Create(
                        CultureInfo.InvariantCulture,
                        $"it was done at {before.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z and its effect did not show ({before.Seen}); it is not repeated before {(before.At + Wait(before.Times)).UtcDateTime:yyyy-MM-dd HH:mm:ss}Z unless a commit or a value changes, or pggitops apply says so"
                    );
            }
            // Silence of a plan that could not speak of everything is no proof that the effect shows.
            if (plan.Unknowns.Count == 0 && plan.Refusals.Count == 0)
            {
                var asked = plan.Steps.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
                foreach (
                    var gone in known
                        .Where(k => k.Value.Cluster == plan.Cluster && !asked.Contains(k.Key))
                        .Select(k => k.Key)
                        .ToList()
                )
                    unsaved |= known.Remove(gone);
            }
            Save();
            return held;
        }
    }

    /// <param name="step">As the plan made after it asks for it again: with the values that it rests on now.</param>
    /// <param name="seen">What was seen instead of its effect.</param>
    public void Note(Step step, string commit, string seen, DateTimeOffset now)
    {
        lock (gate)
        {
            var input = Input(step, commit);
            var times = known.TryGetValue(step.Id, out var before) && before.Input == input ? before.Times + 1 : 1;
            known[step.Id] = new(step.Cluster, input, seen, now, times);
            unsaved = true;
            Save();
        }
    }

    private static TimeSpan Wait(int times) =>
        TimeSpan.FromMinutes(
            Math.Min(BackOffMax.TotalMinutes, BackOffMin.TotalMinutes * Math.Pow(2, Math.Clamp(times - 1, 0, 20)))
        );

    private static string Input(Step step, string commit) =>
        Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(commit + "\n"), .. PlanJson.Bytes(step)]));

    private void Save()
    {
        if (unsaved)
            unsaved = !file.Save(
                JsonSerializer.SerializeToUtf8Bytes(known, WithoutEffectJson.Default.DictionaryStringStepWithoutEffect)
            );
    }
}

/// <param name="Input">Digest of what the step was done with.</param>
/// <param name="At">When it was done last.</param>
/// <param name="Times">How often with this input.</param>
internal sealed record StepWithoutEffect(string Cluster, string Input, string Seen, DateTimeOffset At, int Times);

[JsonSerializable(typeof(Dictionary<string, StepWithoutEffect>))]
[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n")]
internal sealed partial class WithoutEffectJson : JsonSerializerContext;
