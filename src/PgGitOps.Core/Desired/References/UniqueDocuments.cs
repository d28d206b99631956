using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class UniqueDocuments : IReferenceCheck
{
    public void Check(FleetDraft draft, List<Diagnostic> findings)
    {
        var first = new Dictionary<string, ReadDocument>(draft.Documents.Count, StringComparer.Ordinal);
        foreach (var document in draft.Documents)
        {
            if (document.Id is not { } id || first.TryAdd(id, document))
                continue;
            var here = Place(document);
            findings.Add(
                ReferenceRules.DuplicateName.At(
                    here,
                    $"{document.Kind} '{document.Name}' already stands {Names.Elsewhere(Place(first[id]), here)}",
                    "names are unique among all documents of a kind"
                )
            );
        }
        foreach (var second in draft.Classes.Skip(1))
            findings.Add(
                ReferenceRules.SecondClasses.At(
                    second.Head.At,
                    $"the recovery classes are already defined at {draft.Classes[0].Head.At}",
                    "keep the numbers in one document"
                )
            );
    }

    private static SourceSpan Place(ReadDocument document) => NameNode(document).SpanIn(document.Path);

    private static LocatedNode NameNode(ReadDocument document) => document.Root["metadata"]?["name"] ?? document.Root;
}
