using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Jail;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>What an evaluation came to.</summary>
/// <param name="Problems">Broken rules and settings, and why there was no jail: each an error unless it says otherwise.</param>
/// <param name="Compiled">True when the bundle had to be compiled.</param>
public sealed record RuleEvaluation(EquatableArray<RuleRun> Runs, EquatableArray<Diagnostic> Problems, bool Compiled)
{
    /// <summary>How many statements each rule has, by its id, for coverage.</summary>
    public IReadOnlyDictionary<string, int> Statements { get; init; } = new Dictionary<string, int>();
}

/// <summary>Compiles and runs bundles of rules, in workers that hold nothing and reach nothing.</summary>
/// <remarks>Not for two threads at once. A worker that finished well is kept for the next evaluation.</remarks>
public sealed class RuleEngine(RuleEngineOptions options) : IDisposable
{
    private readonly BundleCache? cache = options.CacheDirectory is { } directory ? new BundleCache(directory) : null;
    private WorkerProcess? worker;
    private (string? Key, CompiledRules? Rules) last;
    private EquatableArray<RuleSource> made;
    private (Task<bool> Made, DocumentFeed Feed)? preparing;
    private volatile bool disposed;
    private ManagedProgram? program;

    private ManagedProgram Program => program ??= ManagedProgram.Find();

    /// <summary>Processes that were started so far, for tests and logs.</summary>
    public int WorkersStarted { get; private set; }

    /// <summary>The worker kept for the next evaluation, or null.</summary>
    internal int? WorkerId => worker?.Id;

    /// <summary>Starts a worker and finds or compiles the rules beside what the caller does; the next evaluation waits for it.</summary>
    public void Prepare(RuleBundle bundle)
    {
        if (bundle.Rules.Count == 0 || preparing is not null)
            return;
        var feed = new DocumentFeed();
        preparing = (Task.Run(() => MakeAndFeed(bundle, feed)), feed);
    }

    /// <summary>A document that will be judged, or may be, as soon as it is read. From any thread; only after <see cref="Prepare"/> it has an effect.</summary>
    public void Offer(ReadDocument document)
    {
        if (preparing is { Feed: var feed } && RuleDocument.Of(document) is { } offered)
            feed.Add(offered);
    }

    /// <param name="chosen">Rule id and subject of the runs wanted; null for all.</param>
    public RuleEvaluation Evaluate(RuleBundle bundle, IReadOnlyList<ReadDocument> documents, DateTimeOffset now, IReadOnlySet<(string Rule, string? Subject)>? chosen = null)
    {
        if (bundle.Rules.Count == 0)
            return new RuleEvaluation([], [], Compiled: false);
        var problems = new List<Diagnostic>();
        if (options.Unjailed)
            problems.Add(RuleFindings.Unjailed.At(bundle.Rules[0].Header.At, "rules run without a jail, because a flag says so") with { Severity = Severity.Warning });
        var corpus = documents.Select(RuleDocument.Of).OfType<RuleDocument>().ToList();
        try
        {
            // Another bundle may have been prepared; then this one is found or compiled now.
            var prepared = Prepared();
            var hit = Make(bundle) && prepared is not false;
            var compiled = last.Rules!;
            problems.AddRange(compiled.Findings.Select(f => new Diagnostic(Severity.Error, f.Id, PlainText.OneLine(f.Message), SpanOf(bundle, f.Rule, f.Place))));
            var judge = new RunReading(bundle, corpus, compiled);
            var runs = Run(judge, bundle, corpus, compiled, now, chosen);
            return new RuleEvaluation(runs.ToEquatableArray(), problems.ToEquatableArray(), !hit)
            {
                Statements = compiled.Sites.Distinct().GroupBy(s => s.Rule).Where(g => g.Key < bundle.Rules.Count).ToDictionary(g => bundle.Rules[g.Key].Header.Id, g => g.Count(), StringComparer.Ordinal),
            };
        }
        catch (Exception e) when (e is WorkerLost { NoJail: true } or JailUnavailable)
        {
            problems.Add(RuleFindings.NoJail.At(bundle.Rules[0].Header.At, $"no rule was run: {PlainText.OneLine(e.Message)}", e is JailUnavailable ? null : "run on a kernel with Landlock and seccomp, or say --unjailed-rules to trust the rules"));
            return new RuleEvaluation([], problems.ToEquatableArray(), Compiled: false);
        }
    }

    /// <returns>Null where nothing was prepared; false when what was had to be compiled.</returns>
    private bool? Prepared()
    {
        if (preparing is not { } begun)
            return null;
        preparing = null;
        using (begun.Feed)
        {
            begun.Feed.Complete();
            return begun.Made.GetAwaiter().GetResult();
        }
    }

    private bool MakeAndFeed(RuleBundle bundle, DocumentFeed feed)
    {
        var hit = Make(bundle);
        try
        {
            if (worker is { IsFresh: true } fed)
            {
                Load(fed, bundle, last.Rules!);
                feed.Pump(fed);
            }
        }
        catch (WorkerLost e) when (!e.NoJail)
        {
            // Whoever asks finds it dead and starts another.
        }
        return hit;
    }

    /// <returns>False when the bundle had to be compiled.</returns>
    private bool Make(RuleBundle bundle)
    {
        if (last.Rules is not null && made == bundle.Rules)
            return true;
        var texts = bundle.Rules.Select((r, i) => new RuleText(i, r.Path, r.Text, r.Header.Subject, [.. r.Header.Parameters.Select(p => p.Name)])).ToList();
        var key = BundleCache.KeyOf(Program, texts, options.Layers);
        var compiled = last.Key == key ? last.Rules : cache?.Find(key);
        var hit = compiled is not null;
        if (compiled is null)
        {
            compiled = new BundleCompilation(options, () => StartWorker(WorkerLimits.Compile)).Compile(texts);
            // That a compiler was lost may be the machine's doing: the next process tries again.
            if (!compiled.CompilerLost)
                cache?.Keep(key, compiled);
        }
        (last, made) = ((key, compiled), bundle.Rules);
        // It starts while the documents are still being read.
        if (compiled.Rules.Count > 0)
            worker ??= StartWorker(WorkerLimits.Evaluate);
        return hit;
    }

    private List<RuleRun> Run(RunReading judge, RuleBundle bundle, List<RuleDocument> corpus, CompiledRules compiled, DateTimeOffset now, IReadOnlySet<(string Rule, string? Subject)>? chosen)
    {
        var runs = new List<RuleRun>();
        if (compiled.Rules.Count == 0)
            return runs;
        var runnable = Runnable(bundle, compiled);
        var wanted = chosen is null ? null : judge.Numbers(chosen);
        var done = new HashSet<int>();
        // A limit of processor time counts from a worker's birth: one that has served long must not end in the middle of a rule.
        if (worker is { IsFresh: false })
            Discard();
        var kept = worker is not null;
        for (var restarts = 0; done.Count < runnable.Count; restarts++)
        {
            var current = -1;
            var reports = new List<RunReport>();
            try
            {
                worker ??= StartWorker(WorkerLimits.Evaluate);
                Load(worker, bundle, compiled);
                Converse(worker, corpus, compiled, now, done, wanted, number =>
                {
                    Settle();
                    current = number;
                }, reports.Add);
                Settle();
                return runs;
            }
            catch (Exception e) when (e is WorkerLost { NoJail: false } or InvalidDataException or EndOfStreamException)
            {
                Discard();
                if (current < 0 && kept)
                {
                    // It died while it waited for work, which says nothing about the rules.
                    kept = false;
                    continue;
                }
                if (current < 0 || restarts >= options.RestartsMax)
                {
                    // Not one rule's doing, or too many of them: what is left was not judged, and says so.
                    runs.AddRange(runnable.Where(r => !done.Contains(r.Number)).SelectMany(r => judge.Lost(r.Number, e.Message, wanted)));
                    return runs;
                }
                runs.AddRange(judge.Lost(current, e.Message, wanted));
                done.Add(current);
            }

            void Settle()
            {
                if (current >= 0)
                {
                    runs.AddRange(reports.Select(judge.Read));
                    done.Add(current);
                }
                reports.Clear();
            }
        }
        return runs;
    }

    private static List<RunnableRule> Runnable(RuleBundle bundle, CompiledRules compiled) =>
        compiled.Rules.Select(n => new RunnableRule(n, bundle.Rules[n].Header.Subject, bundle.Rules[n].Header.Parameters.ToDictionary(p => p.Name, p => p.InForce, StringComparer.Ordinal))).ToList();

    private void Load(WorkerProcess worker, RuleBundle bundle, CompiledRules compiled)
    {
        var rules = Runnable(bundle, compiled);
        if (worker.Holds(compiled, rules))
            return;
        worker.Send(Wire.Load, to =>
        {
            Messages.Write(to, compiled.Image, rules);
            to.Write(options.FuelBase);
            to.Write(options.FuelPerDocument);
            to.Write(options.Trace);
        });
        worker.Hold(compiled, rules);
    }

    private void Converse(WorkerProcess worker, List<RuleDocument> corpus, CompiledRules compiled, DateTimeOffset now, HashSet<int> done, HashSet<(int, int)>? wanted, Action<int> starting, Action<RunReport> finished)
    {
        worker.Choose(corpus);
        worker.Send(Wire.Run, to =>
        {
            to.Write(now.UtcTicks);
            to.WriteList(done, to.Write7BitEncodedInt);
            to.Write(wanted is not null);
            if (wanted is not null)
            {
                to.WriteList(wanted, w =>
                {
                    to.Write7BitEncodedInt(w.Item1);
                    to.Write7BitEncodedInt(w.Item2 + 1);
                });
            }
        });
        var announced = new HashSet<int>(done);
        while (true)
        {
            var (kind, body) = worker.Receive(options.EvaluateWithin);
            using var from = Wire.Reader(body);
            switch (kind)
            {
                case Wire.Started:
                    var number = from.Read7BitEncodedInt();
                    if (!compiled.Rules.Contains(number) || !announced.Add(number))
                        throw new InvalidDataException("the worker spoke of a rule out of turn");
                    starting(number);
                    break;
                case Wire.Results:
                    while (from.BaseStream.Position < from.BaseStream.Length)
                        finished(ResultCodec.Read(from));
                    break;
                case Wire.Done:
                    return;
                default:
                    throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"the worker sent a message of kind {kind}"));
            }
        }
    }

    internal static SourceSpan SpanOf(RuleBundle bundle, int rule, RulePlace place) =>
        rule >= 0 && rule < bundle.Rules.Count ? new SourceSpan(bundle.Rules[rule].Path, place.Line, place.Column, place.EndColumn) : SourceSpan.WholeFile("policies/rules");

    private WorkerProcess StartWorker(string role)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        WorkersStarted++;
        return WorkerProcess.Start(Program, role, options.Unjailed ? "unjailed" : options.PretendNoLandlock || File.Exists(options.NoLandlockWhile) ? "no-landlock" : "jailed");
    }

    private void Discard()
    {
        worker?.Dispose();
        worker = null;
    }

    public void Dispose()
    {
        disposed = true;
        try
        {
            Prepared();
        }
        catch (Exception)
        {
            // Nobody asked for what was being prepared.
        }
        Discard();
    }
}
