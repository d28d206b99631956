using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PgGitOps.Core.Reporting.Text;

/// <summary>A moment in UTC as reports write it, such as <c>2026-03-01T12:00:00Z</c>.</summary>
internal sealed class MomentConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        DateTimeOffset.TryParse(reader.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : throw new JsonException("a moment looks like 2026-03-01T12:00:00Z.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(JsonOutput.Moment(value));
}
