namespace PgGitOps.Core.Facets;

/// <summary>What privileges are granted on.</summary>
public enum GrantTarget
{
    Database,
    Schema,
    AllTables,
    AllSequences,
    AllFunctions,
    Table,
    Sequence,

    /// <summary>One column of a table. Documents name columns beside their table.</summary>
    Column,
}

/// <summary>What objects that are made later default privileges speak of.</summary>
public enum DefaultPrivilegeTarget
{
    Tables,
    Sequences,
    Functions,
    Types,
    Schemas,
}
