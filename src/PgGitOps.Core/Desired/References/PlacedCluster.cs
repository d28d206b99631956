using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

/// <summary>A cluster in its environment: as long as both are the same objects, what was found of them stands.</summary>
/// <param name="environment">Null where the environment's document is wrong or missing.</param>
/// <param name="initial">The member that is initialised first: the first promotable one, by name, in the primary site.</param>
internal sealed class PlacedCluster(ReadDocument document, Cluster cluster, FleetEnvironment? environment, Member? initial)
{
    private Cluster? bound;
    private Dictionary<string, Database>? databases;
    private bool sound;

    public ReadDocument Document => document;
    public Cluster Cluster => cluster;
    public FleetEnvironment? Environment => environment;
    public Member? Initial => initial;

    /// <summary>The cluster with what its environment decides. Only where there is one.</summary>
    public Cluster Bound =>
        bound ??= cluster with
        {
            Environment = environment!.Name,
            Members = cluster.Members.Select(m => ReferenceEquals(m, initial) ? m with { Initial = true } : m).ToEquatableArray(),
        };

    public Database? FindDatabase(string name)
    {
        if (databases is null)
        {
            databases = new Dictionary<string, Database>(StringComparer.Ordinal);
            foreach (var database in cluster.Databases)
                databases.TryAdd(database.Name, database);
        }
        return databases.GetValueOrDefault(name);
    }

    /// <remarks>Only soundness is remembered: findings always come from the checks themselves.</remarks>
    public void Check(IEnumerable<IClusterCheck> checks, List<Diagnostic> findings)
    {
        if (sound)
            return;
        var before = findings.Count;
        foreach (var check in checks)
            check.Check(this, findings);
        sound = findings.Count == before;
    }
}

/// <summary>One question about a cluster that its own document and its environment answer.</summary>
internal interface IClusterCheck
{
    void Check(PlacedCluster placed, List<Diagnostic> findings);
}
