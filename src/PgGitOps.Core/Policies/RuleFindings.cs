using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>Findings about rules, parameters and waivers themselves. What a rule finds carries the rule's own id.</summary>
public static class RuleFindings
{
    public static readonly DiagnosticRule Header = new(
        "PGP101",
        "Rule header",
        "A rule starts with a comment /*--- … ---*/ holding YAML: id, title, severity, enforcement, for, and optionally requirements, parameters and help."
    );
    public static readonly DiagnosticRule DuplicateId = new(
        "PGP102",
        "Rule id used twice",
        "Two rule files carry one id; waivers and settings could not tell them apart."
    );
    public static readonly DiagnosticRule TooLarge = new(
        "PGP103",
        "Rule too large",
        "A rule file holds at most 64 KiB, a bundle at most 1,000 rules."
    );
    public static readonly DiagnosticRule Misplaced = new(
        "PGP104",
        "Rule file not read",
        "A file is meant as a rule by its name and lies where rules are not read, or ends in other letters than .csx: it would judge nothing, whatever it says."
    );
    public static readonly DiagnosticRule UnknownSubject = new(
        "PGP105",
        "Rule for an unknown kind",
        "A rule is for documents of a kind that neither the engine nor the judged revision's schemas/kinds/ declares: it would judge nothing."
    );
    public static readonly DiagnosticRule ReservedId = new(
        "PGP106",
        "Rule id of the engine",
        "Ids of PG, a letter and a digit are the engine's own; a rule that carries one could pass for it in reports, waivers and settings."
    );
    public static readonly DiagnosticRule Syntax = new(
        "PGP110",
        "Rule syntax",
        "The rule is not well-formed C#. The message is the compiler's."
    );
    public static readonly DiagnosticRule Semantics = new(
        "PGP111",
        "Rule does not compile",
        "The rule names something that is not there, or uses it wrongly. The message is the compiler's."
    );
    public static readonly DiagnosticRule NotAllowed = new(
        "PGP112",
        "Not allowed in a rule",
        "Rules read documents and report findings; everything else is refused, by what a name is bound to and not by how it is spelt. docs/guides/rules.md lists what is allowed."
    );
    public static readonly DiagnosticRule Lowered = new(
        "PGP113",
        "Compiled rule refused",
        "The compiled form of the rule uses something outside the allow-list."
    );
    public static readonly DiagnosticRule Crashed = new(
        "PGP120",
        "Rule failed to run",
        "The rule ended with an error, or went past a limit of steps, text, findings, memory or time. It counts as not passed."
    );
    public static readonly DiagnosticRule Budget = new(
        "PGP121",
        "Rule not judged",
        "The rules of a revision together took longer than they may, or the machine ended the process they ran in. What was not judged counts as not passed; the loop asks again."
    );
    public static readonly DiagnosticRule Parameter = new(
        "PGP130",
        "Rule parameter",
        "A setting names a parameter that the rule does not declare, or gives it a value of another type or out of its range."
    );
    public static readonly DiagnosticRule UnknownRule = new(
        "PGP131",
        "Unknown rule",
        "A waiver or a setting names a rule that is not in the bundle."
    );
    public static readonly DiagnosticRule NothingChecked = new(
        "PGP140",
        "No rule was evaluated",
        "There are rules and there are documents, and still no rule ran on anything: most likely a kind is misspelt after 'for'."
    );
    public static readonly DiagnosticRule WaiverHard = new(
        "PGP150",
        "Waiver on a hard rule",
        "Rules of enforcement 'hard' cannot be waived."
    );
    public static readonly DiagnosticRule WaiverSelf = new(
        "PGP151",
        "Waiver approved by its owner",
        "The approver of a waiver is somebody else than its owner."
    );
    public static readonly DiagnosticRule WaiverExpired = new(
        "PGP152",
        "Waiver expired",
        "The waiver no longer covers anything."
    );
    public static readonly DiagnosticRule WaiverUnused = new(
        "PGP153",
        "Waiver unused",
        "The rule finds nothing there any more; remove the waiver."
    );
    public static readonly DiagnosticRule WaiverExpiring = new(
        "PGP154",
        "Waiver expires soon",
        "The finding it covers will reject again on that day."
    );
    public static readonly DiagnosticRule WaiverVoid = new(
        "PGP155",
        "Waiver void",
        "The value that was waived has changed since; the new one needs a waiver of its own."
    );
    public static readonly DiagnosticRule Unjailed = new(
        "PGP160",
        "Rules run without a jail",
        "The jail was switched off by an explicit flag: a rule is stopped by the compiler's checks only."
    );
    public static readonly DiagnosticRule NoJail = new(
        "PGP161",
        "No jail",
        "The operating system does not offer what the jail needs, so no rule was run."
    );

    public static readonly DiagnosticRule CacheNotTrusted = new(
        "PGP162",
        "Cache of rules not used",
        "The directory of compiled rules, or its key, can be written by somebody else, so nothing of it is trusted: rules are compiled anew.",
        Severity.Note
    );

    public static readonly DiagnosticRule Fixture = new(
        "PGP170",
        "Rule test",
        "A fixture beside a rule expects something else than the rule says."
    );

    public static IReadOnlyList<DiagnosticRule> All { get; } =
    [
        Header,
        DuplicateId,
        TooLarge,
        Misplaced,
        UnknownSubject,
        ReservedId,
        Syntax,
        Semantics,
        NotAllowed,
        Lowered,
        Crashed,
        Budget,
        Parameter,
        UnknownRule,
        NothingChecked,
        WaiverHard,
        WaiverSelf,
        WaiverExpired,
        WaiverUnused,
        WaiverExpiring,
        WaiverVoid,
        Unjailed,
        NoJail,
        CacheNotTrusted,
        Fixture,
    ];
}
