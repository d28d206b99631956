using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Reporting.Snapshots;

/// <summary>An <see cref="Observation{T}"/> as <c>{ at, seen }</c>, <c>{ at, absent }</c> or <c>{ at, unreadable, reason }</c>.</summary>
internal sealed class ObservationConverter<T> : JsonConverter<Observation<T>>
{
    public override Observation<T> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        if (
            root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("at", out var time)
            || !time.TryGetDateTimeOffset(out var at)
        )
            throw new JsonException("an observation is an object with the time it was made at");
        if (root.TryGetProperty("seen", out var seen))
            return new Observation<T>.Seen(
                seen.Deserialize((JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)))
                    ?? throw new JsonException("what was seen is missing"),
                at
            );
        if (root.TryGetProperty("absent", out var absent))
            return new Observation<T>.Absent(Text(absent), at)
            {
                WasThere = root.TryGetProperty("wasThere", out var was) && was.ValueKind == JsonValueKind.True,
            };
        if (
            root.TryGetProperty("unreadable", out var kind)
            && Enum.TryParse<UnreadableKind>(Text(kind), ignoreCase: true, out var unreadable)
            && root.TryGetProperty("reason", out var reason)
        )
            return new Observation<T>.Unreadable(unreadable, Text(reason), at);
        throw new JsonException("an observation is seen, absent or unreadable");
    }

    public override void Write(Utf8JsonWriter writer, Observation<T> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("at", value.At);
        switch (value)
        {
            case Observation<T>.Seen seen:
                writer.WritePropertyName("seen");
                JsonSerializer.Serialize(writer, seen.Value, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
                break;
            case Observation<T>.Absent absent:
                writer.WriteString("absent", absent.Evidence);
                if (absent.WasThere)
                    writer.WriteBoolean("wasThere", true);
                break;
            case Observation<T>.Unreadable unreadable:
                writer.WriteString("unreadable", JsonNamingPolicy.CamelCase.ConvertName(unreadable.Kind.ToString()));
                writer.WriteString("reason", unreadable.Reason);
                break;
        }
        writer.WriteEndObject();
    }

    private static string Text(JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw new JsonException("a text was expected");
}
