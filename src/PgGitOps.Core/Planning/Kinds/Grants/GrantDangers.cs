using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>Privileges that nobody declared and that let somebody do more than his role says: columns, and what PUBLIC may change.</summary>
internal static class GrantDangers
{
    private static readonly string[] Changes = ["DELETE", "INSERT", "TRUNCATE", "UPDATE"];

    internal static IEnumerable<Danger> Of(DangerScope seen)
    {
        foreach (var (database, contents) in seen.Databases)
        {
            foreach (var row in contents.Acls.Where(a => a.Grantee is not null && a.Grantee != a.Owner && a.Schema != "pggitops"))
            {
                if (Of(seen, database, row) is { } danger)
                    yield return danger;
            }
        }
    }

    private static Danger? Of(DangerScope seen, string database, AclFact row)
    {
        var grantee = row.Grantee!;
        if (row.Column is { } column)
        {
            var path = new ObjectPath.Grant(database, GrantTarget.Column, row.Schema, row.Object, grantee, column);
            return seen.IsDeclared(path, Field.Privileges) || IsSystem(row)
                ? null
                : new Danger(
                    path,
                    Field.Privileges,
                    string.Join(", ", row.Privileges),
                    $"{Everyone.Words(grantee)} may {Words(row.Privileges)} this column of {row.Schema}.{row.Object}, whatever is granted on the table"
                );
        }
        if (!Everyone.Is(grantee) || IsSystem(row))
            return null;
        if (row.Kind == "schema" && row.Privileges.Contains("CREATE"))
        {
            var path = new ObjectPath.Grant(database, GrantTarget.Schema, row.Object, null, grantee);
            var isBuiltIn = ImpliedPrivileges
                .OfPublic(row.Kind, row.Object, seen.Problem.Cluster.PostgresMajor)
                .Contains("CREATE");
            return isBuiltIn || seen.IsDeclared(path, Field.Privileges)
                ? null
                : new Danger(
                    path,
                    Field.Privileges,
                    string.Join(", ", row.Privileges),
                    "everyone may create objects in it, and others may call them by mistake"
                );
        }
        if (row.Kind != "table" || !row.Privileges.Any(p => Changes.Contains(p)))
            return null;
        var table = new ObjectPath.Grant(database, GrantTarget.Table, row.Schema, row.Object, grantee);
        return
            seen.IsDeclared(table, Field.Privileges)
            || seen.IsDeclared(new ObjectPath.Grant(database, GrantTarget.AllTables, row.Schema, null, grantee), Field.Privileges)
            ? null
            : new Danger(table, Field.Privileges, string.Join(", ", row.Privileges), "everyone may change its rows");
    }

    private static bool IsSystem(AclFact row) => row.Schema is "pg_catalog" or "information_schema";

    private static string Words(IEnumerable<string> privileges) => string.Join(", ", privileges).ToLowerInvariant();
}
