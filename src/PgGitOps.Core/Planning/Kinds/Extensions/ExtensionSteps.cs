using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Extensions;

/// <summary>Extensions inside a database.</summary>
internal static class ExtensionSteps
{
    internal static void Draft(PlanDraft draft, Database database)
    {
        foreach (var extension in database.Extensions)
            Draft(draft, database.Name, extension);
    }

    private static void Draft(PlanDraft draft, string database, Extension extension)
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
            step.Effects.AddRange(new Made.Extension(draft.Problem, database, extension.Schema).Effects());
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
