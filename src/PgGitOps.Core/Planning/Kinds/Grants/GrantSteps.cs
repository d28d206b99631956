using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>Grants and default privileges: all of one database in one transaction, and what takes privileges away in another.</summary>
internal static class GrantSteps
{
    private sealed record Edit(FacetKey Key, FacetValue? To, SourceSpan? At, List<string> Statements, bool TakesAway);

    internal static void DraftGrants(PlanDraft draft, Database database) =>
        Draft(draft, database.Name, Collect(draft, database.Name, p => p is ObjectPath.Grant), "grants", "grants");

    internal static void DraftDefaults(PlanDraft draft, Database database) =>
        Draft(
            draft,
            database.Name,
            Collect(draft, database.Name, p => p is ObjectPath.DefaultPrivilege),
            "default-privileges",
            "default privileges"
        );

    /// <summary>Beside others, what takes away has a step of its own: one grant that fails must leave nobody with what Git took from him.</summary>
    private static void Draft(PlanDraft draft, string database, List<Edit> edits, string verb, string words)
    {
        if (edits.Exists(e => e.TakesAway) && edits.Exists(e => !e.TakesAway))
        {
            Add(draft, database, edits.FindAll(e => e.TakesAway), verb + "-taken", words);
            edits = edits.FindAll(e => !e.TakesAway);
        }
        if (edits.Count > 0)
            Add(draft, database, edits, verb, words);
    }

    private static void Add(PlanDraft draft, string database, List<Edit> edits, string verb, string words)
    {
        var grantees = string.Join(
            ", ",
            edits.Select(e => Everyone.Words(GranteeOf(e.Key.Object))).Distinct(StringComparer.Ordinal)
        );
        var path = new ObjectPath.Database(database);
        var step = draft.Sql(
            path,
            verb,
            $"{words} in {database} for {grantees}",
            database,
            [.. edits.SelectMany(e => e.Statements)],
            edits.Find(e => e.At is not null)?.At
        );
        draft.NeedObject(step, path, "its database has to exist");
        foreach (var edit in edits)
        {
            step.Changing(draft.State, edit.Key, edit.To);
            draft.NeedRole(step, GranteeOf(edit.Key.Object), "the grantee has to exist first");
            if (edit.Key.Object is ObjectPath.DefaultPrivilege { ForRole: var role })
                draft.NeedRole(step, role, "the role whose objects are meant has to exist first");
            if (SchemaOf(edit.Key.Object) is { } schema)
                draft.NeedObject(step, new ObjectPath.Schema(database, schema), "the schema has to exist first");
            // Objects an extension brings along are granted too, so it comes before.
            foreach (var extension in draft.Problem.Cluster.Databases.First(d => d.Name == database).Extensions)
                draft.NeedExtension(step, database, extension.Name);
        }
        var lost = edits.Where(e => e.TakesAway).ToList();
        if (lost.Count > 0)
            step.Hazards.Add(
                new Hazard(
                    HazardKind.AccessLoss,
                    $"takes privileges from {string.Join(", ", lost.Select(e => Everyone.Words(GranteeOf(e.Key.Object))).Distinct(StringComparer.Ordinal))}"
                )
            );
        draft.Add(step);
    }

    private static List<Edit> Collect(PlanDraft draft, string database, Predicate<ObjectPath> isMeant)
    {
        List<Edit> edits = [];
        foreach (var facet in draft.Problem.Desired.All)
        {
            if (facet.Key.Object.DatabaseName == database && isMeant(facet.Key.Object) && draft.Wants(facet))
                edits.Add(Make(draft, facet.Key, facet.Value, facet.At));
        }
        foreach (var key in draft.Dropped)
        {
            if (key.Object.DatabaseName == database && isMeant(key.Object) && draft.MayChange(key))
                edits.Add(Make(draft, key, null, null));
        }
        return edits;
    }

    private static Edit Make(PlanDraft draft, FacetKey key, FacetValue? to, SourceSpan? at)
    {
        var wanted = CanonicalForm.PrivilegeNames(to);
        var held = draft.State[key] is { Canonical.Length: > 0 } live ? CanonicalForm.PrivilegeNames(live) : [];
        // A grant on all objects is "at least": some of them may rightly carry more.
        var revoke =
            key.Object is ObjectPath.Grant { Target: var all } && GrantWords.IsAll(all) && to is not null
                ? []
                : held.Except(wanted, StringComparer.Ordinal).ToArray();
        var grant = wanted.Except(held, StringComparer.Ordinal).ToArray();
        var grantee = SqlIdentifier.Grantee(GranteeOf(key.Object));
        List<string> statements = [];
        if (key.Object is ObjectPath.Grant single)
        {
            var target = GrantWords.Sql(single);
            if (revoke.Length > 0)
                statements.Add($"REVOKE {string.Join(", ", revoke)} ON {target} FROM {grantee}");
            if (grant.Length > 0)
                statements.Add($"GRANT {string.Join(", ", grant)} ON {target} TO {grantee}");
        }
        else if (key.Object is ObjectPath.DefaultPrivilege later)
        {
            var subject =
                $"ALTER DEFAULT PRIVILEGES FOR ROLE {SqlIdentifier.Quote(later.ForRole)}{(later.Schema is null ? "" : $" IN SCHEMA {SqlIdentifier.Quote(later.Schema)}")}";
            var on = GrantWords.Kind(later.On).ToUpperInvariant();
            if (revoke.Length > 0)
                statements.Add($"{subject} REVOKE {string.Join(", ", revoke)} ON {on} FROM {grantee}");
            if (grant.Length > 0)
                statements.Add($"{subject} GRANT {string.Join(", ", grant)} ON {on} TO {grantee}");
        }
        return new Edit(key, to, at, statements, revoke.Length > 0);
    }

    private static string GranteeOf(ObjectPath path) =>
        path is ObjectPath.DefaultPrivilege later ? later.Grantee : ((ObjectPath.Grant)path).Grantee;

    private static string? SchemaOf(ObjectPath path) =>
        path is ObjectPath.DefaultPrivilege later ? later.Schema : ((ObjectPath.Grant)path).Schema;
}
