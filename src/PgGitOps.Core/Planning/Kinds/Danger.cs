using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>What nobody declared and is dangerous. It is reported, never acted on.</summary>
/// <param name="Consequence">What follows from it.</param>
internal sealed record Danger(ObjectPath Path, Field Field, string Live, string Consequence)
{
    /// <summary>What people can do about it.</summary>
    internal string Advice { get; init; } = "nobody declared it; declare it or remove it";
}

/// <summary>Where kinds look for dangers: at all that was seen of one cluster.</summary>
internal sealed record DangerScope(ClusterProblem Problem, ClusterSnapshot Snapshot, Topology Topology)
{
    /// <summary>Members whose server answered.</summary>
    internal IEnumerable<MemberView> Members => Topology.Members.Where(m => m.Facts is not null);

    internal ServerFacts? Primary => Topology.PrimaryFacts;

    /// <summary>Databases whose contents were read on the primary; none where no proven primary answers.</summary>
    internal IEnumerable<(string Name, DatabaseFacts Contents)> Databases =>
        Primary is null
            ? []
            : Snapshot
                .Databases.Where(d => d.Contents is Observation<DatabaseFacts>.Seen)
                .Select(d => (d.Name, ((Observation<DatabaseFacts>.Seen)d.Contents).Value));

    internal bool IsDeclared(ObjectPath path, Field field) => Problem.Desired.ByKey.ContainsKey(Problem.Key(path, field));
}
