using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Kinds.Grants;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Schemas;

/// <summary>Schemas inside a database.</summary>
internal static class SchemaSteps
{
    internal static void Draft(PlanDraft draft, Database database)
    {
        foreach (var schema in database.Schemas)
            Draft(draft, database.Name, schema);
    }

    private static void Draft(PlanDraft draft, string database, Schema schema)
    {
        var path = new ObjectPath.Schema(database, schema.Name);
        var quoted = SqlIdentifier.Quote(schema.Name);
        var owner = draft.Wanted(path, Field.Owner);
        var exists = draft.Wanted(path, Field.Exists);
        if (exists is null && owner is null)
            return;
        var allowed = exists is null ? null : LostObjects.Refuse(draft, exists, $"{database}.{schema.Name}");
        if (exists is not null && allowed is null)
            return;
        var ownerName = schema.Owner?.Value;
        StepDraft step;
        if (exists is not null)
        {
            var authorization = ownerName is null ? "" : $" AUTHORIZATION {SqlIdentifier.Quote(ownerName)}";
            step = draft.Sql(
                path,
                "create",
                $"create schema {database}.{schema.Name}{(ownerName is null ? "" : $" (owner {ownerName})")}{allowed!.Words}",
                database,
                [$"CREATE SCHEMA {quoted}{authorization}"],
                schema.At
            );
            step.Changing(draft.State, exists.Key, exists.Value);
            step.Creates.Add(path);
            allowed.Mark(step);
            step.Effects.AddRange(new Made.Schema(draft.Problem, database, schema.Name, ownerName).Effects());
        }
        else
        {
            step = draft.Sql(
                path,
                "alter",
                $"alter schema {database}.{schema.Name} (owner {ownerName})",
                database,
                [$"ALTER SCHEMA {quoted} OWNER TO {SqlIdentifier.Quote(ownerName!)}"],
                owner!.At
            );
            step.Effects.AddRange(GrantsOfOwners.Change(draft, database, schema.Name, ownerName!));
        }
        if (owner is not null)
            step.Changing(draft.State, owner.Key, owner.Value);
        draft.NeedObject(step, new ObjectPath.Database(database), "its database has to exist");
        if (ownerName is not null)
            draft.NeedRole(step, ownerName, "its owner has to exist first");
        draft.Add(step);
    }
}
