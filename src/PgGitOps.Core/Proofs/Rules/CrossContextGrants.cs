using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>R-02: tables of one context are not granted to roles of another, neither directly nor by membership.</summary>
internal sealed class CrossContextGrants : IClusterRule
{
    public void Judge(ClusterScene scene, List<Diagnostic> findings)
    {
        var contexts = scene.Ground.Policies;
        if (contexts.Count < 2 || scene.Ground.Cluster is not { } cluster)
            return;
        var owners = contexts.ToDictionary(p => p.Name, p => OwnersOf(cluster, p), StringComparer.Ordinal);
        var belonging = BelongingOf(cluster, owners);
        foreach (var context in contexts)
            JudgeGrants(cluster, context, belonging, findings);
        JudgeMemberships(cluster, owners, findings);
    }

    private static void JudgeGrants(
        Cluster cluster,
        RecoveryPolicy context,
        Dictionary<string, string> belonging,
        List<Diagnostic> findings
    )
    {
        if (cluster.Databases.FirstOrDefault(d => d.Name == context.Database.Value) is not { } database)
            return;
        foreach (var grant in database.Grants)
        {
            if (
                grant.Target
                    is not (GrantTarget.Table or GrantTarget.AllTables or GrantTarget.Sequence or GrantTarget.AllSequences)
                || !Inside(context, grant.Schema)
            )
                continue;
            if (belonging.TryGetValue(grant.To.Value, out var other) && other != context.Name)
            {
                var what = grant.Object is null ? $"all of schema {grant.Schema}" : $"{grant.Schema}.{grant.Object}";
                findings.Add(
                    ClaimRuleList.CrossContextGrant,
                    cluster,
                    $"spec.databases.{database.Name}.grants",
                    grant.To.Span,
                    $"{what} of {context.Name} is granted to {grant.To.Value}, a role of {other}: after a recovery of one of the two they disagree",
                    "publish the data through an interface of its owner, or make it one context"
                );
            }
        }
        foreach (var privilege in database.DefaultPrivileges)
        {
            if (
                privilege.On is DefaultPrivilegeTarget.Tables or DefaultPrivilegeTarget.Sequences
                && Inside(context, privilege.Schema)
                && belonging.TryGetValue(privilege.To.Value, out var other)
                && other != context.Name
            )
            {
                findings.Add(
                    ClaimRuleList.CrossContextGrant,
                    cluster,
                    $"spec.databases.{database.Name}.defaultPrivileges",
                    privilege.To.Span,
                    $"future tables of {context.Name} are granted to {privilege.To.Value}, a role of {other}",
                    "publish the data through an interface of its owner, or make it one context"
                );
            }
        }
    }

    private static void JudgeMemberships(Cluster cluster, Dictionary<string, HashSet<string>> owners, List<Diagnostic> findings)
    {
        foreach (var role in cluster.Roles.OrderBy(r => r.Name, StringComparer.Ordinal))
        {
            string? first = null;
            foreach (var parent in role.MemberOf)
            {
                var reach = RoleReach.Of(cluster, parent.Value);
                var context = owners
                    .Where(o => o.Value.Overlaps(reach))
                    .Select(o => o.Key)
                    .Order(StringComparer.Ordinal)
                    .FirstOrDefault();
                if (context is null || context == first)
                    continue;
                if (first is null)
                {
                    first = context;
                    continue;
                }
                findings.Add(
                    ClaimRuleList.CrossContextGrant,
                    cluster,
                    $"spec.roles.{role.Name}.memberOf",
                    parent.Span,
                    $"role {role.Name} belongs to {first} and, by {parent.Value}, to {context}: it reads and writes both",
                    "give each context a role of its own"
                );
            }
        }
    }

    /// <summary>The one context a role belongs to; roles of several are reported by their memberships.</summary>
    private static Dictionary<string, string> BelongingOf(Cluster cluster, Dictionary<string, HashSet<string>> owners)
    {
        var belonging = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var role in cluster.Roles)
        {
            var reach = RoleReach.Of(cluster, role.Name);
            var contexts = owners.Where(o => o.Value.Overlaps(reach)).Select(o => o.Key).ToArray();
            if (contexts.Length == 1)
                belonging[role.Name] = contexts[0];
        }
        return belonging;
    }

    private static HashSet<string> OwnersOf(Cluster cluster, RecoveryPolicy context)
    {
        var database = cluster.Databases.FirstOrDefault(d => d.Name == context.Database.Value);
        var owners = new HashSet<string>(StringComparer.Ordinal);
        if (database is null)
            return owners;
        if (context.Schema is null && database.Owner is { } owner)
            owners.Add(owner.Value);
        foreach (var schema in database.Schemas)
        {
            if (schema.Owner is { } schemaOwner && (context.Schema is null || context.Schema.Value.Value == schema.Name))
                owners.Add(schemaOwner.Value);
        }
        return owners;
    }

    private static bool Inside(RecoveryPolicy context, string? schema) =>
        context.Schema is null || schema is null || context.Schema.Value.Value == schema;
}
