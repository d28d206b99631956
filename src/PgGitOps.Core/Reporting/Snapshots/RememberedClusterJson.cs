using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Reporting.Snapshots;

/// <summary>What is remembered of one cluster, on one line: <c>format</c>, then <c>cluster</c>.</summary>
public static class RememberedClusterJson
{
    public const string Format = "pggitops.dev/cluster-memory/v1";

    private static readonly SnapshotTypes Types = SnapshotJson.Types(null, indented: false);

    public static string Write(RememberedCluster cluster) =>
        JsonSerializer.Serialize(new MemoryFile(Format, cluster), Types.MemoryFile);

    /// <returns>The cluster, or why the text is none.</returns>
    public static (RememberedCluster? Cluster, string? Problem) Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Types.MemoryFile) switch
            {
                null => (null, "it is empty"),
                { Format: not Format } other => (null, $"its format is '{other.Format}', not {Format}"),
                var file => (file.Cluster, null),
            };
        }
        catch (JsonException e)
        {
            return (null, e.Message);
        }
    }
}

internal sealed record MemoryFile(string Format, RememberedCluster Cluster);

/// <summary>An LSN as PostgreSQL prints it.</summary>
internal sealed class LsnConverter : JsonConverter<Lsn>
{
    public override Lsn Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        Lsn.TryParse(reader.GetString()) ?? throw new JsonException("a position in the write-ahead log looks like 0/3000148");

    public override void Write(Utf8JsonWriter writer, Lsn value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
