using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>What is to be looked at in one cluster. Made from documents, or by hand to import a cluster that has none.</summary>
public sealed record ClusterTarget
{
    public required string Name { get; init; }
    public required IReadOnlyList<MemberTarget> Members { get; init; }
    public required ServerAccess Access { get; init; }

    /// <summary>Settings read even where they are at their default; any case.</summary>
    public IReadOnlyCollection<string> SettingNames { get; init; } = [];

    /// <summary>Databases to look into, by name.</summary>
    public IReadOnlyCollection<DatabaseTarget> Databases { get; init; } = [];

    /// <summary>What only the primary can judge of what documents ask for.</summary>
    public IReadOnlyCollection<ServerQuestion> Questions { get; init; } = [];

    /// <summary>Every database that allows connections is looked into, completely.</summary>
    public bool AllDatabases { get; init; }

    /// <summary>Values of cluster_name, besides a member's own name, that do not make a server a stranger; null admits every name.</summary>
    public IReadOnlyCollection<string>? ClusterNames { get; init; }

    public static ClusterTarget Of(ValidFleet fleet, Cluster cluster, IHostProbe? probe)
    {
        var environment = fleet.EnvironmentOf(cluster);
        var addresses = environment.Hosts.ToDictionary(h => h.Name, h => h.Address, StringComparer.Ordinal);
        return new ClusterTarget
        {
            Name = cluster.Name,
            Access = environment.Access,
            Members =
            [
                .. cluster.Members.Select(m => new MemberTarget(m.Name, addresses[m.Host], m.Port)
                {
                    Look = probe is null ? null : cancel => probe.LookAsync(fleet, cluster, m, cancel),
                }),
            ],
            SettingNames =
            [
                .. cluster.Parameters.Select(p => p.Name),
                .. cluster.Roles.SelectMany(r => r.Settings).Select(p => p.Name),
                .. cluster.Databases.SelectMany(d => d.Settings).Select(p => p.Name),
            ],
            Databases =
            [
                .. cluster
                    .Databases.Where(d =>
                        d.Schemas.Count + d.Extensions.Count + d.Grants.Count + d.DefaultPrivileges.Count + d.Publications.Count
                        > 0
                    )
                    .Select(DatabaseTarget.Of),
            ],
            Questions = ServerQuestion.Of(cluster),
            ClusterNames = [cluster.Name, .. cluster.Manager.Match(_ => Array.Empty<string>(), patroni => [patroni.Scope])],
        };
    }
}

/// <param name="Address">IP address or DNS name.</param>
public sealed record MemberTarget(string Name, string Address, int Port)
{
    /// <summary>Looks at the member's data directory from its host; null where that is not possible.</summary>
    public Func<CancellationToken, ValueTask<Observation<DataDirectoryFacts>>>? Look { get; init; }
}

/// <param name="Schemas">Schemas whose tables, sequences and functions are read; null reads all.</param>
public sealed record DatabaseTarget(string Name, IReadOnlyCollection<string>? Schemas)
{
    public static DatabaseTarget Of(Database database) =>
        new(
            database.Name,
            [
                .. database
                    .Schemas.Select(s => s.Name)
                    .Concat(database.Grants.Select(g => g.Schema).OfType<string>())
                    .Concat(database.Publications.SelectMany(p => p.Tables).Select(t => t.Schema.Value))
                    .Distinct(StringComparer.Ordinal),
            ]
        );
}
