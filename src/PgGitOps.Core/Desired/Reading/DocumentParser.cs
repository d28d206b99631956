using PgGitOps.Core.Desired.Schemas;
using PgGitOps.Core.Desired.Schemas.Own;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Reading;

/// <summary>One file → its documents and what is wrong with each of them alone. Depends on the file's path and bytes and the repository's own kinds only, so its answer is cached by them.</summary>
internal static class DocumentParser
{
    public static FileReading Read(SourceFile file, Soundness sound, OwnKinds kinds)
    {
        var findings = new List<Diagnostic>();
        try
        {
            if (SourceDecoding.Decode(file, findings) is not { } text)
                return new FileReading(file.BlobId, [], findings);
            var budget = new SchemaBudget();
            var documents = YamlDocuments
                .Read(file.Path, text, findings)
                .ConvertAll(root => ReadDocument(file.Path, root, sound, kinds, budget, findings));
            FindingLimit.Apply(findings, FindingLimit.OfFile);
            return new FileReading(file.BlobId, documents, findings);
        }
        catch (Exception e)
        {
            // A stranger wrote the file. Whatever it does to us, it must not keep the other files from being read.
            return new FileReading(file.BlobId, [], [DocumentRules.Failed(SourceSpan.WholeFile(file.Path), e)]);
        }
    }

    public static ReadDocument ReadDocument(
        string path,
        LocatedNode root,
        Soundness sound,
        OwnKinds kinds,
        SchemaBudget budget,
        List<Diagnostic> findings
    )
    {
        // After the first so many nothing more would be shown of this file.
        if (findings.Count > FindingLimit.OfFile)
            return new ReadDocument(path, null, null, root, null);
        var before = findings.Count;
        var kind = root["kind"] is { Kind: NodeKind.String } written ? written.Text : null;
        var name = root["metadata"]?["name"] is { IsScalar: true } named ? named.Text : null;
        if (
            kind is not null
            && root.Kind == NodeKind.Mapping
            && root["apiVersion"] is { Kind: NodeKind.String, Text: var apiVersion }
        )
        {
            if (kinds.Find(apiVersion, kind) is { } own)
                return OwnDocument(path, root, kind, name, apiVersion, own, sound, budget, findings);
            if (kinds.IsRefused(apiVersion, kind))
                return new ReadDocument(path, OwnKinds.NameOf(apiVersion, kind), name, root, null);
        }
        var known = Known(path, root, kind, kinds, findings);
        if (known && sound == Soundness.Unknown && !QuickCheck.Holds(kind!, root))
            findings.AddRange(SchemaFindings.Of(path, root, DocumentSchemas.Of(kind!), budget.Suggestions));
        object? content = null;
        if (findings.Count == before)
            content = Content(path, root, kind!, findings);
        var document = new ReadDocument(path, kind, name, root, content);
        return Located(document, findings, before);
    }

    // What was found since then is about this document.
    private static ReadDocument Located(ReadDocument document, List<Diagnostic> findings, int since)
    {
        for (var i = since; i < findings.Count; i++)
            findings[i] = document.Locate(findings[i]);
        return document;
    }

    private static ReadDocument OwnDocument(
        string path,
        LocatedNode root,
        string kind,
        string? name,
        string apiVersion,
        SchemaPart schema,
        Soundness sound,
        SchemaBudget budget,
        List<Diagnostic> findings
    )
    {
        var before = findings.Count;
        if (sound != Soundness.AllKinds)
            findings.AddRange(PartJudge.Of(path, root, schema, budget));
        // A schema need not ask for it, and the rules find documents by it.
        if (string.IsNullOrEmpty(name) && findings.Count == before)
            findings.Add(
                DocumentRules.MissingKey.At(
                    (root["metadata"] ?? root).SpanIn(path),
                    "missing key 'name' in metadata",
                    "every document has metadata.name"
                )
            );
        var document = new ReadDocument(
            path,
            OwnKinds.NameOf(apiVersion, kind),
            name,
            root,
            findings.Count == before ? new OwnDocument(apiVersion) : null
        );
        return Located(document, findings, before);
    }

    private static bool Known(string path, LocatedNode root, string? kind, OwnKinds kinds, List<Diagnostic> findings)
    {
        if (root.Kind != NodeKind.Mapping)
        {
            findings.Add(
                DocumentRules.NotADocument.At(
                    root.SpanIn(path),
                    $"expected a document with apiVersion, kind, metadata and spec; found {SchemaWords.Found(root)}"
                )
            );
            return false;
        }
        if (kind is null)
        {
            findings.Add(
                root["kind"] is { } wrong
                    ? DocumentRules.WrongType.At(
                        wrong.SpanIn(path),
                        $"expected the kind of the document; found {SchemaWords.Found(wrong)}"
                    )
                    : DocumentRules.MissingKey.At(
                        root.SpanIn(path),
                        "missing key 'kind' in the document",
                        "kinds: " + string.Join(", ", DocumentSchemas.Kinds)
                    )
            );
            return false;
        }
        if (DocumentSchemas.Kinds.Contains(kind))
            return true;
        string[] all = [.. DocumentSchemas.Kinds, .. kinds.Names];
        findings.Add(
            DocumentRules.UnknownKind.At(
                root["kind"]!.Value.SpanIn(path),
                $"unknown kind '{kind}'{Suggestion.Clause(kind, all)}",
                kinds.Names.Contains(kind)
                    ? $"the repository declares {kind} for another apiVersion"
                    : "kinds: " + string.Join(", ", all)
            )
        );
        return false;
    }

    private static object Content(string path, LocatedNode root, string kind, List<Diagnostic> findings)
    {
        var fields = new Fields(path, root, findings);
        var metadata = fields.Map("metadata")!.Value;
        var name = metadata.Needed("name");
        var head = new DocumentHead(kind, name.Value, metadata.Text("owner"), name.Span);
        var spec = fields.Map("spec")!.Value;
        return kind switch
        {
            "Approval" => ApprovalReading.Read(head, spec),
            "Cluster" => ClusterReading.Read(head, spec, findings),
            "Environment" => EnvironmentReading.Read(head, spec),
            "RecoveryClasses" => RecoveryClassesReading.Read(head, spec),
            "RecoveryPolicy" => RecoveryPolicyReading.Read(head, spec),
            "RuleSettings" => RuleSettingsReading.Read(head, spec),
            "Waiver" => WaiverReading.Read(head, spec),
            _ => throw new InvalidOperationException($"Every kind has a reading; {kind} has none."),
        };
    }
}

/// <summary>What is known of a file's bytes before they are read.</summary>
internal enum Soundness
{
    Unknown,

    /// <summary>Its documents are of the engine's kinds, and hold to their schemas.</summary>
    EnginesKinds,

    /// <summary>Its documents hold to their schemas, those that the repository declares now among them.</summary>
    AllKinds,
}

/// <summary>What one version of one file holds.</summary>
internal sealed record FileReading(string BlobId, IReadOnlyList<ReadDocument> Documents, IReadOnlyList<Diagnostic> Findings);
