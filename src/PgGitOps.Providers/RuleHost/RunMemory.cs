using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Jail;

namespace PgGitOps.Providers.RuleHost;

/// <summary>What earlier processes ran of a bundle, where their cache can be believed.</summary>
internal sealed class RunMemory(BundleCache? cache, RuleEngineOptions options, Func<ManagedProgram> program)
{
    // To run the rules on one document in twenty again costs less than to write down what they said of all: a commit of one file writes nothing.
    private const int WrittenFrom = 20;

    private (string Key, RememberedRuns Runs)? last;
    private volatile HashSet<string> quiet = [];

    /// <summary>Tells which files the documents will come from: those of which an earlier process remembers that rules have nothing to say are not handed on before they are asked for.</summary>
    public void Expect(RuleBundle bundle, IEnumerable<SourceFile> files)
    {
        if (Of(bundle) is { Documents: { Count: > 0 } documents })
            quiet = files
                .Where(f => documents.TryGetValue(f.Path, out var known) && known.Blob == f.BlobId)
                .Select(f => f.Path)
                .ToHashSet(StringComparer.Ordinal);
    }

    public bool IsQuiet(string path) => quiet.Contains(path);

    /// <summary>Runs that an earlier process found to say nothing, and that nothing since can have changed; null where nothing is remembered.</summary>
    public Func<RuleHeader, string?, RuleRun?>? Recall(
        RuleBundle bundle,
        IReadOnlyDictionary<string, (string Path, string Blob)> documents
    ) =>
        Of(bundle) is { Documents.Count: > 0 } known && known.Settings == RememberedRuns.SettingsOf(bundle, options)
            ? known.Recall(bundle, documents)
            : null;

    public void Keep(
        RuleBundle bundle,
        RuleEvaluation evaluation,
        IReadOnlyDictionary<string, (string Path, string Blob)> documents
    )
    {
        // What is wrong with the rules themselves is told anew each time.
        if (Of(bundle) is not { } known || evaluation.Problems.Count > 0)
            return;
        var unknown = documents.Values.Count(d =>
            !known.Documents.TryGetValue(d.Path, out var document) || document.Blob != d.Blob
        );
        if (unknown * WrittenFrom < known.Documents.Count && known.Settings == RememberedRuns.SettingsOf(bundle, options))
            return;
        var remembered = RememberedRuns.Of(bundle, evaluation.Runs, documents, options);
        if (remembered.Documents.Count == 0)
            return;
        cache!.KeepRuns(last!.Value.Key, remembered);
        last = (last.Value.Key, remembered);
    }

    public static List<RuleText> TextsOf(RuleBundle bundle) =>
        [
            .. bundle.Rules.Select(
                (r, i) => new RuleText(i, r.Path, r.Text, r.Header.Subject, [.. r.Header.Parameters.Select(p => p.Name)])
            ),
        ];

    private RememberedRuns? Of(RuleBundle bundle)
    {
        if (
            cache is not { Distrust: null }
            || options.Unjailed
            || options.Trace
            || bundle.Rules.Count == 0
            || bundle.Broken.Count > 0
        )
            return null;
        var key = BundleCache.KeyOf(program(), TextsOf(bundle), options.Layers);
        if (last?.Key != key)
            last = (key, cache.FindRuns(key) ?? RememberedRuns.None);
        return last.Value.Runs;
    }
}
