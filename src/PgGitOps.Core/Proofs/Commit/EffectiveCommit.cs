using PgGitOps.Core.Desired;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Commit;

/// <summary>The weakest commit level that stored settings give the sessions of one context.</summary>
/// <param name="Where">In words: <c>the synchronous rule</c>, <c>database tenancy</c>, <c>role tenancy_app</c>.</param>
/// <param name="At">Where it is written.</param>
/// <remarks>
/// PostgreSQL lets the role's setting win over the database's, and that over the cluster's. A session may still set its own level: the
/// proof lists that as an assumption, since no document shows it.
/// </remarks>
public sealed record EffectiveCommit(CommitLevel Level, string Where, SourceSpan At)
{
    public static EffectiveCommit Of(Cluster cluster, string database, string? schema)
    {
        var instance =
            Find(cluster.Parameters, "the cluster's parameters")
            ?? new EffectiveCommit(
                cluster.Replication.Synchronous?.Commit ?? CommitLevel.On,
                "the synchronous rule",
                cluster.Replication.Synchronous?.At ?? cluster.Replication.At
            );
        var declared = cluster.Databases.FirstOrDefault(d => d.Name == database);
        var ofDatabase = declared is null ? null : Find(declared.Settings, $"database {database}");
        var weakest = ofDatabase ?? instance;
        if (declared is null)
            return weakest;
        foreach (var role in WritersOf(cluster, declared, schema))
        {
            if (Find(role.Settings, $"role {role.Name}") is { } ofRole && ofRole.Level < weakest.Level)
                weakest = ofRole;
        }
        return weakest;
    }

    /// <summary>Login roles that can write into the database by ownership, membership, grant or superuser right.</summary>
    private static IEnumerable<Role> WritersOf(Cluster cluster, Database database, string? schema)
    {
        var writers = new HashSet<string>(StringComparer.Ordinal);
        if (database.Owner is { } owner)
            writers.Add(owner.Value);
        foreach (var s in database.Schemas)
        {
            if (s.Owner is { } schemaOwner && (schema is null || s.Name == schema))
                writers.Add(schemaOwner.Value);
        }
        foreach (var grant in database.Grants)
        {
            if (schema is null || grant.Schema is null || grant.Schema == schema)
                writers.Add(grant.To.Value);
        }
        return cluster
            .Roles.Where(r => r.Login && (r.Superuser || RoleReach.Of(cluster, r.Name).Overlaps(writers)))
            .OrderBy(r => r.Name, StringComparer.Ordinal);
    }

    private static EffectiveCommit? Find(EquatableArray<Parameter> settings, string where)
    {
        foreach (var setting in settings)
        {
            if (
                setting.Name.Equals("synchronous_commit", StringComparison.OrdinalIgnoreCase)
                && CommitLevelText.TryParse(setting.Value) is { } level
            )
                return new EffectiveCommit(level, where, setting.At);
        }
        return null;
    }
}
