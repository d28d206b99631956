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
                CheckTarget(placed.Document, database, grant, findings);
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
                .Where(to => to.Value != "public");
            foreach (
                var role in grantees
                    .Concat(database.DefaultPrivileges.Select(d => d.ForRole))
                    .Where(r => !RoleNames.IsKnown(placed, roles, r.Value))
            )
                findings.Add(Names.Unknown(ReferenceRules.UnknownRole, "role", role, roles, "in the cluster"));
        }
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
