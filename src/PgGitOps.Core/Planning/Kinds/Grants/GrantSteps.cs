using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>Grants and default privileges: those of one database in transactions of bounded size, and what revokes privileges in others.</summary>
internal static class GrantSteps
{
    /// <summary>Changes that one transaction makes at most: a grant on all tables writes a row for each of them.</summary>
    private const int EditsMax = 50;

    internal static void DraftGrants(PlanDraft draft, Database database) =>
        Draft(draft, database, new GrantEdits(draft, database.Name, p => p is ObjectPath.Grant).Collect(), "grants", "grants");

    internal static void DraftDefaults(PlanDraft draft, Database database) =>
        Draft(
            draft,
            database,
            new GrantEdits(draft, database.Name, p => p is ObjectPath.DefaultPrivilege).Collect(),
            "default-privileges",
            "default privileges"
        );

    /// <summary>Beside others, what revokes has a step of its own: one grant that fails must leave nobody with what Git gave up.</summary>
    private static void Draft(PlanDraft draft, Database database, List<GrantEdit> edits, string verb, string words)
    {
        Add(draft, database, edits.FindAll(e => e.OnlyForgets), verb + "-forgotten", "forget " + words);
        edits = edits.FindAll(e => !e.OnlyForgets);
        if (edits.Exists(e => e.TakesAway) && edits.Exists(e => !e.TakesAway))
        {
            Add(draft, database, edits.FindAll(e => e.TakesAway), verb + "-taken", words);
            edits = edits.FindAll(e => !e.TakesAway);
        }
        Add(draft, database, edits, verb, words);
    }

    private static void Add(PlanDraft draft, Database database, List<GrantEdit> edits, string verb, string words)
    {
        var count = 1;
        foreach (var batch in edits.Chunk(EditsMax))
        {
            var suffix = count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{count}");
            AddOne(draft, database, batch, verb + suffix, words);
            count++;
        }
    }

    private static void AddOne(PlanDraft draft, Database database, GrantEdit[] edits, string verb, string words)
    {
        var path = new ObjectPath.Database(database.Name);
        // All that is revoked before anything is granted.
        var script = new AclScript();
        foreach (var edit in edits)
            script.AddAll(edit.Revokes);
        foreach (var edit in edits)
            script.AddAll(edit.Grants);
        var step = draft.Sql(
            path,
            verb,
            $"{words} in {database.Name} for {Grantees(edits)}",
            database.Name,
            script.Statements(),
            Array.Find(edits, e => e.At is not null)?.At
        );
        draft.NeedObject(step, path, "its database has to exist");
        foreach (var edit in edits)
        {
            step.Changing(draft.State, edit.Key, edit.To);
            if (!Equals(draft.State[edit.Granted.Key], edit.Granted.Value))
                step.Changing(draft.State, edit.Granted.Key, edit.Granted.Value);
            draft.NeedRole(step, edit.Grantee, "the grantee has to exist first");
            if (edit.Key.Object is ObjectPath.DefaultPrivilege { ForRole: var role })
                draft.NeedRole(step, role, "the role whose objects are meant has to exist first");
            if (SchemaOf(edit.Key.Object) is { } schema)
                draft.NeedObject(step, new ObjectPath.Schema(database.Name, schema), "the schema has to exist first");
        }
        // Objects an extension brings along are granted too, so it comes before.
        foreach (var extension in database.Extensions)
            draft.NeedExtension(step, database.Name, extension.Name);
        if (edits.Where(e => e.TakesAway).ToArray() is { Length: > 0 } lost)
            step.Hazards.Add(new Hazard(HazardKind.AccessLoss, $"takes privileges from {Grantees(lost)}"));
        foreach (var other in edits.SelectMany(e => e.SideEffects).Distinct(StringComparer.Ordinal))
            step.Hazards.Add(new Hazard(HazardKind.AccessLoss, other));
        draft.Add(step);
    }

    private static string Grantees(GrantEdit[] edits)
    {
        const int NamedMax = 20;
        string[] names = [.. edits.Select(e => Everyone.Words(e.Grantee)).Distinct(StringComparer.Ordinal)];
        return names.Length <= NamedMax
            ? string.Join(", ", names)
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{string.Join(", ", names.Take(NamedMax))} and {names.Length - NamedMax} more"
            );
    }

    private static string? SchemaOf(ObjectPath path) =>
        path is ObjectPath.DefaultPrivilege later ? later.Schema : ((ObjectPath.Grant)path).Schema;
}
