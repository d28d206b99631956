using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>Rule files of a revision → a bundle. Reads headers only; code is compiled in the jail.</summary>
public static class RuleBundleReader
{
    public const int FileBytesMax = 65_536;
    public const int RulesMax = 1_000;

    public static bool IsRule(string path) =>
        path.StartsWith("policies/rules/", StringComparison.Ordinal) && path.EndsWith(".csx", StringComparison.Ordinal);

    /// <summary>The rules as they stand in their files, and what is wrong with the files.</summary>
    public static RuleBundle Read(SourceTree tree)
    {
        var bundle = Read(tree.Files.Where(f => IsRule(f.Path)));
        return RuleSubjects.Misplaced(tree.Files).ToList() is { Count: > 0 } misplaced
            ? bundle with
            {
                Broken = bundle
                    .Broken.Concat(misplaced)
                    .OrderBy(d => d.Span)
                    .ThenBy(d => d.Message, StringComparer.Ordinal)
                    .ToEquatableArray(),
            }
            : bundle;
    }

    /// <param name="reading">What the tree's documents say, the settings of its rules and the kinds it declares among them.</param>
    public static RuleBundle Read(SourceTree tree, FleetReading reading) =>
        RuleSubjects.Check(SettingsInForce.Apply(Read(tree), reading), reading.OwnKinds);

    public static RuleBundle Read(IEnumerable<SourceFile> files)
    {
        var findings = new List<Diagnostic>();
        var rules = new List<RuleSource>();
        foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            if (rules.Count >= RulesMax)
            {
                findings.Add(
                    RuleFindings.TooLarge.At(
                        SourceSpan.WholeFile(file.Path),
                        string.Create(CultureInfo.InvariantCulture, $"a bundle holds at most {RulesMax} rules")
                    )
                );
                break;
            }
            if (ReadRule(file, findings) is not { } rule)
                continue;
            if (rules.Find(r => r.Header.Id == rule.Header.Id) is { } first)
                findings.Add(
                    RuleFindings.DuplicateId.At(rule.Header.At, $"rule id {rule.Header.Id} is used by {first.Path} as well")
                );
            else
                rules.Add(rule);
        }
        return new RuleBundle(
            rules.OrderBy(r => r.Header.Id, StringComparer.Ordinal).ToEquatableArray(),
            findings.OrderBy(d => d.Span).ThenBy(d => d.Message, StringComparer.Ordinal).ToEquatableArray()
        );
    }

    private static RuleSource? ReadRule(SourceFile file, List<Diagnostic> findings)
    {
        if (file.Content.Length > FileBytesMax)
        {
            findings.Add(
                RuleFindings.TooLarge.At(
                    SourceSpan.WholeFile(file.Path),
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"a rule holds at most {FileBytesMax} bytes; this one has {file.Content.Length}"
                    )
                )
            );
            return null;
        }
        var before = findings.Count;
        if (SourceDecoding.Decode(file, findings) is not { } text)
            return null;
        var header = RuleHeaderReader.Read(file.Path, text, findings);
        return header is null || findings.Count > before ? null : new RuleSource(file.Path, text, header);
    }
}
