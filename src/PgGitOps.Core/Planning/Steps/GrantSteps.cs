using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Steps;

/// <summary>Grants and default privileges: all of one database in one transaction, and what takes privileges away in another.</summary>
internal static class GrantSteps
{
    private sealed record Edit(FacetKey Key, FacetValue? To, SourceSpan? At, List<string> Statements, bool TakesAway);

    internal static void Draft(PlanDraft draft)
    {
        if (draft.Primary is null)
            return;
        foreach (var database in draft.Problem.Cluster.Databases)
        {
            var prefix = FacetPath.Database(database.Name) + "/";
            Draft(draft, database.Name, Collect(draft, database.Name, prefix + "grant/"), "grants", "grants");
            Draft(draft, database.Name, Collect(draft, database.Name, prefix + "defaultPrivilege/"), "default-privileges", "default privileges");
        }
    }

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
        var grantees = string.Join(", ", edits.Select(e => FacetPath.Split(e.Key.Object)[^1]).Distinct(StringComparer.Ordinal));
        var path = FacetPath.Database(database);
        var step = draft.Sql(path, verb, $"{words} in {database} for {grantees}", database, [.. edits.SelectMany(e => e.Statements)], edits.Find(e => e.At is not null)?.At);
        draft.NeedObject(step, path, "its database has to exist");
        foreach (var edit in edits)
        {
            step.Changing(draft.State, edit.Key, edit.To);
            var parts = FacetPath.Split(edit.Key.Object);
            draft.NeedRole(step, parts[^1], "the grantee has to exist first");
            if (parts[2] == "defaultPrivilege")
                draft.NeedRole(step, parts[3], "the role whose objects are meant has to exist first");
            var schema = parts[2] == "defaultPrivilege" ? (parts[4] == "*" ? null : parts[4]) : parts.Length > 5 ? parts[4] : null;
            if (schema is not null)
                draft.NeedObject(step, FacetPath.Schema(database, schema), "the schema has to exist first");
            // Objects an extension brings along are granted too, so it comes before.
            foreach (var extension in draft.Problem.Cluster.Databases.First(d => d.Name == database).Extensions)
                draft.NeedExtension(step, database, extension.Name);
        }
        var lost = edits.Where(e => e.TakesAway).ToList();
        if (lost.Count > 0)
            step.Hazards.Add(new Hazard(HazardKind.AccessLoss, $"takes privileges from {string.Join(", ", lost.Select(e => FacetPath.Split(e.Key.Object)[^1]).Distinct(StringComparer.Ordinal))}"));
        draft.Add(step);
    }

    private static List<Edit> Collect(PlanDraft draft, string database, string prefix)
    {
        List<Edit> edits = [];
        foreach (var facet in draft.Problem.Desired.All)
        {
            if (facet.Key.Object.StartsWith(prefix, StringComparison.Ordinal) && draft.Wants(facet))
                edits.Add(Make(draft, database, facet.Key, facet.Value, facet.At));
        }
        foreach (var key in draft.Dropped)
        {
            if (key.Object.StartsWith(prefix, StringComparison.Ordinal) && draft.MayChange(key))
                edits.Add(Make(draft, database, key, null, null));
        }
        return edits;
    }

    private static Edit Make(PlanDraft draft, string database, FacetKey key, FacetValue? to, SourceSpan? at)
    {
        var parts = FacetPath.Split(key.Object);
        var wanted = Normal.PrivilegeNames(to);
        var held = draft.State[key] is { Canonical.Length: > 0 } live ? Normal.PrivilegeNames(live) : [];
        // A grant on all objects is "at least": some of them may rightly carry more.
        var revoke = parts[2] == "grant" && GrantWords.IsAll(parts[3]) && to is not null ? [] : held.Except(wanted, StringComparer.Ordinal).ToArray();
        var grant = wanted.Except(held, StringComparer.Ordinal).ToArray();
        var grantee = SqlIdentifier.Grantee(parts[^1]);
        List<string> statements = [];
        if (parts[2] == "grant")
        {
            var (schema, name) = (parts.Length > 5 ? parts[4] : null, parts.Length > 6 ? parts[5] : null);
            var target = GrantWords.Sql(parts[3], database, schema, name);
            if (revoke.Length > 0)
                statements.Add($"REVOKE {string.Join(", ", revoke)} ON {target} FROM {grantee}");
            if (grant.Length > 0)
                statements.Add($"GRANT {string.Join(", ", grant)} ON {target} TO {grantee}");
        }
        else
        {
            var subject = $"ALTER DEFAULT PRIVILEGES FOR ROLE {SqlIdentifier.Quote(parts[3])}{(parts[4] == "*" ? "" : $" IN SCHEMA {SqlIdentifier.Quote(parts[4])}")}";
            var on = parts[5].ToUpperInvariant();
            if (revoke.Length > 0)
                statements.Add($"{subject} REVOKE {string.Join(", ", revoke)} ON {on} FROM {grantee}");
            if (grant.Length > 0)
                statements.Add($"{subject} GRANT {string.Join(", ", grant)} ON {on} TO {grantee}");
        }
        return new Edit(key, to, at, statements, revoke.Length > 0);
    }
}
