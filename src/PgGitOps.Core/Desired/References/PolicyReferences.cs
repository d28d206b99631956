using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class PolicyReferences : IPolicyCheck
{
    public void Check(FleetDraft draft, IReadOnlyList<RecoveryPolicy> policies, List<Diagnostic> findings)
    {
        var classes = draft.Classes.FirstOrDefault();
        var rpo = classes?.Rpo.Select(c => c.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        var rto = classes?.Rto.Select(c => c.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        var certain = draft.Complete && !draft.HasBroken("RecoveryClasses");
        foreach (var policy in policies)
        {
            CheckStore(draft, policy, findings);
            if (!certain)
                continue;
            CheckClass("RPO class", policy.RpoClass, rpo, findings);
            CheckClass("RTO class", policy.RtoClass, rto, findings);
            if (policy.CrossSite.RtoClass is { } crossSite)
                CheckClass("RTO class", crossSite, rto, findings);
        }
    }

    private static void CheckClass(string noun, Located<string> reference, HashSet<string> known, List<Diagnostic> findings)
    {
        if (!known.Contains(reference.Value))
            findings.Add(Names.Unknown(ReferenceRules.UnknownClass, noun, reference, known, "in RecoveryClasses"));
    }

    private static void CheckStore(FleetDraft draft, RecoveryPolicy policy, List<Diagnostic> findings)
    {
        if (draft.FindCluster(policy.Cluster.Value) is not { } placed)
        {
            if (draft.IsMissing("Cluster", policy.Cluster.Value))
                findings.Add(
                    Names.Unknown(
                        ReferenceRules.UnknownCluster,
                        "cluster",
                        policy.Cluster,
                        draft.Clusters.Select(c => c.Cluster.Name),
                        "in the repository"
                    )
                );
            return;
        }
        if (placed.FindDatabase(policy.Database.Value) is not { } database)
            findings.Add(
                Names.Unknown(
                    ReferenceRules.UnknownDatabase,
                    "database",
                    policy.Database,
                    placed.Cluster.Databases.Select(d => d.Name),
                    $"in cluster '{placed.Cluster.Name}'"
                )
            );
        else if (policy.Schema is { } schema && !DatabaseNames.HasSchema(database, schema.Value))
            findings.Add(DatabaseNames.UnknownSchema(database, schema.Value, schema.Span));
    }
}
