namespace PgGitOps.Core.Planning.Checking;

/// <summary>Ids of the reasons why part of a plan is refused. docs/guides/plans.md lists them.</summary>
public static class PlanRule
{
    /// <summary>A parameter nobody knows.</summary>
    public const string UnknownParameter = "PGP001";

    /// <summary>A value its parameter's type does not accept.</summary>
    public const string BadValue = "PGP002";

    /// <summary>A name that PostgreSQL cannot carry exactly.</summary>
    public const string BadName = "PGP003";

    /// <summary>More than one primary.</summary>
    public const string TwoPrimaries = "PGP004";

    /// <summary>No primary that could be read.</summary>
    public const string NoPrimary = "PGP005";

    /// <summary>Some members are absent and no primary was seen: initialising could make a second one.</summary>
    public const string WouldForkCluster = "PGP006";

    /// <summary>An override that ALTER SYSTEM cannot beat.</summary>
    public const string Overridden = "PGP007";

    /// <summary>A rule that would make all commits wait at once.</summary>
    public const string WouldBlockCommits = "PGP008";

    /// <summary>A field that cannot change after creation.</summary>
    public const string Immutable = "PGP009";

    /// <summary>More removals than the budget allows.</summary>
    public const string RemovalBudget = "PGP010";

    /// <summary>A removal that something still needs.</summary>
    public const string StillNeeded = "PGP011";

    /// <summary>A secret that could not be found.</summary>
    public const string SecretMissing = "PGP012";

    /// <summary>A standby's setting has to move first and that standby cannot be changed.</summary>
    public const string StandbyFirst = "PGP013";

    /// <summary>A server that is not the declared one: other version or other system identifier.</summary>
    public const string WrongServer = "PGP014";

    /// <summary>A stopped former primary beside a running one.</summary>
    public const string FormerPrimary = "PGP015";

    /// <summary>The same value declared in two places.</summary>
    public const string DeclaredTwice = "PGP016";

    /// <summary>A cluster whose document is gone: nothing is planned.</summary>
    public const string DocumentGone = "PGP018";

    /// <summary>The record of what was made and applied could not be read.</summary>
    public const string RecordUnreadable = "PGP019";

    /// <summary>The planned steps did not pass the plan checker.</summary>
    public const string Unproven = "PGP020";

    /// <summary>A database or schema that was there is gone: made anew it would be empty.</summary>
    public const string Vanished = "PGP023";

    /// <summary>A primary, or a server about to be started as one, that lacks history which others hold.</summary>
    public const string OutdatedPrimary = "PGP021";

    /// <summary>A cluster that existed and has no data directory left, or of which nobody can say whether it existed.</summary>
    public const string ClusterMissing = "PGP022";

    /// <summary>A server that was found, not provisioned, and whose data are gone or lie elsewhere.</summary>
    public const string FoundMember = "PGP024";

    /// <summary>Every member was seen, and none is primary.</summary>
    public const string NobodyIsPrimary = "PGP025";

    /// <summary>A server about to be started as the primary, of which only an archive that gives no answer could say whether it is outdated.</summary>
    public const string ArchiveUnanswered = "PGP026";

    /// <summary>An extension, or a version of it, that the server has no files of.</summary>
    public const string ExtensionMissing = "PGP027";
}
