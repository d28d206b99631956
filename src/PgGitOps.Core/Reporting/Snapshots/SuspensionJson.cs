using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Reporting.Snapshots;

/// <summary>A suspension as a small file, on a host or in a state directory.</summary>
public static class SuspensionJson
{
    public static byte[] Write(Suspension suspension) =>
        JsonSerializer.SerializeToUtf8Bytes(suspension, SuspensionJsonContext.Default.Suspension);

    /// <summary>A file that cannot be understood was written by somebody who meant to suspend: it holds until it is resumed.</summary>
    public static Suspension Read(ReadOnlySpan<byte> content)
    {
        try
        {
            if (
                JsonSerializer.Deserialize(content, SuspensionJsonContext.Default.Suspension) is
                { Reason: not null, Owner: not null } suspension
            )
                return suspension;
        }
        catch (JsonException) { }
        return new Suspension(
            "the file that says so cannot be understood; pggitops resume removes it",
            "unknown",
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.MaxValue
        );
    }
}

[JsonSerializable(typeof(Suspension))]
[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class SuspensionJsonContext : JsonSerializerContext;
