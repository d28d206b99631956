using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>Words for grant targets: in the observed lists of privileges, and in SQL.</summary>
internal static class GrantWords
{
    internal static bool IsAll(GrantTarget target) =>
        target is GrantTarget.AllTables or GrantTarget.AllSequences or GrantTarget.AllFunctions;

    /// <summary>On one object that somebody has to have made; databases and schemas have documents of their own.</summary>
    internal static bool IsSingle(GrantTarget target) =>
        target is GrantTarget.Table or GrantTarget.Sequence or GrantTarget.Column;

    /// <summary>The target that stands for all objects of this one's kind in its schema; null for one of which there is no such.</summary>
    internal static GrantTarget? AllOf(GrantTarget target) =>
        target switch
        {
            GrantTarget.Table => GrantTarget.AllTables,
            GrantTarget.Sequence => GrantTarget.AllSequences,
            _ => null,
        };

    /// <summary>Of the one object that a grant is on.</summary>
    internal static string NameOf(ObjectPath.Grant grant) =>
        grant.Target switch
        {
            GrantTarget.Database => grant.Database,
            GrantTarget.Schema => grant.Schema!,
            _ => grant.Name!,
        };

    /// <summary>Kind of the single objects a target stands for, as observation names it.</summary>
    internal static string Kind(GrantTarget target) =>
        target switch
        {
            GrantTarget.Database => "database",
            GrantTarget.Schema => "schema",
            GrantTarget.AllTables or GrantTarget.Table or GrantTarget.Column => "table",
            GrantTarget.AllSequences or GrantTarget.Sequence => "sequence",
            GrantTarget.AllFunctions => "function",
        };

    /// <summary>Kind of the objects that default privileges speak of, as observation names it.</summary>
    internal static string Kind(DefaultPrivilegeTarget target) => ObjectPathText.WordOf(target);

    internal static string Sql(ObjectPath.Grant grant) =>
        grant.Target switch
        {
            GrantTarget.Database => $"DATABASE {SqlIdentifier.Quote(grant.Database)}",
            GrantTarget.Schema => $"SCHEMA {SqlIdentifier.Quote(grant.Schema!)}",
            GrantTarget.AllTables => $"ALL TABLES IN SCHEMA {SqlIdentifier.Quote(grant.Schema!)}",
            GrantTarget.AllSequences => $"ALL SEQUENCES IN SCHEMA {SqlIdentifier.Quote(grant.Schema!)}",
            // ALL FUNCTIONS would leave procedures out.
            GrantTarget.AllFunctions => $"ALL ROUTINES IN SCHEMA {SqlIdentifier.Quote(grant.Schema!)}",
            GrantTarget.Table or GrantTarget.Column => $"TABLE {SqlIdentifier.Quote(grant.Schema!, grant.Name!)}",
            GrantTarget.Sequence => $"SEQUENCE {SqlIdentifier.Quote(grant.Schema!, grant.Name!)}",
        };

    /// <summary>Several objects of one kind in a schema.</summary>
    internal static string Sql(string kind, string schema, IEnumerable<string> names) =>
        kind == "function"
            // With its arguments, and quoted by the server.
            ? $"ROUTINE {string.Join(", ", names.Select(n => $"{SqlIdentifier.Quote(schema)}.{n}"))}"
            : $"{kind.ToUpperInvariant()} {string.Join(", ", names.Select(n => SqlIdentifier.Quote(schema, n)))}";
}
