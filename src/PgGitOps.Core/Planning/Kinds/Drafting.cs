using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>When the steps of a kind are drafted: later ones build on what earlier ones bring about.</summary>
internal enum DraftStage
{
    AccessLists,
    Members,
    Parameters,
    Roles,
    Databases,

    /// <summary>What databases hold, one database after the other.</summary>
    Contents,

    /// <summary>Who may do what, once all of it is there; one database after the other.</summary>
    Privileges,
}

/// <summary>Who drafts the steps that make and change objects of a kind. Closed.</summary>
internal abstract record Drafting
{
    private Drafting() { }

    internal sealed record InCluster(DraftStage Stage, Action<PlanDraft> Draft) : Drafting
    {
        /// <summary>What is said instead where the kind is not managed; null for nothing.</summary>
        internal Action<PlanDraft>? Otherwise { get; init; }
    }

    /// <summary>On a primary only.</summary>
    internal sealed record InDatabase(DraftStage Stage, Action<PlanDraft, Database> Draft) : Drafting;

    /// <summary>With the objects of another kind, in statements or transactions of theirs.</summary>
    internal sealed record With<TKind> : WithOther
        where TKind : ObjectKind
    {
        internal override Type Kind => typeof(TKind);
    }

    /// <inheritdoc cref="With{TKind}"/>
    internal abstract record WithOther : Drafting
    {
        internal abstract Type Kind { get; }
    }

    /// <summary>Databases of the record that no document mentions, that are there, and that are not dropped.</summary>
    private static IEnumerable<string> GivenUp(ClusterProblem problem) =>
        problem
            .Applied.Keys.Where(k => k.Field == Field.Privileges)
            .Select(k => k.Object.DatabaseName)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Where(d =>
                problem.Cluster.Databases.All(c => c.Name != d)
                && !problem.Inventory.Contains(new ObjectPath.Database(d))
                && problem.Contents(d) is not null
            )
            .Order(StringComparer.Ordinal);

    /// <summary>Everything that makes and changes objects, stage by stage.</summary>
    internal static void All(PlanDraft draft)
    {
        foreach (var stage in Enum.GetValues<DraftStage>())
        {
            foreach (var kind in ObjectKinds.All)
            {
                if (kind.Drafting is not InCluster drafting || drafting.Stage != stage)
                    continue;
                if (draft.Problem.Manages(kind))
                    drafting.Draft(draft);
                else
                    drafting.Otherwise?.Invoke(draft);
            }
            var inside = ObjectKinds
                .All.Where(draft.Problem.Manages)
                .Select(k => k.Drafting)
                .OfType<InDatabase>()
                .Where(d => d.Stage == stage)
                .ToArray();
            if (inside.Length == 0 || draft.Primary is null)
                continue;
            foreach (var database in draft.Problem.Cluster.Databases)
            {
                foreach (var kind in inside)
                    kind.Draft(draft, database);
            }
            // What was granted in a database that Git no longer mentions and that stays is revoked like any other.
            if (stage == DraftStage.Privileges)
            {
                foreach (var name in GivenUp(draft.Problem))
                foreach (var kind in inside)
                    kind.Draft(draft, Database.OfName(name));
            }
        }
    }
}
