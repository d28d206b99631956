using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

/// <summary>Findings about what documents say of each other and what one field says of another: <c>PGR</c>.</summary>
public static class ReferenceRules
{
    public static readonly DiagnosticRule DuplicateName = new(
        "PGR001",
        "Duplicate name",
        "A name stands twice where it must be unique: documents of one kind in the whole repository, members, roles and databases in a cluster, sites, failure domains, hosts, repositories and windows in an environment."
    );
    public static readonly DiagnosticRule UnknownCluster = new("PGR002", "Unknown cluster", "No Cluster document has the name.");
    public static readonly DiagnosticRule UnknownMember = new(
        "PGR003",
        "Unknown member",
        "The cluster has no member of the name."
    );
    public static readonly DiagnosticRule UnknownHost = new(
        "PGR004",
        "Unknown host",
        "The cluster's environment has no host of the name."
    );
    public static readonly DiagnosticRule UnknownSite = new("PGR005", "Unknown site", "The environment has no site of the name.");
    public static readonly DiagnosticRule UnknownRepository = new(
        "PGR006",
        "Unknown repository",
        "The environment has no backup repository of the name."
    );
    public static readonly DiagnosticRule UnknownRole = new(
        "PGR007",
        "Unknown role",
        "The cluster declares no role of the name. A role that exists already is declared by its name alone."
    );
    public static readonly DiagnosticRule UnknownDatabase = new(
        "PGR008",
        "Unknown database",
        "The cluster declares no database of the name."
    );
    public static readonly DiagnosticRule UnknownSchema = new(
        "PGR009",
        "Unknown schema",
        "The database declares no schema of the name."
    );
    public static readonly DiagnosticRule UnknownClass = new(
        "PGR010",
        "Unknown recovery class",
        "The RecoveryClasses document does not define the class."
    );
    public static readonly DiagnosticRule UnknownDocument = new(
        "PGR011",
        "Unknown document",
        "A waiver names a document that is not there."
    );
    public static readonly DiagnosticRule NoEnvironment = new(
        "PGR012",
        "No environment",
        "A cluster belongs to the environment whose Environment document stands in its own directory or in the nearest one above."
    );
    public static readonly DiagnosticRule SecondEnvironment = new(
        "PGR013",
        "Two environments in one directory",
        "A directory holds one Environment document, so that every cluster has exactly one."
    );
    public static readonly DiagnosticRule SecondClasses = new(
        "PGR014",
        "Two RecoveryClasses",
        "The numbers behind the class names stand in one document."
    );
    public static readonly DiagnosticRule AddressTaken = new(
        "PGR015",
        "Address taken",
        "Two members would listen on one address and port."
    );
    public static readonly DiagnosticRule CascadeCycle = new(
        "PGR016",
        "Cascade in a circle",
        "A member streams from itself, directly or through others, so that no WAL ever reaches it."
    );
    public static readonly DiagnosticRule RoleCycle = new(
        "PGR017",
        "Roles in a circle",
        "A role is a member of itself, directly or through others. PostgreSQL refuses it."
    );
    public static readonly DiagnosticRule NoPrimaryCandidate = new(
        "PGR018",
        "No primary candidate",
        "No promotable member stands in the primary site."
    );
    public static readonly DiagnosticRule TooFewStandbys = new(
        "PGR019",
        "Too few standbys",
        "Commits would wait for more standbys than there can be."
    );
    public static readonly DiagnosticRule NobodyDegrades = new(
        "PGR020",
        "Nobody degrades",
        "whenShort: degrade needs a controller that shrinks the rule; with the native manager commits block."
    );
    public static readonly DiagnosticRule StoreTaken = new(
        "PGR021",
        "Store taken",
        "A database or schema belongs to one bounded context (R-02)."
    );
    public static readonly DiagnosticRule OwnedElsewhere = new(
        "PGR022",
        "Parameter owned elsewhere",
        "The engine derives the parameter from another field, or sets it when it starts a server."
    );
    public static readonly DiagnosticRule ReservedName = new(
        "PGR023",
        "Reserved name",
        "The name is PostgreSQL's or the engine's own."
    );
    public static readonly DiagnosticRule NameTooLong = new(
        "PGR024",
        "Name too long",
        "PostgreSQL cuts names at 63 bytes; a cut name would never match again."
    );
    public static readonly DiagnosticRule NoExpiry = new(
        "PGR025",
        "Exception without an end",
        "A field that is ignored says until when."
    );
    public static readonly DiagnosticRule WindowMissing = new(
        "PGR026",
        "No data-loss window",
        "A context that relies on other sites states how much may be lost with a site (R-05)."
    );
    public static readonly DiagnosticRule JustificationMissing = new(
        "PGR027",
        "No justification",
        "Asynchronous is the default between sites; a context that asks for more says why (R-05)."
    );
    public static readonly DiagnosticRule PrivilegeMismatch = new(
        "PGR028",
        "Privilege does not fit",
        "Each kind of object carries its own privileges."
    );
    public static readonly DiagnosticRule GrantTargetIncomplete = new(
        "PGR029",
        "Grant target incomplete",
        "A grant names the schema, and for a table or a sequence the object."
    );
    public static readonly DiagnosticRule ConsentIncomplete = new(
        "PGR030",
        "Approval incomplete",
        "apply names a plan; promote and allows name a cluster."
    );
    public static readonly DiagnosticRule SettingTwice = new(
        "PGR031",
        "Parameter twice",
        "Parameter names do not distinguish case."
    );
    public static readonly DiagnosticRule UselessWindow = new(
        "PGR032",
        "Data-loss window without replication",
        "replication: notAssumed declares nothing across sites, so there is no window to state."
    );

    public static readonly DiagnosticRule UnknownDomain = new(
        "PGR033",
        "Unknown failure domain",
        "The site has no failure domain of the name."
    );

    public static readonly DiagnosticRule UnknownObject = new(
        "PGR034",
        "Unknown object",
        "An approval names its object in the one spelling that plans and records use: % and / inside a name as %25 and %2F."
    );

    public static readonly DiagnosticRule UnknownField = new(
        "PGR044",
        "Unknown field",
        "An exception names an object and a field as drift prints them: one that names none treats nothing differently."
    );

    public static readonly DiagnosticRule PublicationContents = new(
        "PGR035",
        "Contents of a publication",
        "A publication is of all tables, or of tables and whole schemas; beside whole schemas PostgreSQL takes no list of columns."
    );

    public static readonly DiagnosticRule SettingUnknown = new(
        "PGR040",
        "Unknown parameter",
        "The declared version of PostgreSQL has no parameter of the name. Parameters of extensions have a point in theirs and are not judged here."
    );

    public static readonly DiagnosticRule SettingBadValue = new(
        "PGR041",
        "Value of a parameter",
        "The server would refuse the value: another type or unit, out of range, a word it does not know, a list it cannot read."
    );

    public static readonly DiagnosticRule SettingOutOfPlace = new(
        "PGR042",
        "Parameter out of place",
        "A parameter of the whole server cannot be set for a role or a database, and one of a session or transaction not for the server."
    );

    public static readonly DiagnosticRule SettingOfNobody = new(
        "PGR043",
        "Parameter of no published version",
        "No PostgreSQL as published has the parameter, and none has a name like it. A server built with additions may; the plan asks it.",
        Severity.Warning
    );

    public static IReadOnlyList<DiagnosticRule> All { get; } =
    [
        DuplicateName,
        UnknownCluster,
        UnknownMember,
        UnknownHost,
        UnknownSite,
        UnknownRepository,
        UnknownRole,
        UnknownDatabase,
        UnknownSchema,
        UnknownClass,
        UnknownDocument,
        NoEnvironment,
        SecondEnvironment,
        SecondClasses,
        AddressTaken,
        CascadeCycle,
        RoleCycle,
        NoPrimaryCandidate,
        TooFewStandbys,
        NobodyDegrades,
        StoreTaken,
        OwnedElsewhere,
        ReservedName,
        NameTooLong,
        NoExpiry,
        WindowMissing,
        JustificationMissing,
        PrivilegeMismatch,
        GrantTargetIncomplete,
        ConsentIncomplete,
        SettingTwice,
        UselessWindow,
        UnknownDomain,
        UnknownObject,
        PublicationContents,
        UnknownField,
        SettingUnknown,
        SettingBadValue,
        SettingOutOfPlace,
        SettingOfNobody,
    ];
}
