using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Planning;

/// <summary>Words for grant targets: in facet paths, in the observed lists of privileges, and in SQL.</summary>
internal static class GrantWords
{
    internal static string Of(GrantTarget target) => target switch
    {
        GrantTarget.Database => "database",
        GrantTarget.Schema => "schema",
        GrantTarget.AllTables => "allTables",
        GrantTarget.AllSequences => "allSequences",
        GrantTarget.AllFunctions => "allFunctions",
        GrantTarget.Table => "table",
        GrantTarget.Sequence => "sequence",
    };

    internal static string Of(DefaultPrivilegeTarget target) => target switch
    {
        DefaultPrivilegeTarget.Tables => "tables",
        DefaultPrivilegeTarget.Sequences => "sequences",
        DefaultPrivilegeTarget.Functions => "functions",
        DefaultPrivilegeTarget.Types => "types",
        DefaultPrivilegeTarget.Schemas => "schemas",
    };

    internal static bool IsAll(string target) => target.StartsWith("all", StringComparison.Ordinal);

    /// <summary>Kind of the single objects a target stands for, as observation names it.</summary>
    internal static string Kind(string target) => target switch
    {
        "allTables" => "table",
        "allSequences" => "sequence",
        "allFunctions" => "function",
        _ => target,
    };

    internal static string Sql(string target, string database, string? schema, string? name) => target switch
    {
        "database" => $"DATABASE {SqlIdentifier.Quote(database)}",
        "schema" => $"SCHEMA {SqlIdentifier.Quote(schema!)}",
        "allTables" => $"ALL TABLES IN SCHEMA {SqlIdentifier.Quote(schema!)}",
        "allSequences" => $"ALL SEQUENCES IN SCHEMA {SqlIdentifier.Quote(schema!)}",
        "allFunctions" => $"ALL FUNCTIONS IN SCHEMA {SqlIdentifier.Quote(schema!)}",
        "table" => $"TABLE {SqlIdentifier.Quote(schema!, name!)}",
        "sequence" => $"SEQUENCE {SqlIdentifier.Quote(schema!, name!)}",
        _ => throw new InvalidOperationException($"No grant target is called {target}."),
    };
}
