using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Plans;

namespace PgGitOps.State;

/// <summary>Steps that were done, and that the plan made after them still asked for, kept as evidence. None is repeated with the same input before long.</summary>
/// <remarks>The input of a step is its commit, its action and the values that it rests on: another one is another attempt.</remarks>
internal sealed class StepsWithoutEffect
{
    /// <summary>Whatever hindered the step may pass without a commit or a value showing it: tried again after this, and after twice as long each time.</summary>
    public static readonly TimeSpan BackOffMin = TimeSpan.FromMinutes(30);

    public static readonly TimeSpan BackOffMax = TimeSpan.FromHours(24);

    public const string Series = "without-effect";

    private readonly ClusterSeries<Dictionary<string, StepWithoutEffect>> series;

    // Of a version before this one: one file for all clusters.
    private readonly Lazy<Dictionary<string, EarlierStepWithoutEffect>> before;

    /// <param name="earlier">Where an earlier version kept them. What cannot be understood is begun anew: at worst one step is done once more.</param>
    /// <param name="conditions">Told while they cannot be kept.</param>
    public StepsWithoutEffect(IEvidenceStore store, string repository, string earlier, StateConditions conditions)
    {
        before = new(() => Read(earlier, conditions));
        series = new(
            store,
            Series,
            "which steps had no effect",
            repository,
            WithoutEffectJson.Default.DictionaryStringStepWithoutEffect,
            conditions,
            Before
        );
    }

    /// <summary>Steps of a plan that are not to be repeated now, by id, each with why; and forgets those whose effect shows by now.</summary>
    public IReadOnlyDictionary<string, string> Held(ClusterPlan plan, string commit, DateTimeOffset now)
    {
        var held = new Dictionary<string, string>(StringComparer.Ordinal);
        if (series.Update(plan.Cluster, now, known => Left(known, plan)) is not { } known)
            return held;
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
        return held;
    }

    /// <param name="step">As the plan made after it asks for it again: with the values that it rests on now.</param>
    /// <param name="seen">What was seen instead of its effect.</param>
    public void Note(Step step, string commit, string seen, DateTimeOffset now)
    {
        var input = Input(step, commit);
        series.Update(
            step.Cluster,
            now,
            known =>
            {
                var times = known?.TryGetValue(step.Id, out var before) == true && before.Input == input ? before.Times + 1 : 1;
                return new(known ?? [], StringComparer.Ordinal) { [step.Id] = new(input, seen, now, times) };
            }
        );
    }

    /// <returns>Null where nothing is to be forgotten.</returns>
    private static Dictionary<string, StepWithoutEffect>? Left(Dictionary<string, StepWithoutEffect>? known, ClusterPlan plan)
    {
        // Silence of a plan that could not speak of everything is no proof that the effect shows.
        if (known is null || plan.Unknowns.Count > 0 || plan.Refusals.Count > 0)
            return null;
        var asked = plan.Steps.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        var left = known.Where(k => asked.Contains(k.Key)).ToDictionary(k => k.Key, k => k.Value, StringComparer.Ordinal);
        return left.Count == known.Count ? null : left;
    }

    private Dictionary<string, StepWithoutEffect>? Before(string cluster) =>
        before
            .Value.Where(k => k.Value.Cluster == cluster)
            .ToDictionary(
                k => k.Key,
                k => new StepWithoutEffect(k.Value.Input, k.Value.Seen, k.Value.At, k.Value.Times),
                StringComparer.Ordinal
            )
            is { Count: > 0 } known
            ? known
            : null;

    private static Dictionary<string, EarlierStepWithoutEffect> Read(string path, StateConditions conditions)
    {
        try
        {
            if (
                new StateFile(path, conditions).Read() is { } content
                && JsonSerializer.Deserialize(content, WithoutEffectJson.Default.DictionaryStringEarlierStepWithoutEffect)
                    is { } known
            )
                return known;
        }
        catch (JsonException) { }
        return [];
    }

    private static TimeSpan Wait(int times) =>
        TimeSpan.FromMinutes(
            Math.Min(BackOffMax.TotalMinutes, BackOffMin.TotalMinutes * Math.Pow(2, Math.Clamp(times - 1, 0, 20)))
        );

    private static string Input(Step step, string commit) =>
        Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(commit + "\n"), .. PlanJson.Bytes(step)]));
}

/// <param name="Input">Digest of what the step was done with.</param>
/// <param name="At">When it was done last.</param>
/// <param name="Times">How often with this input.</param>
internal sealed record StepWithoutEffect(string Input, string Seen, DateTimeOffset At, int Times);

/// <inheritdoc cref="StepWithoutEffect"/>
internal sealed record EarlierStepWithoutEffect(string Cluster, string Input, string Seen, DateTimeOffset At, int Times);

[JsonSerializable(typeof(Dictionary<string, StepWithoutEffect>))]
[JsonSerializable(typeof(Dictionary<string, EarlierStepWithoutEffect>))]
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class WithoutEffectJson : JsonSerializerContext;
