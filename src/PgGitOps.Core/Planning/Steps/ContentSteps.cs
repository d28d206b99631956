using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Steps;

/// <summary>Schemas and extensions inside databases.</summary>
internal static class ContentSteps
{
    internal static void Draft(PlanDraft draft)
    {
        if (draft.Primary is null)
            return;
        foreach (var database in draft.Problem.Cluster.Databases)
        {
            foreach (var schema in database.Schemas)
                Schema(draft, database.Name, schema);
            foreach (var extension in database.Extensions)
                Extension(draft, database.Name, extension);
        }
    }

    private static void Schema(PlanDraft draft, string database, Schema schema)
    {
        var path = new ObjectPath.Schema(database, schema.Name);
        var quoted = SqlIdentifier.Quote(schema.Name);
        var owner = draft.Wanted(path, Field.Owner);
        var exists = draft.Wanted(path, Field.Exists);
        if (exists is null && owner is null)
            return;
        var allowed = exists is null ? null : LostObjects.Refuse(draft, exists, $"Schema {database}.{schema.Name}");
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
            step.Effects.AddRange(FreshFacets.OfSchema(draft.Problem, database, schema.Name, ownerName));
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
        }
        if (owner is not null)
            step.Changing(draft.State, owner.Key, owner.Value);
        draft.NeedObject(step, new ObjectPath.Database(database), "its database has to exist");
        if (ownerName is not null)
            draft.NeedRole(step, ownerName, "its owner has to exist first");
        draft.Add(step);
    }

    private static void Extension(PlanDraft draft, string database, Extension extension)
    {
        var path = new ObjectPath.Extension(database, extension.Name);
        var quoted = SqlIdentifier.Quote(extension.Name);
        var exists = draft.Wanted(path, Field.Exists);
        var version = draft.Wanted(path, Field.Version);
        var schema = draft.Wanted(path, Field.Schema);
        if (exists is null && version is null && schema is null)
            return;
        StepDraft step;
        if (exists is not null)
        {
            // CASCADE brings what the extension itself requires; it removes nothing.
            var sql =
                $"CREATE EXTENSION IF NOT EXISTS {quoted}"
                + (extension.Schema is { } s ? $" SCHEMA {SqlIdentifier.Quote(s)}" : "")
                + (extension.Version is { } v ? $" VERSION {SqlLiteral.Quote(v)}" : "")
                + " CASCADE";
            step = draft.Sql(
                path,
                "create",
                $"create extension {extension.Name} in {database}",
                database,
                [sql],
                extension.At,
                StepTimeouts.Extension
            );
            step.Changing(draft.State, exists.Key, exists.Value);
            step.Creates.Add(path);
            step.Effects.AddRange(FreshFacets.OfExtension(draft.Problem, database, extension.Schema));
        }
        else
        {
            List<string> statements = [];
            if (version is not null)
                statements.Add($"ALTER EXTENSION {quoted} UPDATE TO {SqlLiteral.Quote(version.Value.Canonical)}");
            if (schema is not null)
                statements.Add($"ALTER EXTENSION {quoted} SET SCHEMA {SqlIdentifier.Quote(schema.Value.Canonical)}");
            var parts = string.Join(
                ", ",
                new[]
                {
                    version is null ? null : $"version {version.Value}",
                    schema is null ? null : $"schema {schema.Value}",
                }.OfType<string>()
            );
            step = draft.Sql(
                path,
                "alter",
                $"alter extension {extension.Name} in {database} ({parts})",
                database,
                statements,
                extension.At,
                StepTimeouts.Extension
            );
            step.Hazards.Add(new Hazard(HazardKind.ExclusiveLock, "an update may lock or rewrite the extension's objects"));
        }
        foreach (var facet in new[] { version, schema }.OfType<DesiredFacet>())
            step.Changing(draft.State, facet.Key, facet.Value);
        draft.NeedObject(step, new ObjectPath.Database(database), "its database has to exist");
        if (extension.Schema is { } home)
            draft.NeedObject(step, new ObjectPath.Schema(database, home), "its schema has to exist");
        draft.Add(step);
    }
}
