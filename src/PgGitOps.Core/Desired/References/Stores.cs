using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class Stores : IReferenceCheck
{
    public void Check(FleetDraft draft, List<Diagnostic> findings)
    {
        var first = new Dictionary<(string Cluster, string Database), RecoveryPolicy>(draft.Policies.Count);
        var shared = new Dictionary<(string Cluster, string Database), List<RecoveryPolicy>>();
        foreach (var policy in draft.Policies)
        {
            var key = (policy.Cluster.Value, policy.Database.Value);
            // Nearly every context has a database to itself.
            if (first.TryAdd(key, policy))
                continue;
            if (!shared.TryGetValue(key, out var there))
                shared[key] = there = [first[key]];
            // A whole database and a schema inside it overlap as well.
            if (
                there.Find(p => p.Schema is null || policy.Schema is null || p.Schema.Value.Value == policy.Schema.Value.Value) is
                { } other
            )
            {
                var store =
                    policy.Schema is { } schema && other.Schema is not null
                        ? $"schema '{schema.Value}' of database '{policy.Database.Value}'"
                        : $"database '{policy.Database.Value}'";
                findings.Add(
                    ReferenceRules.StoreTaken.At(
                        (policy.Schema ?? policy.Database).Span,
                        $"the {store} in cluster '{policy.Cluster.Value}' already belongs to the context '{other.Name}' ({other.Head.At})",
                        "give each context a database or a schema of its own"
                    )
                );
            }
            there.Add(policy);
        }
    }
}
