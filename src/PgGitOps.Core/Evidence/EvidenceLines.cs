using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PgGitOps.Core.Evidence;

/// <summary>What a series' bytes hold.</summary>
/// <param name="Whole">Oldest first; what was added without being completed is no part of it.</param>
/// <param name="TornBytes">Length of a last line without an end: a process or a machine ended in the middle of it.</param>
/// <param name="Damaged">Complete lines after the last whole entry that are none: the newest evidence is lost.</param>
public sealed record EvidenceContent(IReadOnlyList<EvidenceEntry> Whole, int TornBytes, int Damaged)
{
    public EvidenceEntry? Newest => Whole.Count == 0 ? null : Whole[^1];

    /// <summary>Every entry follows on the one before it.</summary>
    public bool IsUnbroken => Whole.Zip(Whole.Skip(1)).All(p => p.Second.Previous == p.First.Digest);
}

/// <summary>A series as lines of JSON: <c>n at until prev digest body</c>.</summary>
public static class EvidenceLines
{
    public static byte[] Write(EvidenceEntry entry) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(EvidenceLine.Of(entry), EvidenceTypes.Default.EvidenceLine), (byte)'\n'];

    public static EvidenceContent Read(ReadOnlySpan<byte> bytes)
    {
        List<EvidenceEntry> whole = [];
        var damaged = 0;
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            if (ReadLine(bytes[..end]) is { IsWhole: true } entry)
            {
                whole.Add(entry);
                damaged = 0;
            }
            else
            {
                damaged++;
            }
            bytes = bytes[(end + 1)..];
        }
        return new(whole, bytes.Length, damaged);
    }

    private static EvidenceEntry? ReadLine(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, EvidenceTypes.Default.EvidenceLine)?.ToEntry();
        }
        // What is no text at all in a body is found when the body is kept as text.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>One line: the one type that it is written from and read into.</summary>
internal sealed record EvidenceLine
{
    [JsonPropertyName("n")]
    public required long Number { get; init; }

    [JsonPropertyName("at"), JsonConverter(typeof(EvidenceMoment))]
    public required DateTimeOffset At { get; init; }

    [JsonPropertyName("until"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(EvidenceMoment))]
    public DateTimeOffset? Until { get; init; }

    [JsonPropertyName("prev")]
    public required string Previous { get; init; }

    [JsonPropertyName("digest")]
    public required string Digest { get; init; }

    [JsonPropertyName("body"), JsonConverter(typeof(EvidenceBodyText))]
    public required string Body { get; init; }

    public static EvidenceLine Of(EvidenceEntry entry) =>
        new()
        {
            Number = entry.Number,
            At = entry.At,
            Until = entry.Until,
            Previous = entry.Previous,
            Digest = entry.Digest,
            Body = entry.Body,
        };

    public EvidenceEntry ToEntry() => new(Number, At, Until, Body, Previous, Digest);
}

/// <summary>UTC with seven digits of a second, as the digest of an entry has it.</summary>
internal sealed class EvidenceMoment : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
}

/// <summary>JSON inside of the line, kept letter by letter: the digest covers its spelling.</summary>
internal sealed class EvidenceBodyText : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        using var body = JsonDocument.ParseValue(ref reader);
        return body.RootElement.GetRawText();
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteRawValue(value);
}

[JsonSerializable(typeof(EvidenceLine))]
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, AllowDuplicateProperties = false)]
internal sealed partial class EvidenceTypes : JsonSerializerContext;
