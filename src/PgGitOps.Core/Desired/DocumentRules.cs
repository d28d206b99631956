using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

/// <summary>Every finding of the document reader: <c>PGY</c> the YAML itself, <c>PGS</c> the schemas. References are in <see cref="ReferenceRules"/>.</summary>
public static class DocumentRules
{
    public static readonly DiagnosticRule NotUtf8 = new(
        "PGY001",
        "Not UTF-8",
        "Documents are UTF-8, with or without a byte-order mark. The finding names the first byte that is not."
    );
    public static readonly DiagnosticRule Syntax = new(
        "PGY002",
        "YAML syntax",
        "The file is not well-formed YAML. Reading stops at the first such place of a file; other files are still read."
    );
    public static readonly DiagnosticRule DuplicateKey = new(
        "PGY003",
        "Duplicate key",
        "A key stands twice in one mapping. YAML forbids it, and which of the two would win differs between tools."
    );
    public static readonly DiagnosticRule FileTooLarge = new(
        "PGY004",
        "File too large",
        "A file holds at most 1 MiB. Split it: documents may live in any number of files."
    );
    public static readonly DiagnosticRule TooDeep = new(
        "PGY005",
        "Nested too deeply",
        "Collections nest at most 100 levels deep, aliases written out."
    );
    public static readonly DiagnosticRule AliasExpansion = new(
        "PGY006",
        "Aliases expand too far",
        "Written out, one document may hold 10,000 values. Aliases of aliases grow exponentially."
    );
    public static readonly DiagnosticRule UnknownAnchor = new(
        "PGY007",
        "Unknown anchor",
        "An alias names an anchor that stands earlier in the same document and does not contain the alias."
    );
    public static readonly DiagnosticRule Tag = new(
        "PGY008",
        "YAML tag",
        "Tags such as !!binary or !include are refused: documents are plain data."
    );
    public static readonly DiagnosticRule KeyNotText = new(
        "PGY009",
        "Key is not text",
        "Keys are text on one line of at most 1,024 characters. Quote a key that would read as a number, a boolean or null."
    );
    public static readonly DiagnosticRule Tab = new("PGY010", "Tab in indentation", "YAML indents with spaces only.");
    public static readonly DiagnosticRule UnclosedFlow = new(
        "PGY011",
        "Unclosed bracket",
        "A { or [ has no partner before the end of the file."
    );
    public static readonly DiagnosticRule ForbiddenCharacter = new(
        "PGY012",
        "Invisible character",
        "Control characters, direction marks and line ends other than LF and CRLF hide what a reviewer sees."
    );
    public static readonly DiagnosticRule MergeKey = new("PGY013", "Merge key", "<< takes a mapping or a list of mappings.");
    public static readonly DiagnosticRule NotADocument = new(
        "PGY014",
        "Not a document",
        "Each YAML document in policies/ and environments/ is a mapping with apiVersion, kind, metadata and spec."
    );

    public static readonly DiagnosticRule ReaderFailed = new(
        "PGY015",
        "Fault of the reader",
        "PgGitOps itself failed at this file, or at judging the revision as a whole, and the finding names its exception. What it failed at counts as unreadable. Please report it with the files."
    );
    public static readonly DiagnosticRule MoreFindings = new(
        "PGY016",
        "More findings",
        "Of one file the first 1,000 findings are shown, and of one revision the first 10,000. Mend those and validate again."
    );

    public static readonly DiagnosticRule UnknownKey = new(
        "PGS001",
        "Unknown key",
        "The schema does not know the key. Unknown keys are errors, because a misspelt one would silently not be managed."
    );
    public static readonly DiagnosticRule MissingKey = new("PGS002", "Missing key", "The schema requires the key.");
    public static readonly DiagnosticRule WrongType = new(
        "PGS003",
        "Wrong type",
        "The value is of another type than the schema asks for."
    );
    public static readonly DiagnosticRule NotInList = new(
        "PGS004",
        "Not one of the allowed values",
        "The schema lists the values that are allowed here."
    );
    public static readonly DiagnosticRule Pattern = new(
        "PGS005",
        "Wrong form",
        "The text does not have the form the schema asks for."
    );
    public static readonly DiagnosticRule NumberRange = new(
        "PGS006",
        "Number out of range",
        "The number is below the minimum or above the maximum."
    );
    public static readonly DiagnosticRule TextLength = new(
        "PGS007",
        "Text length",
        "The text is shorter or longer than allowed."
    );
    public static readonly DiagnosticRule ItemCount = new(
        "PGS008",
        "Number of items",
        "The list has fewer or more items than allowed."
    );
    public static readonly DiagnosticRule RepeatedItem = new(
        "PGS009",
        "Repeated item",
        "An item stands twice in a list of distinct items."
    );
    public static readonly DiagnosticRule KeyCount = new(
        "PGS010",
        "Number of keys",
        "The mapping has fewer or more keys than allowed, often because exactly one alternative is to be chosen."
    );
    public static readonly DiagnosticRule NoAlternative = new(
        "PGS011",
        "No alternative fits",
        "The value fits none of the forms the schema allows."
    );
    public static readonly DiagnosticRule UnknownApiVersion = new(
        "PGS012",
        "Unknown apiVersion",
        "This version reads pggitops.dev/v1."
    );
    public static readonly DiagnosticRule UnknownKind = new(
        "PGS013",
        "Unknown kind",
        "The kinds are Approval, Cluster, Environment, RecoveryClasses, RecoveryPolicy, RuleSettings and Waiver, and those the repository declares in schemas/kinds."
    );
    public static readonly DiagnosticRule OwnKind = new(
        "PGS014",
        "A kind's own schema",
        "A schema below schemas/kinds names the one apiVersion and kind of its documents, and uses only keywords that are enforced."
    );

    /// <summary>The last resort for an exception that nobody expected while a file was read.</summary>
    internal static Diagnostic Failed(SourceSpan at, Exception e) =>
        ReaderFailed.At(
            at,
            $"PgGitOps failed at this file, which is a fault of PgGitOps: {e.GetType().Name}: {e.Message}",
            "report it together with the file"
        );

    /// <summary>The same for what was thrown while a whole revision was judged.</summary>
    public static Diagnostic FailedAt(string what, Exception e) =>
        ReaderFailed.At(
            SourceSpan.WholeFile("."),
            $"PgGitOps failed at {what}, which is a fault of PgGitOps: {e.GetType().Name}: {e.Message}",
            "report it together with the commit"
        );

    public static IReadOnlyList<DiagnosticRule> All { get; } =
    [
        NotUtf8,
        Syntax,
        DuplicateKey,
        FileTooLarge,
        TooDeep,
        AliasExpansion,
        UnknownAnchor,
        Tag,
        KeyNotText,
        Tab,
        UnclosedFlow,
        ForbiddenCharacter,
        MergeKey,
        NotADocument,
        ReaderFailed,
        MoreFindings,
        UnknownKey,
        MissingKey,
        WrongType,
        NotInList,
        Pattern,
        NumberRange,
        TextLength,
        ItemCount,
        RepeatedItem,
        KeyCount,
        NoAlternative,
        UnknownApiVersion,
        UnknownKind,
        OwnKind,
    ];
}
