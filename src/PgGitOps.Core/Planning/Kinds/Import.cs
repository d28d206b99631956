using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>How the objects of a live cluster get into a document that changes nothing. Closed.</summary>
internal abstract record Import
{
    private Import() { }

    /// <summary>A part of the document's spec. Kinds write in their order.</summary>
    internal sealed record InCluster(Action<ImportScope> Write) : Import;

    /// <summary>A part of a database's entry.</summary>
    /// <param name="Rank">Lower stands above.</param>
    /// <param name="HoldsSomething">The database holds more of it than every database does: one that people do not use is then written all the same.</param>
    internal sealed record InDatabase(int Rank, Action<ImportedDatabase> Write, Func<DatabaseFacts, bool> HoldsSomething)
        : Import;

    /// <summary>Within the entry of an object of another kind.</summary>
    internal sealed record With<TKind> : WithOther
        where TKind : ObjectKind
    {
        internal override Type Kind => typeof(TKind);
    }

    /// <inheritdoc cref="With{TKind}"/>
    internal abstract record WithOther : Import
    {
        internal abstract Type Kind { get; }
    }

    /// <summary>No document has a place for it.</summary>
    internal sealed record Never(string Why) : Import;
}

/// <summary>A live cluster on its way into a document.</summary>
/// <param name="Leader">The member that accepts writes.</param>
/// <param name="IsDeclared">A role may stand as owner, group or grantee.</param>
internal sealed record ImportScope(
    YamlText Yaml,
    ClusterSnapshot Snapshot,
    ImportRequest Request,
    string Leader,
    ServerFacts Primary,
    Func<string, bool> IsDeclared
)
{
    /// <summary>Scope of the Patroni that runs the servers; null where none was seen to.</summary>
    internal string? PatroniScope { get; init; }
}

/// <summary>One database of it. Lines stand two spaces below the database's dash.</summary>
internal sealed record ImportedDatabase(ImportScope Cluster, DatabaseFact Database, DatabaseFacts Contents)
{
    internal YamlText Yaml => Cluster.Yaml;

    internal bool IsDeclared(string role) => Cluster.IsDeclared(role);
}
