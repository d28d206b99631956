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
    internal const string Setting = "synchronous_commit";

    /// <param name="accessUser">Of the environment: it writes wherever it likes.</param>
    public static EffectiveCommit Of(Cluster cluster, string database, string? schema, string? accessUser = null)
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
        foreach (var role in Writers.Of(cluster, accessUser, declared ?? Database.OfName(database), schema))
        {
            if (Find(role.Settings, $"role {role.Name}") is { } ofRole && ofRole.Level < weakest.Level)
                weakest = ofRole;
        }
        return weakest;
    }

    /// <summary>Names of settings have no case, so one may stand there twice: the weakest counts.</summary>
    private static EffectiveCommit? Find(EquatableArray<Parameter> settings, string where)
    {
        EffectiveCommit? weakest = null;
        foreach (var setting in settings)
        {
            if (
                setting.Name.Equals(Setting, StringComparison.OrdinalIgnoreCase)
                && CommitLevelText.TryParse(setting.Value) is { } level
                && (weakest is null || level < weakest.Level)
            )
                weakest = new EffectiveCommit(level, where, setting.At);
        }
        return weakest;
    }
}
