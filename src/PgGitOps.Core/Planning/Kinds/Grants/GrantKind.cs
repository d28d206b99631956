using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>What one grantee may do with one target.</summary>
internal sealed class GrantKind : ObjectKind<ObjectPath.Grant>
{
    internal override int Rank => 120;

    internal override KindWords Words { get; } = new("grant", Field.Privileges);

    internal override IReadOnlyList<Field> Fields { get; } = [Field.Privileges, GrantedPrivileges.Field];

    internal override Recreation Recreation => Recreation.Free;

    internal override Drafting Drafting { get; } = new Drafting.InDatabase(DraftStage.Privileges, GrantSteps.DraftGrants);

    internal override Import Import { get; } = new Import.InDatabase(40, ImportedGrants.Write, _ => false);

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Engine;

    internal override void Declare(DesiredDraft desired)
    {
        foreach (var database in desired.Databases)
        {
            foreach (var grant in database.Grants)
            {
                // A grant on all objects of a schema speaks of each: one that names a single object adds to it, and does not revoke it there.
                if (GrantWords.AllOf(grant.Target) is { } all && grant.Columns.Count == 0)
                {
                    foreach (
                        var wide in database.Grants.Where(g =>
                            g.Target == all && g.Schema == grant.Schema && g.To.Value == grant.To.Value
                        )
                    )
                        Declare(
                            desired,
                            database.Name,
                            grant with
                            {
                                Privileges = wide.Privileges,
                                WithGrantOption = wide.WithGrantOption,
                            }
                        );
                }
                Declare(desired, database.Name, grant);
            }
        }
    }

    private static void Declare(DesiredDraft desired, string database, Grant grant)
    {
        string?[] columns = grant.Columns.Count == 0 ? [null] : [.. grant.Columns.Select(c => c.Value)];
        foreach (var column in columns)
            desired.Merge(
                new ObjectPath.Grant(
                    database,
                    column is null ? grant.Target : GrantTarget.Column,
                    grant.Schema,
                    grant.Object,
                    grant.To.Value,
                    column
                ),
                grant.Privileges,
                grant.WithGrantOption,
                grant.At
            );
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        [];

    internal override IEnumerable<Danger> Dangers(DangerScope seen) => GrantDangers.Of(seen);

    internal override bool IsTakenBack(Field field) => field == Field.Privileges;

    internal override bool IsRetracted(ClusterProblem problem, FacetKey key, FacetValue live) =>
        GrantEdits.Ours(problem, key, live).Any();

    internal override FacetValue? WantedOnceGivenUp(FacetValue applied) => null;

    protected override Reading Read(LiveReader live, ObjectPath.Grant path, Field field, FacetValue? wanted) =>
        live.Contents(path.Database, out var otherwise) is { } contents
            ? GrantReading.Read(live.Cluster, contents, path, wanted)
            : otherwise;

    protected override Fresh? Fresh(Made made, ObjectPath.Grant path, DesiredFacet facet) => FreshGrants.Of(made, path, facet);

    protected override Removal Remove(PlanDraft draft, ObjectPath.Grant path) =>
        new Removal.Never("privileges are revoked, not removed");
}
