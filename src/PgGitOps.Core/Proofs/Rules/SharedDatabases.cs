using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>R-02: contexts in one database have a schema and an owner each.</summary>
internal sealed class SharedDatabases : IClusterRule
{
    public void Judge(ClusterScene scene, List<Diagnostic> findings)
    {
        foreach (
            var group in scene.Ground.Policies.GroupBy(p => p.Database.Value, StringComparer.Ordinal).Where(g => g.Count() > 1)
        )
        {
            var database = scene.Ground.Cluster?.Databases.FirstOrDefault(d => d.Name == group.Key);
            var seen = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var policy in group)
            {
                if (policy.Schema is not { } schema)
                {
                    findings.Add(
                        ClaimRuleList.SharedDatabase,
                        policy,
                        "spec.store.database",
                        policy.Database.Span,
                        $"database {policy.Database.Value} holds {Amounts.List(group.Select(p => p.Name))}, and {policy.Name} names no schema of its own",
                        "give each context a database, or at least a schema"
                    );
                    continue;
                }
                var owner = database?.Schemas.FirstOrDefault(s => s.Name == schema.Value)?.Owner?.Value ?? database?.Owner?.Value;
                if (owner is null)
                    continue;
                if (seen.TryGetValue(owner, out var other))
                {
                    findings.Add(
                        ClaimRuleList.SharedDatabase,
                        policy,
                        "spec.store.schema",
                        schema.Span,
                        $"the schemas of {other} and {policy.Name} in database {policy.Database.Value} have one owner, {owner}: nothing keeps the two contexts apart",
                        "give each schema an owner of its own"
                    );
                }
                else
                {
                    seen[owner] = policy.Name;
                }
            }
        }
    }
}
