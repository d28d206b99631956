using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Publications;

/// <summary>Publications of one database: made whole in one transaction, and changed by what differs.</summary>
internal static class PublicationSteps
{
    internal static void Draft(PlanDraft draft, Database database)
    {
        foreach (var publication in database.Publications)
            Draft(draft, new PublicationPath(database.Name, publication.Name), publication);
    }

    private static void Draft(PlanDraft draft, PublicationPath path, Publication publication)
    {
        if (draft.Desired(path, Field.Exists) is not { } exists)
            return;
        var isMissing = draft.State[exists.Key] is null;
        if (isMissing && !draft.Wants(exists))
            return;
        if (MissingTable(draft, path, publication) is { } missing)
        {
            foreach (var field in isMissing ? [Field.Exists] : (Field[])[PublicationValues.Tables, PublicationValues.Schemas])
            {
                if (draft.Wanted(path, field) is { } facet)
                    draft.LeaveAlone(facet.Key, $"table {missing} does not exist yet");
            }
            if (isMissing)
                return;
        }
        if (!isMissing)
        {
            LeaveScope(draft, path);
            LeaveLastContents(draft, path);
        }
        DesiredFacet[] changes =
        [
            .. new[]
            {
                Field.Owner,
                PublicationValues.AllTables,
                PublicationValues.Tables,
                PublicationValues.Schemas,
                PublicationValues.Operations,
                PublicationValues.ViaPartitionRoot,
            }
                .Select(f => isMissing ? draft.Desired(path, f) : draft.Wanted(path, f))
                .OfType<DesiredFacet>()
                .Where(f => isMissing || !draft.NotActedOn.ContainsKey(f.Key)),
        ];
        if (!isMissing && changes.Length == 0)
            return;
        var step = draft.Sql(
            path,
            isMissing ? "create" : "alter",
            $"{(isMissing ? "create" : "alter")} publication {path.Name} in {path.Database} ({string.Join(", ", changes.Select(Words))})",
            path.Database,
            [.. isMissing ? Create(draft, path) : Alter(draft, path, changes)],
            isMissing ? publication.At : changes[0].At
        );
        if (isMissing)
        {
            step.Changing(draft.State, exists.Key, exists.Value);
            step.Creates.Add(path);
        }
        foreach (var facet in changes)
            step.Changing(draft.State, facet.Key, facet.Value);
        draft.NeedObject(step, new ObjectPath.Database(path.Database), "its database has to exist");
        if (publication.Owner is { } owner)
            draft.NeedRole(step, owner.Value, "its owner has to exist first");
        foreach (var schema in publication.Schemas.Concat(publication.Tables.Select(t => t.Schema)))
            draft.NeedObject(step, new ObjectPath.Schema(path.Database, schema.Value), "the schema has to exist first");
        AddHazards(step, path, isMissing, changes);
        draft.Add(step);
    }

    /// <summary>Tables are made by applications, in their own time.</summary>
    private static string? MissingTable(PlanDraft draft, PublicationPath path, Publication publication)
    {
        var live = draft.Problem.Contents(path.Database);
        if (live is null && !draft.IsNew(new ObjectPath.Database(path.Database)))
            return null;
        return publication
            .Tables.Where(t => live?.Acl("table", t.Schema.Value, t.Table) is null)
            .Select(t => $"{t.Schema.Value}.{t.Table}")
            .FirstOrDefault();
    }

    /// <summary>FOR ALL TABLES is fixed at creation.</summary>
    private static void LeaveScope(PlanDraft draft, PublicationPath path)
    {
        if (
            draft.Desired(path, PublicationValues.AllTables) is not { } scope
            || draft.State.Is(new FacetState(scope.Key, scope.Value))
        )
            return;
        if (draft.Wants(scope))
            draft.Refuse(
                new Refusal(
                    PlanRule.Immutable,
                    $"Publication {path.Database}.{path.Name} is {(scope.Value == CanonicalForm.True ? "not " : "")}for all tables; that is fixed at creation.",
                    "Declare it under another name, move its subscriptions there, and remove it.",
                    scope.At
                )
            );
        foreach (var field in (Field[])[PublicationValues.AllTables, PublicationValues.Tables, PublicationValues.Schemas])
            draft.LeaveAlone(draft.Problem.Key(path, field), "whether it is for all tables is fixed at creation");
    }

    /// <summary>No statement takes the last table and schema out by SET; only an exception for the other of the two asks for that.</summary>
    private static void LeaveLastContents(PlanDraft draft, PublicationPath path)
    {
        if (Contents(f => draft.Wanted(path, f)?.Value ?? Live(draft, path, f)).Length > 0)
            return;
        foreach (var field in (Field[])[PublicationValues.Tables, PublicationValues.Schemas])
            draft.LeaveAlone(draft.Problem.Key(path, field), "nothing would be published any more");
    }

    private static FacetValue? Live(PlanDraft draft, PublicationPath path, Field field) =>
        draft.State[draft.Problem.Key(path, field)];

    private static IEnumerable<string> Create(PlanDraft draft, PublicationPath path)
    {
        var quoted = SqlIdentifier.Quote(path.Name);
        var contents =
            draft.Desired(path, PublicationValues.AllTables)!.Value == CanonicalForm.True
                ? "ALL TABLES"
                : Contents(f => draft.Desired(path, f)?.Value);
        var options = Options(
            draft.Desired(path, PublicationValues.Operations),
            draft.Desired(path, PublicationValues.ViaPartitionRoot)
        );
        yield return $"CREATE PUBLICATION {quoted} FOR {contents}{(options is null ? "" : $" WITH ({options})")}";
        if (draft.Desired(path, Field.Owner) is { } owner)
            yield return $"ALTER PUBLICATION {quoted} OWNER TO {SqlIdentifier.Quote(owner.Value.Written)}";
    }

    private static IEnumerable<string> Alter(PlanDraft draft, PublicationPath path, DesiredFacet[] changes)
    {
        var subject = $"ALTER PUBLICATION {SqlIdentifier.Quote(path.Name)}";
        DesiredFacet? Of(Field field) => Array.Find(changes, c => c.Key.Field == field);
        // One statement for both: SET takes the whole contents, and what is not to be changed is set as it is.
        if (Of(PublicationValues.Tables) is not null || Of(PublicationValues.Schemas) is not null)
            yield return $"{subject} SET {Contents(f => Of(f)?.Value ?? Live(draft, path, f))}";
        if (Options(Of(PublicationValues.Operations), Of(PublicationValues.ViaPartitionRoot)) is { } options)
            yield return $"{subject} SET ({options})";
        if (Of(Field.Owner) is { } owner)
            yield return $"{subject} OWNER TO {SqlIdentifier.Quote(owner.Value.Written)}";
    }

    private static string Contents(Func<Field, FacetValue?> value)
    {
        List<string> parts = [];
        if (value(PublicationValues.Tables) is { Written: { Length: > 0 } tables })
            parts.Add($"TABLE {tables}");
        if (value(PublicationValues.Schemas) is { Written: { Length: > 0 } schemas })
            parts.Add($"TABLES IN SCHEMA {schemas}");
        return string.Join(", ", parts);
    }

    private static string? Options(DesiredFacet? operations, DesiredFacet? viaRoot)
    {
        List<string> options = [];
        if (operations is not null)
            options.Add($"publish = {SqlLiteral.Quote(operations.Value.Written)}");
        if (viaRoot is not null)
            options.Add($"publish_via_partition_root = {viaRoot.Value.Written}");
        return options.Count == 0 ? null : string.Join(", ", options);
    }

    private static void AddHazards(StepDraft step, PublicationPath path, bool isMissing, DesiredFacet[] changes)
    {
        if (
            !isMissing
            && Array.Exists(
                changes,
                c =>
                    c.Key.Field == PublicationValues.Tables
                    || c.Key.Field == PublicationValues.Schemas
                    || c.Key.Field == PublicationValues.Operations
            )
        )
            step.Hazards.Add(
                new Hazard(
                    HazardKind.AccessLoss,
                    $"subscribers of {path.Name} get what is published from then on; tables that are added have to be refreshed there"
                )
            );
    }

    private static string Words(DesiredFacet facet) =>
        facet.Key.Field == PublicationValues.AllTables
            ? (facet.Value == CanonicalForm.True ? "for all tables" : "for what is listed")
        : facet.Key.Field == PublicationValues.ViaPartitionRoot ? $"via partition root {facet.Value.Display}"
        : $"{facet.Key.Field} {facet.Value.Display}";
}
