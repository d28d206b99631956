using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>What a grantee gets on objects that a role makes later.</summary>
internal sealed class DefaultPrivilegeKind : ObjectKind<ObjectPath.DefaultPrivilege>
{
    internal override int Rank => 130;

    internal override KindWords Words { get; } = new("default privileges", Field.Privileges) { Plural = "default privileges" };

    internal override IReadOnlyList<Field> Fields { get; } = [Field.Privileges, GrantedPrivileges.Field];

    internal override Recreation Recreation => Recreation.Free;

    internal override Drafting Drafting { get; } = new Drafting.InDatabase(DraftStage.Privileges, GrantSteps.DraftDefaults);

    internal override Import Import { get; } = new Import.InDatabase(50, ImportedDefaults.Write, _ => false);

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Engine;

    internal override void Declare(DesiredDraft desired)
    {
        foreach (var database in desired.Databases)
        {
            foreach (var privilege in database.DefaultPrivileges)
                desired.Merge(
                    new ObjectPath.DefaultPrivilege(
                        database.Name,
                        privilege.ForRole.Value,
                        privilege.Schema,
                        privilege.On,
                        privilege.To.Value
                    ),
                    privilege.Privileges,
                    privilege.WithGrantOption,
                    privilege.At
                );
        }
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        [];

    internal override IEnumerable<Danger> Dangers(DangerScope seen) => [];

    internal override bool IsTakenBack(Field field) => field == Field.Privileges;

    internal override bool IsRetracted(ClusterProblem problem, FacetKey key, FacetValue live) =>
        GrantEdits.Ours(problem, key, live).Any();

    internal override FacetValue? WantedOnceGivenUp(FacetValue applied) => null;

    protected override Reading Read(LiveReader live, ObjectPath.DefaultPrivilege path, Field field, FacetValue? wanted) =>
        live.Contents(path.Database, out var otherwise) is { } contents ? GrantReading.Read(contents, path, wanted) : otherwise;

    protected override Fresh? Fresh(Made made, ObjectPath.DefaultPrivilege path, DesiredFacet facet) =>
        made is Made.Contents && path is { Schema: null, Grantee: Everyone.Name }
            ? Kinds.Fresh.Known(CanonicalForm.Privileges(ImpliedPrivileges.OfPublic(GrantWords.Kind(path.On))))
            : null;

    protected override Removal Remove(PlanDraft draft, ObjectPath.DefaultPrivilege path) =>
        new Removal.Never("privileges are revoked, not removed");
}
