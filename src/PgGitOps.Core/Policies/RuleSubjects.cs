using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Schemas;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>Rules that would judge nothing: for a kind that nobody declares, or in a file that nobody reads.</summary>
/// <remarks>Either passes every commit, whatever its header says; so each is an error, also for an advisory rule.</remarks>
public static class RuleSubjects
{
    // Made by the engine for rules; no document is of them.
    private static readonly string[] Facts = ["Verdicts", "Observation"];

    /// <param name="ownKinds">Names of the kinds that the judged revision declares; null where its schemas cannot be read, which is a finding already.</param>
    public static RuleBundle Check(RuleBundle bundle, IEnumerable<string>? ownKinds)
    {
        if (ownKinds is null || bundle.Rules.Count == 0)
            return bundle;
        HashSet<string> known = [RuleHeader.FleetSubject, .. DocumentSchemas.Kinds, .. Facts, .. ownKinds];
        var strange = bundle.Rules.Where(r => !known.Contains(r.Header.Subject)).ToList();
        return strange.Count == 0
            ? bundle
            : bundle with
            {
                Broken = InOrder(bundle.Broken.Concat(strange.Select(r => Finding(r.Header, known)))),
            };
    }

    /// <summary>Whether a file is meant as a rule, by its name.</summary>
    public static bool LooksLikeRule(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        // What editors leave beside a file is nobody's rule.
        if (name.StartsWith('.') || name.EndsWith('~'))
            return name.EndsWith(".csx", StringComparison.Ordinal);
        return name.Contains(".csx", StringComparison.OrdinalIgnoreCase)
            || (
                name.EndsWith(".cs", StringComparison.OrdinalIgnoreCase)
                && path.StartsWith("policies/rules/", StringComparison.OrdinalIgnoreCase)
            );
    }

    /// <summary>Files that are meant as rules and are not read as such.</summary>
    public static IEnumerable<Diagnostic> Misplaced(IEnumerable<SourceFile> files) =>
        files
            .Where(f => LooksLikeRule(f.Path) && !RuleBundleReader.IsRule(f.Path))
            .Select(f =>
                RuleFindings.Misplaced.At(
                    SourceSpan.WholeFile(f.Path),
                    f.Path.StartsWith("policies/rules/", StringComparison.Ordinal)
                        ? "this file is not read as a rule: the name of a rule ends in .csx, in small letters"
                        : "this file is not read as a rule: rules lie below policies/rules/ and end in .csx",
                    "rename it (git mv), or remove it"
                )
            );

    private static Diagnostic Finding(RuleHeader header, HashSet<string> known) =>
        RuleFindings.UnknownSubject.At(
            header.At,
            $"rule {header.Id} is for documents of kind {header.Subject}, which neither the engine nor schemas/kinds/ declares{Suggestion.Clause(header.Subject, known)}: it judges nothing",
            "mend 'for:', or remove the rule before the kind"
        );

    private static EquatableArray<Diagnostic> InOrder(IEnumerable<Diagnostic> findings) =>
        findings.Distinct().OrderBy(d => d.Span).ThenBy(d => d.Message, StringComparer.Ordinal).ToEquatableArray();
}
