using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Snapshots;

/// <summary>Closed: <see cref="Read"/>, <see cref="Refused"/>.</summary>
public abstract record SnapshotReading
{
    private SnapshotReading() { }

    public sealed record Read(FleetSnapshot Snapshot) : SnapshotReading;

    public sealed record Refused(string Reason) : SnapshotReading;

    public T Match<T>(Func<FleetSnapshot, T> read, Func<string, T> refused) =>
        this switch
        {
            Read r => read(r.Snapshot),
            Refused r => refused(r.Reason),
            _ => throw new InvalidOperationException("SnapshotReading is closed"),
        };
}

/// <summary>An observed fleet as JSON, without secrets: a password verifier appears as its kind and a keyed digest.</summary>
/// <remarks>Equal snapshots and keys give equal bytes.</remarks>
public static class SnapshotJson
{
    public const string Format = "pggitops.dev/snapshot/v2";

    private const string DigestPrefix = "digest:";

    /// <param name="key">
    /// Keys the digests, which can then be compared across files of one key, and guessed by nobody who lacks it. Kept by the caller; not part of the file.
    /// </param>
    public static string Write(FleetSnapshot snapshot, ReadOnlySpan<byte> key) =>
        JsonSerializer.Serialize(new SnapshotFile(Format, snapshot), Types(new VerifierConverter(key.ToArray())).SnapshotFile)
        + "\n";

    public static SnapshotReading Read(string json)
    {
        try
        {
            if (JsonKeys.Twice(Encoding.UTF8.GetBytes(json)) is { } twice)
                return new SnapshotReading.Refused($"it is no snapshot: {twice}");
            var file = JsonSerializer.Deserialize(json, Types(new VerifierConverter([])).SnapshotFile);
            return file switch
            {
                null => new SnapshotReading.Refused("it holds no snapshot"),
                { Format: not Format } => new SnapshotReading.Refused($"its format is '{file.Format}', not {Format}"),
                _ => new SnapshotReading.Read(file.Fleet),
            };
        }
        catch (JsonException failure)
        {
            return new SnapshotReading.Refused($"it is no snapshot: {failure.Message}");
        }
    }

    /// <summary>True for what a snapshot file holds in place of a verifier: no password can be checked against it.</summary>
    public static bool IsDigest(PasswordVerifier verifier) => verifier.Text.StartsWith(DigestPrefix, StringComparison.Ordinal);

    internal static string Digest(PasswordVerifier verifier, byte[] key)
    {
        if (IsDigest(verifier))
            return verifier.Text;
        var kind =
            verifier.Text.StartsWith("SCRAM-SHA-256$", StringComparison.Ordinal) ? "scram-sha-256"
            : verifier.Text.StartsWith("md5", StringComparison.Ordinal) ? "md5"
            : "unknown";
        return $"{DigestPrefix}{kind}:{Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(verifier.Text)))}";
    }

    /// <param name="verifiers">Null for what holds none.</param>
    internal static SnapshotTypes Types(JsonConverter<PasswordVerifier>? verifiers, bool indented = true)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            WriteIndented = indented,
            NewLine = "\n",
            IgnoreReadOnlyProperties = true,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        if (verifiers is not null)
            options.Converters.Add(verifiers);
        foreach (var converter in SnapshotTypes.Converters)
            options.Converters.Add(converter);
        return new SnapshotTypes(options);
    }

    private sealed class VerifierConverter(byte[] key) : JsonConverter<PasswordVerifier>
    {
        public override PasswordVerifier Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.GetString() is { } text && text.StartsWith(DigestPrefix, StringComparison.Ordinal)
                ? new PasswordVerifier(text)
                : throw new JsonException("a snapshot file holds digests of verifiers only");

        public override void Write(Utf8JsonWriter writer, PasswordVerifier value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Digest(value, key));
    }
}
