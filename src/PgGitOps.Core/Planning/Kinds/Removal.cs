using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>What is done about an object of ours that Git gave up. Closed.</summary>
internal abstract record Removal
{
    private Removal() { }

    /// <param name="Rank">Lower goes first: what lies inside before what holds it.</param>
    /// <param name="Database">Where the statement runs.</param>
    internal sealed record Statement(int Rank, string Sql, string Title, string Database, bool InTransaction, Hazard Hazard)
        : Removal
    {
        /// <summary>What the object still owns once everything else of the plan is done and the given objects are gone; null for nothing.</summary>
        internal Func<PlanDraft, IReadOnlySet<ObjectPath>, ObjectPath?> Owns { get; init; } = (_, _) => null;
    }

    /// <summary>Something uses it: nothing is done before people have ended that.</summary>
    internal sealed record InUse(Refusal Refusal, string Why) : Removal;

    /// <summary>No plan removes it.</summary>
    internal sealed record Never(string Why) : Removal;

    /// <summary>Not from here: it is another server's, and not told again.</summary>
    internal sealed record Elsewhere : Removal;
}
