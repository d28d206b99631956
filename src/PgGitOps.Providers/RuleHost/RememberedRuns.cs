using System.Text;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>Runs that found nothing and looked at nothing but their own document, by the path and the blob of that document.</summary>
/// <remarks>
/// The rules, the program that compiled them and the runtime are the name of the entry; what is set for the rules stands in it. A run that listed documents,
/// read another one, asked for the time, failed or found something is not kept: whoever asks next runs it again.
/// </remarks>
/// <param name="Settings">Values in force for the parameters of each rule, and the steps that runs may take.</param>
/// <param name="Documents">By path; a file of several documents is not kept.</param>
internal sealed record RememberedRuns(string Settings, IReadOnlyDictionary<string, RememberedRuns.Document> Documents)
{
    private const int DocumentsMax = 200_000,
        RunsMax = 1_000,
        TextMax = 4_000;

    public static RememberedRuns None { get; } = new("", new Dictionary<string, Document>());

    /// <param name="Runs">The same list for all documents of which rules said the same: a fleet has few.</param>
    public sealed record Document(string Blob, string Id, EquatableArray<Run> Runs);

    /// <param name="Rule">Place of the rule in the bundle.</param>
    public sealed record Run(int Rule, bool Applies, bool ReadsDocument, string Reason, RulePlace At, long Fuel);

    public static string SettingsOf(RuleBundle bundle, RuleEngineOptions options)
    {
        using var text = new MemoryStream();
        using var to = new BinaryWriter(text, Encoding.UTF8);
        to.Write(options.FuelBase);
        to.Write(options.FuelPerDocument);
        Messages.Write(
            to,
            [],
            [
                .. bundle.Rules.Select(
                    (r, i) =>
                        new RunnableRule(
                            i,
                            r.Header.Subject,
                            r.Header.Parameters.ToDictionary(p => p.Name, p => p.InForce, StringComparer.Ordinal)
                        )
                ),
            ]
        );
        to.Flush();
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(text.ToArray()));
    }

    /// <summary>Whether a run depends on its own document and nothing else, and said nothing.</summary>
    private static bool IsQuiet(RuleRun run) =>
        run is { End: not RunEnd.Error, Findings.Count: 0, Trace: null, Subject: not null } && IsLocal(run);

    /// <summary>Whether it would have ended so among any other documents.</summary>
    public static bool IsLocal(RuleRun run) =>
        run is { ByMachine: false, ReadsUnknown: false, Reads: { Kinds.Count: 0, Clock: false } }
        && run.Reads.Documents.All(d => d == run.Subject);

    /// <param name="documents">Documents that alone stand in their file, by their names, with its path and blob.</param>
    public static RememberedRuns Of(
        RuleBundle bundle,
        IEnumerable<RuleRun> runs,
        IReadOnlyDictionary<string, (string Path, string Blob)> documents,
        RuleEngineOptions options
    )
    {
        var rules = bundle.Rules.Select((r, i) => (r.Header.Id, i)).ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal);
        var kept = new Dictionary<string, (string Blob, string Id, List<Run> Runs)>(StringComparer.Ordinal);
        foreach (var run in runs.Where(IsQuiet))
        {
            if (!documents.TryGetValue(run.Subject!, out var place) || run.Reason.Length > TextMax)
                continue;
            if (!kept.TryGetValue(place.Path, out var document))
                kept[place.Path] = document = (place.Blob, run.Subject!, []);
            document.Runs.Add(
                new(
                    rules[run.Rule.Id],
                    run.End == RunEnd.Finished,
                    run.Reads.Documents.Count > 0,
                    run.Reason,
                    new RulePlace(run.ErrorAt.Line, run.ErrorAt.Column, run.ErrorAt.EndColumn),
                    run.FuelSpent
                )
            );
        }
        return new(
            SettingsOf(bundle, options),
            kept.ToDictionary(
                k => k.Key,
                k => new Document(k.Value.Blob, k.Value.Id, k.Value.Runs.ToEquatableArray()),
                StringComparer.Ordinal
            )
        );
    }

    /// <summary>The run of a rule on a document as it would come out again, or null. Made when it is asked for: a fleet has tens of thousands.</summary>
    /// <param name="documents">As for <see cref="Of"/>: one that moved or changed has none.</param>
    public Func<RuleHeader, string?, RuleRun?> Recall(
        RuleBundle bundle,
        IReadOnlyDictionary<string, (string Path, string Blob)> documents
    )
    {
        var rules = bundle.Rules.Select((r, i) => (r.Header.Id, i)).ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal);
        var known = new Dictionary<string, (EquatableArray<Run> Runs, RunReads Reads)>(documents.Count, StringComparer.Ordinal);
        foreach (var (id, (path, blob)) in documents)
        {
            if (Documents.TryGetValue(path, out var document) && document.Blob == blob && document.Id == id)
                known[id] = (document.Runs, new RunReads([id], [], Clock: false));
        }
        return (rule, subject) =>
        {
            if (subject is null || !known.TryGetValue(subject, out var found))
                return null;
            var number = rules[rule.Id];
            foreach (var run in found.Runs)
            {
                if (run.Rule == number)
                    return new RuleRun(
                        rule,
                        subject,
                        run.Applies ? RunEnd.Finished : RunEnd.NotApplicable,
                        run.Reason,
                        new SourceSpan(bundle.Rules[number].Path, run.At.Line, run.At.Column, run.At.EndColumn),
                        run.Fuel,
                        []
                    )
                    {
                        Reads = run.ReadsDocument ? found.Reads : Nothing,
                    };
            }
            return null;
        };
    }

    private static readonly RunReads Nothing = new([], [], Clock: false);

    public byte[] ToBytes()
    {
        var lists = new Dictionary<EquatableArray<Run>, int>();
        foreach (var document in Documents.Values)
            lists.TryAdd(document.Runs, lists.Count);
        using var body = new MemoryStream();
        using var to = new BinaryWriter(body, Encoding.UTF8);
        to.Write(Settings);
        to.WriteList(
            [.. lists.OrderBy(l => l.Value).Select(l => l.Key)],
            runs =>
                to.WriteList(
                    runs,
                    r =>
                    {
                        to.Write7BitEncodedInt(r.Rule);
                        to.Write(r.Applies);
                        to.Write(r.ReadsDocument);
                        to.Write(r.Reason);
                        to.Write7BitEncodedInt(r.At.Line);
                        to.Write7BitEncodedInt(r.At.Column);
                        to.Write7BitEncodedInt(r.At.EndColumn);
                        to.Write7BitEncodedInt64(r.Fuel);
                    }
                )
        );
        to.WriteList(
            [.. Documents.OrderBy(d => d.Key, StringComparer.Ordinal)],
            d =>
            {
                to.Write(d.Key);
                to.Write(d.Value.Blob);
                to.Write(d.Value.Id);
                to.Write7BitEncodedInt(lists[d.Value.Runs]);
            }
        );
        to.Flush();
        return body.ToArray();
    }

    public static RememberedRuns Read(BinaryReader from)
    {
        var settings = from.ReadText(64);
        var lists = from.ReadList(
            DocumentsMax,
            () =>
                from.ReadList(
                        RunsMax,
                        () =>
                            new Run(
                                from.Read7BitEncodedInt(),
                                from.ReadBoolean(),
                                from.ReadBoolean(),
                                from.ReadText(TextMax),
                                new RulePlace(from.Read7BitEncodedInt(), from.Read7BitEncodedInt(), from.Read7BitEncodedInt()),
                                from.Read7BitEncodedInt64()
                            )
                    )
                    .ToEquatableArray()
        );
        var documents = new Dictionary<string, Document>(StringComparer.Ordinal);
        foreach (
            var (path, document) in from.ReadList(
                DocumentsMax,
                () =>
                    (
                        from.ReadText(TextMax),
                        new Document(from.ReadText(64), from.ReadText(TextMax), lists[from.Read7BitEncodedInt()])
                    )
            )
        )
            documents[path] = document;
        return new(settings, documents);
    }
}
