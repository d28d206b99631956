using System.Globalization;
using System.Text;
using System.Text.Json;

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
    public static byte[] Write(EvidenceEntry entry)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("n", entry.Number);
            json.WriteString("at", Moment(entry.At));
            if (entry.Until is { } until)
                json.WriteString("until", Moment(until));
            json.WriteString("prev", entry.Previous);
            json.WriteString("digest", entry.Digest);
            json.WritePropertyName("body");
            json.WriteRawValue(entry.Body);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

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
            using var json = JsonDocument.Parse(Encoding.UTF8.GetString(line));
            var root = json.RootElement;
            return new(
                root.GetProperty("n").GetInt64(),
                root.GetProperty("at").GetDateTimeOffset(),
                root.TryGetProperty("until", out var until) ? until.GetDateTimeOffset() : null,
                root.GetProperty("body").GetRawText(),
                root.GetProperty("prev").GetString() ?? "",
                root.GetProperty("digest").GetString() ?? ""
            );
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
