using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Live;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Kinds.Roles;

internal sealed class RoleKind : ObjectKind<ObjectPath.Role>
{
    internal override int Rank => 50;

    internal override KindWords Words { get; } = new("role", Field.Exists);

    internal override IReadOnlyList<Field> Fields { get; } =
    [Field.Exists, .. RoleAttribute.All.Select(a => a.Field), Field.Password, Field.PasswordKind];

    internal override Recreation Recreation => Recreation.Free;

    internal override Drafting Drafting { get; } = new Drafting.InCluster(DraftStage.Roles, RoleSteps.Draft);

    internal override Import Import { get; } = new Import.InCluster(ImportedRoles.Write);

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Engine;

    // A password is never taken away, and what CREATE ROLE sets has no "nothing" of its own.
    internal override void Declare(DesiredDraft desired)
    {
        foreach (var role in desired.Cluster.Roles)
        {
            var path = new ObjectPath.Role(role.Name);
            if (!desired.NameFits(role.Name, "role", role.At, path))
                continue;
            desired.Set(path, Field.Exists, CanonicalForm.Exists, role.At);
            foreach (var mentioned in role.Mentioned)
            {
                var (field, at) = (Field.Parse(mentioned), PlaceOf(role, mentioned));
                if (Array.Find(RoleAttribute.All, a => a.Field == field) is { } attribute)
                    desired.Set(path, field, attribute.Declared(role), at);
                else if (field == Field.Password && role.Password is not null)
                    desired.Set(path, field, CanonicalForm.PasswordSet, at);
            }
        }
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        [];

    internal override IEnumerable<Danger> Dangers(DangerScope seen) =>
        seen.Primary is { } primary ? DangerousRoles.Of(seen.Problem, primary) : [];

    internal override bool IsTakenBack(Field field) => false;

    protected override Reading Read(LiveReader live, ObjectPath.Role path, Field field, FacetValue? wanted)
    {
        if (live.Role(path.Name) is { } role)
            return field == Field.Exists ? CanonicalForm.Exists
                : field == Field.Password ? Password(live, role)
                : RoleAttribute.Of(field).Seen(role);
        return field == Field.Password && live.Password(path.Name, null) is PasswordFinding.Unknown missing
            ? new Reading(null, missing.Reason)
            : Reading.Absent;
    }

    protected override Fresh? Fresh(Made made, ObjectPath.Role path, DesiredFacet facet) =>
        made is Made.Server ? FreshRole(made.Problem.Environment.Access, path.Name, facet.Key.Field) : null;

    protected override Removal Remove(PlanDraft draft, ObjectPath.Role path) =>
        new Removal.Statement(
            3,
            $"DROP ROLE {SqlIdentifier.Quote(path.Name)}",
            $"drop role {path.Name}",
            "postgres",
            InTransaction: true,
            new Hazard(HazardKind.AccessLoss, $"{path.Name} can no longer log in, and its memberships are gone")
        )
        {
            Owns = (d, removing) => StillOwns(d, path.Name, removing),
        };

    private static SourceSpan PlaceOf(Role role, string field)
    {
        foreach (var (name, at) in role.Places)
        {
            if (name == field)
                return at;
        }
        return role.At;
    }

    private static Reading Password(LiveReader live, RoleFact role) =>
        live.Password(role.Name, role.PasswordVerifier) switch
        {
            null => Reading.Absent,
            PasswordFinding.Unknown unknown => new Reading(null, unknown.Reason),
            _ when role.PasswordVerifier is null => FacetValue.Shown("none", "(none)"),
            PasswordFinding.Matches => CanonicalForm.PasswordSet,
            _ => FacetValue.Shown("differs", "(another)"),
        };

    private static ObjectPath? StillOwns(PlanDraft draft, string role, IReadOnlySet<ObjectPath> removing)
    {
        foreach (var (path, owner) in draft.Problem.Owners.OrderBy(o => o.Key))
        {
            if (removing.Contains(path) || (path.Parent is { } parent && removing.Contains(parent)))
                continue;
            var now = draft.State[draft.Problem.Key(path, Field.Owner)]?.Canonical ?? owner;
            if (now == role)
                return path;
        }
        return null;
    }

    /// <summary>The engine's own two roles, which initialising makes.</summary>
    private static Fresh? FreshRole(ServerAccess access, string role, Field field)
    {
        if (role == access.User)
            return Kinds.Fresh.Known(Unlimited(field) ?? (field == Field.Password ? null : CanonicalForm.True));
        if (role != access.ReplicationUser)
            return null;
        // Initialising stores the verifier of access.replicationPassword.
        if (field == Field.Password)
            return new Fresh(CanonicalForm.PasswordSet);
        return new Fresh(
            Unlimited(field)
                ?? CanonicalForm.Bool(
                    field == Field.Exists || field == Field.Login || field == Field.Replication || field == Field.Inherit
                )
        );
    }

    private static FacetValue? Unlimited(Field field) =>
        field == Field.ConnectionLimit ? FacetValue.Of("-1")
        : field == Field.ValidUntil ? FacetValue.Of("infinity")
        : null;
}
