using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Kinds.Grants;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Databases;

/// <summary>Databases themselves: creation, owner, limit, settings. What cannot change after creation is refused.</summary>
internal static class DatabaseSteps
{
    internal static void Draft(PlanDraft draft)
    {
        if (draft.Primary is null)
            return;
        foreach (var database in draft.Problem.Cluster.Databases)
        {
            if (draft.Desired(new ObjectPath.Database(database.Name), Field.Exists) is null)
                continue;
            Create(draft, database);
            RefuseImmutable(draft, database);
            Alter(draft, database);
        }
    }

    private static void Create(PlanDraft draft, Database database)
    {
        var path = new ObjectPath.Database(database.Name);
        if (
            draft.Wanted(path, Field.Exists) is not { } exists
            || LostObjects.Refuse(draft, exists, database.Name) is not { } allowed
        )
            return;
        var sql = $"CREATE DATABASE {SqlIdentifier.Quote(database.Name)}";
        if (database.Owner is { } owner)
            sql += $" OWNER {SqlIdentifier.Quote(owner.Value)}";
        // template0 is the same everywhere; what somebody once put into template1 is not in Git.
        sql += " TEMPLATE template0";
        if (database.Encoding is { } encoding)
            sql += $" ENCODING {SqlLiteral.Quote(encoding)}";
        if (database.Locale is { } locale)
            sql += $" LOCALE {SqlLiteral.Quote(locale)}";
        if (database.ConnectionLimit is { } limit)
            sql += FormattableString.Invariant($" CONNECTION LIMIT {limit}");
        var title = $"create database {database.Name}{(database.Owner is { } o ? $" (owner {o.Value})" : "")}{allowed.Words}";
        var step = draft.Sql(
            path,
            "create",
            title,
            "postgres",
            [sql],
            database.At,
            StepTimeouts.CreateDatabase,
            inTransaction: false
        );
        step.Changing(draft.State, exists.Key, exists.Value);
        foreach (var field in (Field[])[Field.Owner, Field.Encoding, Field.Locale, Field.ConnectionLimit])
        {
            if (draft.Desired(path, field) is { } facet)
                step.Changing(draft.State, facet.Key, facet.Value);
        }
        step.Effects.AddRange(
            new Made.Contents(draft.Problem, database.Name, draft.Desired(path, Field.Owner)?.Value.Canonical).Effects()
        );
        if (database.Owner is { } needed)
            draft.NeedRole(step, needed.Value, "its owner has to exist first");
        step.Creates.Add(path);
        allowed.Mark(step);
        draft.Add(step);
    }

    private static void RefuseImmutable(PlanDraft draft, Database database)
    {
        foreach (var field in (Field[])[Field.Encoding, Field.Locale])
        {
            if (
                draft.Wanted(new ObjectPath.Database(database.Name), field) is not { } facet
                || draft.State[facet.Key] is not { } live
            )
                continue;
            draft.Refuse(
                new Refusal(
                    PlanRule.Immutable,
                    $"Database {database.Name} has {field} {live.Display}; it cannot become {facet.Value.Display} after creation.",
                    "Make a new database and copy the data, or correct the document.",
                    facet.At
                )
            );
            draft.LeaveAlone(facet.Key, "it is fixed at creation");
        }
    }

    private static void Alter(PlanDraft draft, Database database)
    {
        var path = new ObjectPath.Database(database.Name);
        var owner = draft.Wanted(path, Field.Owner);
        var limit = draft.Wanted(path, Field.ConnectionLimit);
        var settings = ScopedSettings.Collect(draft, path);
        if (draft.State[draft.Problem.Key(path, Field.Exists)] is null || (owner is null && limit is null && settings.Count == 0))
            return;
        var subject = $"ALTER DATABASE {SqlIdentifier.Quote(database.Name)}";
        List<string> statements = [];
        List<string> parts = [];
        if (owner is not null)
        {
            statements.Add($"{subject} OWNER TO {SqlIdentifier.Quote(owner.Value.Canonical)}");
            parts.Add($"owner {owner.Value.Display}");
        }
        if (limit is not null)
        {
            statements.Add($"{subject} CONNECTION LIMIT {limit.Value.Canonical}");
            parts.Add($"connection limit {limit.Value.Display}");
        }
        statements.AddRange(settings.Select(s => s.Statement(subject)));
        parts.AddRange(settings.Select(s => s.Name));
        var because = owner?.At ?? limit?.At ?? settings.Find(s => s.At is not null)?.At ?? database.At;
        var step = draft.Sql(
            path,
            "alter",
            $"alter database {database.Name} ({string.Join(", ", parts)})",
            "postgres",
            statements,
            because
        );
        draft.NeedObject(step, path, "the database has to exist");
        ScopedSettings.NeedRoles(draft, step, path, settings);
        foreach (var facet in new[] { owner, limit }.OfType<DesiredFacet>())
            step.Changing(draft.State, facet.Key, facet.Value);
        foreach (var setting in settings)
            step.Changing(draft.State, setting.Key, setting.To);
        if (owner is not null)
        {
            draft.NeedRole(step, owner.Value.Canonical, "its owner has to exist first");
            step.Effects.AddRange(GrantsOfOwners.Change(draft, database.Name, null, owner.Value.Canonical));
        }
        draft.Add(step);
    }
}
