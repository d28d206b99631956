using PgGitOps.Core.Planning.Kinds.AccessLists;
using PgGitOps.Core.Planning.Kinds.Databases;
using PgGitOps.Core.Planning.Kinds.Extensions;
using PgGitOps.Core.Planning.Kinds.Grants;
using PgGitOps.Core.Planning.Kinds.Members;
using PgGitOps.Core.Planning.Kinds.Parameters;
using PgGitOps.Core.Planning.Kinds.Roles;
using PgGitOps.Core.Planning.Kinds.Schemas;
using PgGitOps.Core.Planning.Kinds.Slots;

namespace PgGitOps.Core.Planning.Kinds;

internal static class KindList
{
    internal static IReadOnlyList<ObjectKind> Make() =>
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
}
