using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>Words for grant targets: in the observed lists of privileges, and in SQL.</summary>
internal static class GrantWords
{
    internal static bool IsAll(GrantTarget target) =>
        target is GrantTarget.AllTables or GrantTarget.AllSequences or GrantTarget.AllFunctions;

    /// <summary>Kind of the single objects a target stands for, as observation names it.</summary>
    internal static string Kind(GrantTarget target) =>
        target switch
        {
            GrantTarget.Database => "database",
            GrantTarget.Schema => "schema",
            GrantTarget.AllTables or GrantTarget.Table => "table",
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
            GrantTarget.AllFunctions => $"ALL FUNCTIONS IN SCHEMA {SqlIdentifier.Quote(grant.Schema!)}",
            GrantTarget.Table => $"TABLE {SqlIdentifier.Quote(grant.Schema!, grant.Name!)}",
            GrantTarget.Sequence => $"SEQUENCE {SqlIdentifier.Quote(grant.Schema!, grant.Name!)}",
        };
}
