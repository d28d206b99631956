using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Sources;

namespace PgGitOps.Revisions;

/// <summary>The rules of a revision that may say something else once somebody has looked at its clusters.</summary>
/// <remarks>One for whoever looks: the loop, drift and prove --live hear the same of the same clusters.</remarks>
internal sealed class LiveRuleSet
{
    private readonly RuleBundle bundle;
    private readonly FleetReading reading;
    private readonly FleetProof proof;

    private LiveRuleSet(RuleBundle bundle, FleetReading reading, FleetProof proof)
    {
        this.bundle = bundle;
        this.reading = reading;
        this.proof = proof;
    }

    /// <param name="asks">Whether the text of a rule speaks of what is looked at.</param>
    /// <param name="reading">Reads the tree, only where some rule asks.</param>
    /// <returns>Null where no rule asks, so that nothing has to be run; and where the documents do not hold.</returns>
    public static LiveRuleSet? Of(SourceTree tree, Func<string, bool> asks, Func<SourceTree, FleetReading> reading)
    {
        var files = Files(tree, asks).Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        if (files.Count == 0 || reading(tree) is not { Fleet: { } fleet } read)
            return null;
        // Settings name rules of the whole bundle; what is wrong elsewhere in it is not asked here.
        var whole = RuleBundleReader.Read(tree, read);
        var settings = whole.Withheld.Any(r => files.Contains(r.Path));
        var asked = new RuleBundle(
            [.. whole.Rules.Where(r => files.Contains(r.Path))],
            [.. whole.Broken.Where(d => files.Contains(d.Span.Path) || (settings && SettingsInForce.IsOfSetting(d)))]
        );
        return new(asked, read, Prover.Prove(fleet));
    }

    /// <summary>The files of rules that ask; also of those that cannot be read as a rule.</summary>
    public static IEnumerable<SourceFile> Files(SourceTree tree, Func<string, bool> asks) =>
        tree.Files.Where(f => RuleBundleReader.IsRule(f.Path) && asks(Encoding.UTF8.GetString(f.Content.Span)));

    /// <param name="live">By context.</param>
    /// <param name="seen">By cluster.</param>
    /// <param name="concerns">Whether a document is among those that somebody wants to hear of.</param>
    public LiveRuleReport Judge(
        RuleRoute rules,
        DateTimeOffset now,
        IReadOnlyDictionary<string, LiveContext> live,
        IReadOnlyDictionary<string, ClusterSnapshot> seen,
        Func<string, bool> concerns
    ) =>
        LiveRuleReport.Of(
            bundle.Rules.Select(r => r.Header),
            rules.Judge(bundle, null, reading, now, new RuleKnowledge(proof, live, seen)),
            concerns
        );
}
