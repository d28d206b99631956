using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;

namespace PgGitOps.Core.Passes;

[JsonConverter(typeof(JsonStringEnumConverter<JournalEntryKind>))]
public enum JournalEntryKind
{
    /// <summary>First of a file: which plan, which commit, which process.</summary>
    Begin,

    Intent,
    Outcome,

    /// <summary>A later run looked at what an intent without outcome came to.</summary>
    LookedAgain,

    /// <summary>A step was done, and the plan made after it still asks for it.</summary>
    NoEffect,

    /// <summary>The run ended by itself.</summary>
    End,
}

/// <summary>One line of the journal.</summary>
public sealed record JournalEntry
{
    public required JournalEntryKind Kind { get; init; }
    public required DateTimeOffset At { get; init; }
    public string? Plan { get; init; }
    public string? Commit { get; init; }
    public string? Author { get; init; }
    public string? Repository { get; init; }
    public string? Command { get; init; }
    public int? ProcessId { get; init; }
    public string? Cluster { get; init; }
    public string? Step { get; init; }
    public string? Title { get; init; }
    public long? FencingToken { get; init; }
    public string? Outcome { get; init; }
    public string? Reason { get; init; }
    public double? Seconds { get; init; }

    /// <summary>Of an intent: what the step is to bring about, so that another process can verify it.</summary>
    public IReadOnlyList<JournaledEffect>? Effects { get; init; }

    public static JournalEntry Of(DateTimeOffset at, Step step, StepOutcome outcome) =>
        new()
        {
            Kind = JournalEntryKind.Outcome,
            At = at,
            Cluster = step.Cluster,
            Step = step.Id,
            Outcome = OutcomeText.Word(outcome),
            Reason = OutcomeText.Reason(outcome),
            Seconds = outcome is StepOutcome.Done done ? Math.Round(done.Took.TotalSeconds, 3) : null,
        };
}

[JsonSerializable(typeof(JournalEntry))]
[JsonSerializable(typeof(JournalEntry[]))]
public sealed partial class JournalJson : JsonSerializerContext
{
    private static readonly JsonSerializerOptions OneLine = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static JournalJson Lines { get; } = new(OneLine);
}
