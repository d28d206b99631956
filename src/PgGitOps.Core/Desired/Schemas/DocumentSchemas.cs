using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using NJsonSchema;

namespace PgGitOps.Core.Desired.Schemas;

/// <summary>The JSON Schemas of the document kinds, as embedded from <c>schemas/</c>.</summary>
public static class DocumentSchemas
{
    public const string ApiVersion = "pggitops.dev/v1";

    private static readonly Dictionary<string, Lazy<JsonSchema>> Compiled = Kinds.ToDictionary(
        kind => kind,
        kind => new Lazy<JsonSchema>(() => Compile(Text(kind))),
        StringComparer.Ordinal
    );

    internal static RememberingValidator Validator { get; } = new();

    /// <summary>Kinds of documents, ordered.</summary>
    public static IReadOnlyList<string> Kinds =>
        ["Approval", "Cluster", "Environment", "RecoveryClasses", "RecoveryPolicy", "RuleSettings", "Waiver"];

    /// <summary>File of a kind's schema: <c>RecoveryPolicy</c> → <c>recovery-policy.schema.json</c>.</summary>
    public static string FileName(string kind)
    {
        var name = new StringBuilder();
        foreach (var c in kind)
        {
            if (char.IsAsciiLetterUpper(c) && name.Length > 0)
                name.Append('-');
            name.Append(char.ToLowerInvariant(c));
        }
        return name.Append(".schema.json").ToString();
    }

    /// <summary>The schema's own text.</summary>
    public static string Text(string kind)
    {
        var resource = "schemas/" + FileName(kind);
        using var stream =
            typeof(DocumentSchemas).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The assembly holds the schema of every kind; {resource} is missing.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Digest of the schemas and of the build that enforces them; what one build found sound says nothing to another.</summary>
    public static string Fingerprint
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(typeof(DocumentSchemas).Module.ModuleVersionId.ToByteArray());
            foreach (var kind in Kinds)
                hash.AppendData(Encoding.UTF8.GetBytes(Text(kind)));
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    internal static JsonSchema Of(string kind) => Compiled[kind].Value;

    internal static JsonSchema Compile(string json)
    {
        // The validator matches patterns through Regex's own cache, which holds 15 unless told otherwise.
        Regex.CacheSize = Math.Max(Regex.CacheSize, 128);

        var schema = SchemaReader.Read(json);
        foreach (var part in PartsOf(schema, []))
        {
            // In .NET a $ also matches before a last line break; JSON Schema means the very end.
            if (part.Pattern is { } pattern && pattern.EndsWith('$'))
                part.Pattern = pattern[..^1] + "\\z";
        }
        return schema;
    }

    private static HashSet<JsonSchema> PartsOf(JsonSchema schema, HashSet<JsonSchema> seen)
    {
        if (!seen.Add(schema))
            return seen;
        if (schema.Reference is { } reference)
            PartsOf(reference, seen);
        foreach (
            var part in schema
                .Properties.Values.Concat<JsonSchema>(schema.PatternProperties.Values)
                .Concat(schema.AnyOf)
                .Concat(schema.Definitions.Values)
        )
            PartsOf(part, seen);
        if (schema.Item is { } item)
            PartsOf(item, seen);
        if (schema.AdditionalPropertiesSchema is { } additional)
            PartsOf(additional, seen);
        return seen;
    }
}
