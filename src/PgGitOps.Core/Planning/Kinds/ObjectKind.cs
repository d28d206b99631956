using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>All that the engine knows of one kind of object. A kind that lacks an answer does not compile; a case of <see cref="ObjectPath"/> without a kind fails a test.</summary>
internal abstract class ObjectKind
{
    /// <summary>Its case of <see cref="ObjectPath"/>.</summary>
    internal abstract Type Case { get; }

    /// <summary>Its place among the kinds, no two of which share one: what others rest on has a lower one. Within a stage, steps are drafted in this order.</summary>
    internal abstract int Rank { get; }

    /// <summary>What reports call one of it, and what of it goes without saying.</summary>
    internal abstract KindWords Words { get; }

    /// <summary>Every field that a document, a step or a finding may speak of, and so every field that an exception may name.</summary>
    internal abstract IReadOnlyList<Field> Fields { get; }

    /// <summary>Whether one that was lost is made anew without being asked for, and so whether an approval may name it.</summary>
    internal abstract Recreation Recreation { get; }

    /// <summary>Who writes it, by the cluster's manager. Where that is nobody here, none of what follows is asked: it is declared and not managed.</summary>
    internal abstract OwnerRule WrittenBy { get; }

    /// <summary>What the document of a cluster asks for.</summary>
    internal abstract void Declare(DesiredDraft desired);

    /// <summary>What a facet of the object is in a snapshot.</summary>
    /// <param name="wanted">The declared value: some readings are told by how they differ from it.</param>
    internal abstract Reading Read(LiveReader live, ObjectPath path, Field field, FacetValue? wanted);

    /// <summary>Facets that are read whether or not a document declares them.</summary>
    internal abstract IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary);

    /// <summary>Owners of all objects of the kind that were seen: a role that owns something is not dropped.</summary>
    internal abstract IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary);

    /// <summary>Who drafts the steps that make and change objects of the kind, and when.</summary>
    internal abstract Drafting Drafting { get; }

    /// <summary>What a declared facet is right after something was made that brings it along; null where it says nothing of it.</summary>
    internal abstract FacetState? Fresh(Made made, DesiredFacet facet);

    /// <summary>The field has a natural "nothing": dropped from Git after we applied it, it is taken back.</summary>
    internal abstract bool IsTakenBack(Field field);

    /// <summary>Of a field that <see cref="IsTakenBack"/>: whether anything of what we applied is still there to be reset or revoked.</summary>
    internal virtual bool IsRetracted(ClusterProblem problem, FacetKey key, FacetValue live) =>
        !problem.Adopted.Contains(key) && live.Canonical == problem.Applied.GetValueOrDefault(key);

    /// <summary>What <see cref="Read"/> is asked with, once Git gave the applied value up.</summary>
    internal virtual FacetValue? WantedOnceGivenUp(FacetValue applied) => applied;

    /// <summary>How an object that the engine made is removed once Git no longer mentions it.</summary>
    internal abstract Removal Remove(PlanDraft draft, ObjectPath path);

    /// <summary>What is dangerous about objects of the kind, and declared by nobody.</summary>
    internal abstract IEnumerable<Danger> Dangers(DangerScope seen);

    /// <summary>How the objects of a live cluster get into a document.</summary>
    internal abstract Import Import { get; }

    /// <summary>The object that a text speaks of, for a kind whose case of <see cref="ObjectPath"/> stands beside it; the others are read by <see cref="ObjectPathText"/>.</summary>
    internal virtual ObjectPath? ReadPath(ObjectPathText.Inner text) => null;
}

/// <inheritdoc cref="ObjectKind"/>
internal abstract class ObjectKind<TPath> : ObjectKind
    where TPath : ObjectPath
{
    internal sealed override Type Case => typeof(TPath);

    internal sealed override Reading Read(LiveReader live, ObjectPath path, Field field, FacetValue? wanted) =>
        Read(live, (TPath)path, field, wanted);

    internal sealed override FacetState? Fresh(Made made, DesiredFacet facet) =>
        Fresh(made, (TPath)facet.Key.Object, facet) is { } fresh ? new FacetState(facet.Key, fresh.Value) : null;

    internal sealed override Removal Remove(PlanDraft draft, ObjectPath path) => Remove(draft, (TPath)path);

    protected abstract Reading Read(LiveReader live, TPath path, Field field, FacetValue? wanted);

    protected abstract Fresh? Fresh(Made made, TPath path, DesiredFacet facet);

    protected abstract Removal Remove(PlanDraft draft, TPath path);
}
