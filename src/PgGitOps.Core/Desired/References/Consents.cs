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
                    findings.Add(Names.Unknown(ReferenceRules.UnknownDocument, "document", new Located<string>(waiver.Document, named.SpanIn(document.Path)), draft.Ids, "in the repository"));
            }
            if (document.Content is ApprovalDocument approval)
                Check(draft, document, approval, findings);
        }
    }

    private static void Check(FleetDraft draft, ReadDocument document, ApprovalDocument approval, List<Diagnostic> findings)
    {
        if (approval.Cluster is { } cluster && draft.IsMissing("Cluster", cluster))
            findings.Add(Names.Unknown(ReferenceRules.UnknownCluster, "cluster", new Located<string>(cluster, document.Find("spec.cluster")!.Value.SpanIn(document.Path)), draft.Clusters.Select(c => c.Cluster.Name), "in the repository"));
        var missing = approval.Action switch
        {
            "apply" when approval.PlanId is null => "plan",
            "promote" when approval.Cluster is null => "cluster",
            _ => null,
        };
        if (missing is not null)
            findings.Add(ReferenceRules.ConsentIncomplete.At(approval.At, $"an approval of {approval.Action} names its {missing}", $"add {missing}"));
    }
}
