using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Schemas;

/// <summary>A document of a kind that its repository declares: known to the rules, and to nothing else of the engine.</summary>
internal sealed record OwnDocument(string ApiVersion);

/// <summary>Kinds that a policy repository adds: a schema for each below <c>schemas/kinds/</c>, found by apiVersion and kind.</summary>
internal sealed class OwnKinds
{
    public const string Folder = "schemas/kinds/";
    private const string Suffix = ".schema.json";
    private const int KindsMax = 100;

    private readonly Dictionary<(string ApiVersion, string Kind), JsonSchema> schemas = [];
    private readonly HashSet<(string, string)> refused = [];

    private OwnKinds(string fingerprint, PatternValidator validator)
    {
        Fingerprint = fingerprint;
        Validator = validator;
    }

    public static OwnKinds None { get; } = new("", new PatternValidator());

    /// <summary>Differs when a schema does: a reading under other schemas is another reading.</summary>
    public string Fingerprint { get; }

    public PatternValidator Validator { get; }

    public IReadOnlyList<Diagnostic> Findings { get; private set; } = [];

    public IEnumerable<string> Names => schemas.Keys.Select(k => k.Kind).Distinct().Order(StringComparer.Ordinal);

    public static bool IsSchema(string path) => path.StartsWith(Folder, StringComparison.Ordinal) && path.EndsWith(Suffix, StringComparison.Ordinal);

    public JsonSchema? Find(string? apiVersion, string kind) => apiVersion is not null && schemas.TryGetValue((apiVersion, kind), out var schema) ? schema : null;

    /// <summary>Declared by a schema that is wrong itself: nothing can be said of its documents until that is mended.</summary>
    public bool IsRefused(string apiVersion, string kind) => refused.Contains((apiVersion, kind));

    public static string FingerprintOf(IEnumerable<SourceFile> files)
    {
        var ids = string.Join('\n', files.Where(f => IsSchema(f.Path)).OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => $"{f.BlobId} {f.Path}"));
        return ids.Length == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ids)));
    }

    public static OwnKinds Read(IEnumerable<SourceFile> files)
    {
        var fingerprint = FingerprintOf(files);
        if (fingerprint.Length == 0)
            return None;
        var kinds = new OwnKinds(fingerprint, new PatternValidator());
        var findings = new List<Diagnostic>();
        foreach (var file in files.Where(f => IsSchema(f.Path)).OrderBy(f => f.Path, StringComparer.Ordinal))
            kinds.Add(file, findings);
        kinds.Findings = findings;
        return kinds;
    }

    private void Add(SourceFile file, List<Diagnostic> findings)
    {
        var before = findings.Count;
        if (SourceDecoding.Decode(file, findings) is not { } text)
            return;
        // JSON is YAML as far as schemas go, and this reader knows the place of everything.
        var roots = YamlDocuments.Read(file.Path, text, findings);
        if (findings.Count > before)
            return;
        if (roots is not [{ Kind: NodeKind.Mapping } root])
        {
            findings.Add(DocumentRules.OwnKind.At(SourceSpan.WholeFile(file.Path), "a kind's file holds one JSON schema"));
            return;
        }
        OwnKindLint.Check(file.Path, root, findings);
        var apiVersion = OwnKindLint.Fixed(file.Path, root, "apiVersion", findings);
        var kind = OwnKindLint.Fixed(file.Path, root, "kind", findings);
        if (apiVersion is { Text: var version } && (version.Equals("pggitops.dev", StringComparison.Ordinal) || version.StartsWith("pggitops.dev/", StringComparison.Ordinal)))
            findings.Add(DocumentRules.OwnKind.At(apiVersion.SpanIn(file.Path), "kinds of pggitops.dev are the engine's own", "take an apiVersion of your own, such as example.org/v1"));
        if (apiVersion is null || kind is null)
            return;
        if (findings.Count > before)
        {
            refused.Add((apiVersion.Text, kind.Text));
            return;
        }
        if (schemas.Count >= KindsMax)
            findings.Add(DocumentRules.OwnKind.At(SourceSpan.WholeFile(file.Path), "a repository declares at most 100 kinds"));
        else if (!schemas.TryAdd((apiVersion.Text, kind.Text), Compile(root)))
            findings.Add(DocumentRules.OwnKind.At(kind.SpanIn(file.Path), $"{apiVersion.Text} {kind.Text} is declared by another file as well"));
    }

    private JsonSchema Compile(LocatedNode root)
    {
        using var reader = new NodeJsonReader(root);
        var json = (JObject)JToken.Load(reader);
        foreach (var part in json.DescendantsAndSelf().OfType<JObject>().Where(o => o.Parent is not JProperty { Name: "properties" }).ToList())
        {
            // The validator knows no const, and compares the texts of an enum without asking for their type.
            if (part["const"] is JValue { Type: JTokenType.String } only)
            {
                part.Remove("const");
                part["enum"] = new JArray(only);
            }
            if (part["enum"] is JArray)
                part["type"] = "string";
            // Annotations may hold anything, also what the validator would follow.
            foreach (var annotation in OwnKindLint.Dropped)
                part.Remove(annotation);
        }
        // The task is complete when it is returned: the lint lets no reference through.
        var schema = JsonSchema.FromJsonAsync(json.ToString(Newtonsoft.Json.Formatting.None)).GetAwaiter().GetResult();
        Take(schema);
        return schema;
    }

    private void Take(JsonSchema schema)
    {
        if (schema.Pattern is { } pattern)
        {
            Validator.Take(schema, OwnKindLint.Pattern(pattern)!);
            schema.Title ??= $"text that matches {pattern}";
            schema.Pattern = null;
        }
        foreach (var part in schema.Properties.Values)
            Take(part);
        if (schema.Item is { } item)
            Take(item);
        if (schema.AdditionalPropertiesSchema is { } additional)
            Take(additional);
    }
}
