using PgGitOps.Core.Facets;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class GrantTargets : IClusterCheck
{
    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        var roles = placed.Cluster.Roles.Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var database in placed.Cluster.Databases)
        {
            if (database.Grants.Count + database.DefaultPrivileges.Count == 0)
                continue;
            foreach (var grant in database.Grants)
            {
                CheckTarget(placed.Document, database, grant, findings);
                CheckNames(placed.Document, grant, findings);
                CheckOption(grant.To, grant.WithGrantOption, findings);
            }
            foreach (var written in database.DefaultPrivileges)
            {
                CheckOption(written.To, written.WithGrantOption, findings);
                CheckAdds(written, findings);
            }
            foreach (
                var written in database.DefaultPrivileges.Where(d =>
                    d.Schema is not null && !DatabaseNames.HasSchema(database, d.Schema)
                )
            )
                findings.Add(
                    DatabaseNames.UnknownSchema(
                        database,
                        written.Schema!,
                        placed.Document.PlaceBeside(written.At, "schema") ?? written.At
                    )
                );

            var grantees = database
                .Grants.Select(g => g.To)
                .Concat(database.DefaultPrivileges.Select(d => d.To))
                .Where(to => !Everyone.Is(to.Value));
            foreach (
                var role in grantees
                    .Concat(database.DefaultPrivileges.Select(d => d.ForRole))
                    .Where(r => !RoleNames.IsKnown(placed, roles, r.Value))
            )
                findings.Add(Names.Unknown(ReferenceRules.UnknownRole, "role", role, roles, "in the cluster"));
        }
    }

    private static void CheckNames(ReadDocument document, Grant grant, List<Diagnostic> findings)
    {
        if (grant.Object is { } name)
            Names.FindTooLong(name, document.PlaceBeside(grant.At, "object") ?? grant.At, findings);
        foreach (var column in grant.Columns)
            Names.FindTooLong(column.Value, column.Span, findings);
        if (grant.Columns.Count > 0 && grant.Target != GrantTarget.Table)
            findings.Add(
                ReferenceRules.GrantTargetIncomplete.At(
                    grant.Columns[0].Span,
                    $"a grant on {Reading.EnumWords.Of(grant.Target)} has no columns",
                    "columns are those of a table: on: table"
                )
            );
    }

    private static void CheckOption(Located<string> to, bool withGrantOption, List<Diagnostic> findings)
    {
        if (withGrantOption && Everyone.Is(to.Value))
            findings.Add(
                ReferenceRules.PrivilegeMismatch.At(
                    to.Span,
                    "PUBLIC cannot be given a grant option",
                    "leave withGrantOption out, or name a role"
                )
            );
    }

    /// <summary>What PUBLIC gets by nature only default privileges of all schemas can revoke.</summary>
    private static void CheckAdds(DefaultPrivilege written, List<Diagnostic> findings)
    {
        if (
            written.Schema is not null
            && written.Privileges.Count == 0
            && Everyone.Is(written.To.Value)
            && written.On is DefaultPrivilegeTarget.Functions or DefaultPrivilegeTarget.Types
        )
            findings.Add(
                ReferenceRules.PrivilegeMismatch.At(
                    written.At,
                    "default privileges of one schema only add to what PUBLIC gets by nature; they cannot revoke it",
                    "leave schema out: then they hold in every schema"
                )
            );
    }

    private static void CheckTarget(ReadDocument document, Database database, Grant grant, List<Diagnostic> findings)
    {
        var needsSchema = grant.Target != GrantTarget.Database;
        var needsObject = grant.Target is GrantTarget.Table or GrantTarget.Sequence;
        if (needsSchema != grant.Schema is not null)
            findings.Add(
                ReferenceRules.GrantTargetIncomplete.At(
                    grant.At,
                    needsSchema
                        ? $"a grant on {Reading.EnumWords.Of(grant.Target)} names its schema"
                        : "a grant on the database has no schema"
                )
            );
        else if (grant.Schema is not null && !DatabaseNames.HasSchema(database, grant.Schema))
            findings.Add(
                DatabaseNames.UnknownSchema(database, grant.Schema, document.PlaceBeside(grant.At, "schema") ?? grant.At)
            );
        if (needsObject != grant.Object is not null)
            findings.Add(
                ReferenceRules.GrantTargetIncomplete.At(
                    grant.At,
                    needsObject
                        ? $"a grant on a {Reading.EnumWords.Of(grant.Target)} names its object"
                        : $"a grant on {Reading.EnumWords.Of(grant.Target)} has no object"
                )
            );
    }
}
