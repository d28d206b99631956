using System.Security.Cryptography;
using System.Text;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>A document of a kind that its repository declares: known to the rules, and to nothing else of the engine.</summary>
internal sealed record OwnDocument(string ApiVersion);

/// <summary>Kinds that a policy repository adds: a schema for each below <c>schemas/kinds/</c>, found by apiVersion and kind.</summary>
internal sealed class OwnKinds
{
    public const string Folder = "schemas/kinds/";
    private const string Suffix = ".schema.json";
    private const int KindsMax = 100;

    /// <summary>Words of the rule language.</summary>
    private static readonly string[] Taken = ["Fleet", "Verdicts", "Observation"];

    private readonly Dictionary<(string ApiVersion, string Kind), (SchemaPart Schema, SourceFile File)> schemas = [];
    private readonly HashSet<(string, string)> refused = [];

    private OwnKinds(string fingerprint) => Fingerprint = fingerprint;

    public static OwnKinds None { get; } = new("");

    /// <summary>Differs when a schema does: a reading under other schemas is another reading.</summary>
    public string Fingerprint { get; }

    public IReadOnlyList<Diagnostic> Findings { get; private set; } = [];

    public IEnumerable<string> Names => schemas.Keys.Select(k => k.Kind).Distinct().Order(StringComparer.Ordinal);

    public static bool IsSchema(string path) =>
        path.StartsWith(Folder, StringComparison.Ordinal) && path.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Every kind that is declared, with the file that does.</summary>
    public IEnumerable<(string ApiVersion, string Kind, SourceFile File)> Declared =>
        schemas
            .OrderBy(s => s.Key.Kind, StringComparer.Ordinal)
            .ThenBy(s => s.Key.ApiVersion, StringComparer.Ordinal)
            .Select(s => (s.Key.ApiVersion, s.Key.Kind, s.Value.File));

    public SchemaPart? Find(string? apiVersion, string kind) =>
        apiVersion is not null && schemas.TryGetValue((apiVersion, kind), out var found) ? found.Schema : null;

    /// <summary>What rules, waivers and findings call the kind: where the engine has one of that name, with its apiVersion before it.</summary>
    public static string NameOf(string apiVersion, string kind) =>
        DocumentSchemas.Kinds.Contains(kind) || Taken.Contains(kind) ? $"{apiVersion}/{kind}" : kind;

    /// <summary>Declared by a schema that is wrong itself: nothing can be said of its documents until that is mended.</summary>
    public bool IsRefused(string apiVersion, string kind) => refused.Contains((apiVersion, kind));

    public static string FingerprintOf(IEnumerable<SourceFile> files)
    {
        var ids = string.Join(
            '\n',
            files.Where(f => IsSchema(f.Path)).OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => $"{f.BlobId} {f.Path}")
        );
        return ids.Length == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ids)));
    }

    public static OwnKinds Read(IEnumerable<SourceFile> files)
    {
        var fingerprint = FingerprintOf(files);
        if (fingerprint.Length == 0)
            return None;
        var kinds = new OwnKinds(fingerprint);
        var findings = new List<Diagnostic>();
        foreach (var file in files.Where(f => IsSchema(f.Path)).OrderBy(f => f.Path, StringComparer.Ordinal))
            kinds.Add(file, findings);
        kinds.Findings = findings;
        return kinds;
    }

    private void Add(SourceFile file, List<Diagnostic> all)
    {
        var findings = new List<Diagnostic>();
        try
        {
            Read(file, findings);
            FindingLimit.Apply(findings, FindingLimit.OfFile);
        }
        catch (Exception e)
        {
            // As for documents: a schema is a stranger's.
            findings.Add(DocumentRules.Failed(SourceSpan.WholeFile(file.Path), e));
        }
        all.AddRange(findings);
    }

    private void Read(SourceFile file, List<Diagnostic> findings)
    {
        if (SourceDecoding.Decode(file, findings) is not { } text)
            return;
        if (JsonDocuments.Read(file.Path, text, findings) is not { } root)
            return;
        if (root.Kind != NodeKind.Mapping)
        {
            findings.Add(
                DocumentRules.OwnKind.At(root.SpanIn(file.Path), "a kind's file holds one JSON schema, which is an object")
            );
            return;
        }
        var schema = new SchemaPartReader(file.Path, root, findings).Read();
        var (writtenVersion, writtenKind) = (
            Fixed(file.Path, root, "apiVersion", findings),
            Fixed(file.Path, root, "kind", findings)
        );
        if (
            writtenVersion is { Text: var version } ours
            && (
                version.Equals("pggitops.dev", StringComparison.Ordinal)
                || version.StartsWith("pggitops.dev/", StringComparison.Ordinal)
            )
        )
            findings.Add(
                DocumentRules.OwnKind.At(
                    ours.SpanIn(file.Path),
                    "kinds of pggitops.dev are the engine's own",
                    "take an apiVersion of your own, such as example.org/v1"
                )
            );
        if (writtenVersion is not { } apiVersion || writtenKind is not { } kind)
            return;
        if (findings.Count > 0)
        {
            refused.Add((apiVersion.Text, kind.Text));
            return;
        }
        if (schemas.Count >= KindsMax)
            findings.Add(DocumentRules.OwnKind.At(SourceSpan.WholeFile(file.Path), "a repository declares at most 100 kinds"));
        else if (!schemas.TryAdd((apiVersion.Text, kind.Text), (schema, file)))
            findings.Add(
                DocumentRules.OwnKind.At(
                    kind.SpanIn(file.Path),
                    $"{apiVersion.Text} {kind.Text} is declared by another file as well"
                )
            );
    }

    /// <summary>The one text that a top-level field of the kind's documents may have.</summary>
    private static LocatedNode? Fixed(string path, LocatedNode root, string field, List<Diagnostic> findings)
    {
        var schema = root["properties"]?[field];
        var text = schema?["const"] ?? (schema?["enum"] is { Items: [var only] } ? only : null);
        if (text is { Kind: NodeKind.String })
            return text;
        findings.Add(
            DocumentRules.OwnKind.At(
                (schema ?? root).SpanIn(path),
                $"a kind is found by its {field}: give it one value",
                $"\"properties\": {{ \"{field}\": {{ \"const\": \"…\" }} }}"
            )
        );
        return null;
    }
}
