using PgGitOps.Core.Facets;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

/// <summary>Waivers and approvals speak of things that are there.</summary>
internal sealed class Consents : IReferenceCheck
{
    public void Check(FleetDraft draft, List<Diagnostic> findings)
    {
        foreach (var document in draft.Documents)
        {
            if (document.Content is Waiver waiver && document.Find("spec.document") is { } named)
            {
                var slash = waiver.Document.IndexOf('/', StringComparison.Ordinal);
                if (draft.IsMissing(waiver.Document[..slash], waiver.Document[(slash + 1)..]))
                    findings.Add(
                        Names.Unknown(
                            ReferenceRules.UnknownDocument,
                            "document",
                            new Located<string>(waiver.Document, named.SpanIn(document.Path)),
                            draft.Ids,
                            "in the repository"
                        )
                    );
            }
            if (document.Content is ApprovalDocument approval)
                Check(draft, document, approval, findings);
        }
    }

    private static void Check(FleetDraft draft, ReadDocument document, ApprovalDocument approval, List<Diagnostic> findings)
    {
        if (approval.Cluster is { } cluster && draft.IsMissing("Cluster", cluster))
            findings.Add(
                Names.Unknown(
                    ReferenceRules.UnknownCluster,
                    "cluster",
                    new Located<string>(cluster, document.Find("spec.cluster")!.Value.SpanIn(document.Path)),
                    draft.Clusters.Select(c => c.Cluster.Name),
                    "in the repository"
                )
            );
        var missing = approval.Action switch
        {
            "apply" when approval.PlanId is null => "plan",
            "promote" when approval.Cluster is null => "cluster",
            _ => null,
        };
        if (missing is not null)
            findings.Add(
                ReferenceRules.ConsentIncomplete.At(
                    approval.At,
                    $"an approval of {approval.Action} names its {missing}",
                    $"add {missing}"
                )
            );
        if (approval is { Action: null, Recreates.Count: 0, Primaries.Count: 0 })
            findings.Add(
                ReferenceRules.ConsentIncomplete.At(
                    approval.At,
                    "an approval says what it allows: an action, or objects or a primary under allows",
                    "add action or allows"
                )
            );
        if (approval.Recreates.Concat(approval.Primaries).ToArray() is not [var first, ..])
            return;
        findings.AddRange(approval.Recreates.Select(Misspelt).OfType<Diagnostic>());
        if (approval.Cluster is null)
            findings.Add(
                ReferenceRules.ConsentIncomplete.At(
                    first.Span,
                    "an approval that allows objects names their cluster",
                    "add cluster"
                )
            );
        else if (draft.Clusters.Select(c => c.Cluster).FirstOrDefault(c => c.Name == approval.Cluster) is { } declared)
            findings.AddRange(
                approval
                    .Recreates.Concat(
                        approval.Primaries.Select(p => p with { Value = new ObjectPath.Member(p.Value).ToString() })
                    )
                    .Select(r => UnknownObject(declared, r))
                    .OfType<Diagnostic>()
            );
    }

    /// <summary>What is spelt otherwise than the record spells it would never match.</summary>
    private static Diagnostic? Misspelt(Located<string> path) =>
        path.Value == ApprovalDocument.WholeCluster || ObjectPath.TryParse(path.Value) is not null
            ? null
            : ReferenceRules.UnknownObject.At(
                path.Span,
                $"'{path.Value}' is not how an object is spelt",
                ObjectPath.Respelt(path.Value) is { } meant
                    ? $"write {meant}"
                    : "write % and / inside a name as %25 and %2F, and nothing else with %"
            );

    /// <summary>An object that the cluster does not declare would never be made anew: the name is mistyped.</summary>
    private static Diagnostic? UnknownObject(Cluster cluster, Located<string> path)
    {
        var where = $"in cluster {cluster.Name}";
        switch (ObjectPath.Parse(path.Value))
        {
            case ObjectPath.Member member:
                return cluster.FindMember(member.Name) is null
                    ? Named(ReferenceRules.UnknownMember, "member", member.Name, cluster.Members.Select(m => m.Name))
                    : null;
            case { DatabaseName: { } name } inside:
                if (cluster.Databases.FirstOrDefault(d => d.Name == name) is not { } database)
                    return Named(ReferenceRules.UnknownDatabase, "database", name, cluster.Databases.Select(d => d.Name));
                return inside is ObjectPath.Schema schema && database.Schemas.All(s => s.Name != schema.Name)
                    ? Named(ReferenceRules.UnknownSchema, "schema", schema.Name, database.Schemas.Select(s => s.Name))
                    : null;
            default:
                return null;
        }

        Diagnostic Named(DiagnosticRule rule, string noun, string name, IEnumerable<string> known) =>
            Names.Unknown(rule, noun, new Located<string>(name, path.Span), known, where);
    }
}
