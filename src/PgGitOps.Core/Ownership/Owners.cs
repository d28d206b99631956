namespace PgGitOps.Core.Ownership;

public static class Owners
{
    /// <summary>The engine can run steps of that owner. What only others write is declared and not managed.</summary>
    public static bool HasRunner(Owner owner) =>
        owner switch
        {
            Owner.Native => true,
            Owner.Patroni or Owner.PgBackRest => false,
        };

    /// <summary>As people spell it.</summary>
    public static string Name(Owner owner) =>
        owner switch
        {
            Owner.Native => "PgGitOps",
            Owner.Patroni => "Patroni",
            Owner.PgBackRest => "pgBackRest",
        };
}
