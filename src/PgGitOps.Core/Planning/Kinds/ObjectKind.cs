using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>What the engine has to know of one kind of object. A kind that lacks an answer does not compile; a case of <see cref="ObjectPath"/> without a kind fails a test.</summary>
internal abstract class ObjectKind
{
    /// <summary>Its case of <see cref="ObjectPath"/>.</summary>
    internal abstract Type Case { get; }

    /// <summary>What the document of a cluster asks for.</summary>
    internal abstract void Declare(DesiredDraft desired);

    /// <summary>What a facet of the object is in a snapshot.</summary>
    /// <param name="wanted">The declared value: some readings are told by how they differ from it.</param>
    internal abstract Reading Read(LiveReader live, ObjectPath path, Field field, FacetValue? wanted);

    /// <summary>The field has a natural "nothing": dropped from Git after we applied it, it is taken back.</summary>
    internal abstract bool IsTakenBack(Field field);

    /// <summary>How an object that the engine made is removed once Git no longer mentions it.</summary>
    internal abstract Removal Remove(PlanDraft draft, ObjectPath path);
}

/// <inheritdoc cref="ObjectKind"/>
internal abstract class ObjectKind<TPath> : ObjectKind
    where TPath : ObjectPath
{
    internal sealed override Type Case => typeof(TPath);

    internal sealed override Reading Read(LiveReader live, ObjectPath path, Field field, FacetValue? wanted) =>
        Read(live, (TPath)path, field, wanted);

    internal sealed override Removal Remove(PlanDraft draft, ObjectPath path) => Remove(draft, (TPath)path);

    protected abstract Reading Read(LiveReader live, TPath path, Field field, FacetValue? wanted);

    protected abstract Removal Remove(PlanDraft draft, TPath path);
}

/// <summary>All kinds: the one list of them.</summary>
internal static class ObjectKinds
{
    internal static readonly IReadOnlyList<ObjectKind> All =
    [
        new MemberKind(),
        new ParameterKind(),
        new SlotKind(),
        new AccessListKind(),
        new RoleKind(),
        new MembershipKind(),
        new RoleSettingKind(),
        new DatabaseKind(),
        new DatabaseSettingKind(),
        new SchemaKind(),
        new ExtensionKind(),
        new GrantKind(),
        new DefaultPrivilegeKind(),
    ];

    private static readonly Dictionary<Type, ObjectKind> ByCase = All.ToDictionary(k => k.Case);

    /// <summary>Null for what is only seen, or noted in a record.</summary>
    internal static ObjectKind? Find(ObjectPath path) => ByCase.GetValueOrDefault(path.GetType());

    internal static ObjectKind Of(ObjectPath path) =>
        Find(path) ?? throw new InvalidOperationException($"{path} is no object that a document declares.");
}
