using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>What a worker says, turned back into places of the policy repository. Believes no number it cannot check.</summary>
internal sealed class RunReading(RuleBundle bundle, IReadOnlyList<RuleDocument> corpus, CompiledRules compiled)
{
    // Values that the fingerprints of one run are made of, counted again for each: a fleet's largest document many times over.
    private const long FingerprintedMax = 5_000_000;

    private readonly RunReads?[] readsOfOne = new RunReads?[corpus.Count];
    private readonly Dictionary<(int Document, int Number), string> fingerprints = [];
    private (int Document, DocumentIndex Index)? indexed;
    private long fingerprinted;

    public RuleRun Read(RunReport report)
    {
        var rule = bundle.Rules[Within(report.Rule, bundle.Rules.Count)].Header;
        var subject = report.Subject < 0 ? null : NameOf(report.Subject);
        fingerprinted = 0;
        fingerprints.Clear();
        var findings = report.Findings.Select(Finding).ToEquatableArray();
        if (fingerprinted > FingerprintedMax)
            return new RuleRun(
                rule,
                subject,
                RunEnd.Error,
                "the rule reports too many large mappings and lists; report the value that is wrong",
                rule.At,
                report.Fuel,
                []
            )
            {
                Reads = ReadsOf(report),
            };
        return new RuleRun(
            rule,
            subject,
            report.End,
            PlainText.OneLine(report.Reason),
            report.Site >= 0 && report.Site < compiled.Sites.Count
                ? RuleEngine.SpanOf(bundle, compiled.Sites[report.Site].Rule, compiled.Sites[report.Site].Place)
                : rule.At,
            report.Fuel,
            findings
        )
        {
            Reads = ReadsOf(report),
            Trace =
                report.Visited.Length == 0 && report.Reads.Length == 0
                    ? null
                    : new RunTrace(
                        report
                            .Visited.Where(s => s < compiled.Sites.Count)
                            .Select(s => RuleEngine.SpanOf(bundle, compiled.Sites[s].Rule, compiled.Sites[s].Place))
                            .ToEquatableArray(),
                        report.Reads.Select(ValueRead).ToEquatableArray()
                    ),
        };
    }

    // Nearly every run reads its own document and nothing else: those share one answer.
    private RunReads ReadsOf(RunReport report)
    {
        if (report.DocumentsRead is not [var only] || report.KindsListed.Length > 0 || report.ClockRead)
            return new RunReads(
                report.DocumentsRead.Select(NameOf).Order(StringComparer.Ordinal).ToEquatableArray(),
                report.KindsListed.ToEquatableArray(),
                report.ClockRead
            );
        var name = NameOf(only);
        return readsOfOne[only] ??= new RunReads([name], [], Clock: false);
    }

    /// <summary>Runs of a rule that took the worker down: none of its results counts.</summary>
    public IEnumerable<RuleRun> Lost(int number, string why, bool byMachine, HashSet<(int, int)>? wanted)
    {
        var rule = bundle.Rules[number].Header;
        IEnumerable<int> subjects = rule.IsForFleet
            ? [-1]
            : Enumerable.Range(0, corpus.Count).Where(i => corpus[i].Kind == rule.Subject);
        return subjects
            .Where(s => wanted is null || wanted.Contains((number, s)))
            .Select(s => new RuleRun(rule, s < 0 ? null : NameOf(s), RunEnd.Error, PlainText.OneLine(why), rule.At, 0, [])
            {
                Reads = new RunReads([], [], Clock: false),
                ReadsUnknown = true,
                ByMachine = byMachine,
            });
    }

    public HashSet<(int, int)> Numbers(IReadOnlySet<(string Rule, string? Subject)> chosen)
    {
        var rules = bundle.Rules.Select((r, i) => (r.Header.Id, i)).ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal);
        var documents = Enumerable
            .Range(0, corpus.Count)
            .GroupBy(NameOf, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        return
        [
            .. chosen
                .Where(c => rules.ContainsKey(c.Rule) && (c.Subject is null || documents.ContainsKey(c.Subject)))
                .Select(c => (rules[c.Rule], c.Subject is null ? -1 : documents[c.Subject])),
        ];
    }

    private RawFinding Finding(FindingReport report)
    {
        var document = corpus[Within(report.Place.Document, corpus.Count)];
        var (at, field, value) = Place(report.Place);
        return new RawFinding(
            document.Id,
            PlainText.OneLine(field),
            PlainText.OneLine(value),
            PlainText.OneLine(report.Message),
            report.Hint is null ? null : PlainText.OneLine(report.Hint),
            at,
            report.Related.Select(r => new RelatedPlace(Place(r.Place).At, PlainText.OneLine(r.Text))).ToEquatableArray(),
            report.Edits.Select(Edit).ToEquatableArray()
        );
    }

    // A mapping or a list is shown at its key: that is the word a reader looks for.
    private (SourceSpan At, string Field, string Value) Place(PlaceReport place)
    {
        var document = corpus[Within(place.Document, corpus.Count)];
        var found = Find(place);
        var shown = found.Node.IsScalar ? found.Node : found.Key ?? (found.Node.Keys is [var first, ..] ? first : found.Node);
        var field =
            place.Missing.Length == 0 ? found.Path
            : found.Path.Length == 0 || place.Missing[0] == '[' ? found.Path + place.Missing
            : $"{found.Path}.{place.Missing}";
        return (
            shown.SpanIn(document.Path),
            field,
            place.Missing.Length == 0 ? Fingerprint(place, found) : ValueFingerprint.Of(null)
        );
    }

    private IndexedValue Find(PlaceReport place)
    {
        if (indexed is not { } index || index.Document != place.Document)
            indexed = index = (place.Document, new DocumentIndex(corpus[Within(place.Document, corpus.Count)].Root));
        return index.Index.Find(place.Node) ?? throw new InvalidDataException("the worker spoke of a value that is not there");
    }

    private string Fingerprint(PlaceReport place, IndexedValue found)
    {
        if (fingerprints.TryGetValue((place.Document, place.Node), out var known))
            return known;
        if ((fingerprinted += found.Values) > FingerprintedMax)
            return "";
        return fingerprints[(place.Document, place.Node)] = ValueFingerprint.Of(found.Node);
    }

    private RuleEdit Edit(EditReport edit)
    {
        var document = corpus[Within(edit.Place.Document, corpus.Count)];
        var node = Find(edit.Place).Node;
        var at = edit.Adds && node.Keys is [var first, ..] ? first : node;
        return new RuleEdit(
            at.SpanIn(document.Path),
            edit.Adds ? edit.Key : "",
            edit.Text,
            edit.Safe && edit.Place.Missing.Length == 0 && (edit.Adds || node.IsScalar)
        );
    }

    private ValueRead ValueRead((int Document, string Path, string? Text) read)
    {
        var document = corpus[Within(read.Document, corpus.Count)];
        var node = new Core.Desired.ReadDocument(document.Path, document.Kind, document.Name, document.Root, null).Find(
            read.Path
        );
        return new ValueRead(
            document.Id,
            PlainText.OneLine(read.Path),
            read.Text is null ? null : PlainText.OneLine(read.Text),
            (node ?? document.Root).SpanIn(document.Path)
        );
    }

    private string NameOf(int document) => corpus[Within(document, corpus.Count)].Id;

    private static int Within(int number, int count) =>
        (uint)number < (uint)count ? number : throw new InvalidDataException("the worker spoke of something that is not there");
}
