using System.Diagnostics;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Jail;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>Compiles and runs bundles of rules, in workers that hold nothing and reach nothing.</summary>
/// <remarks>Not for two threads at once. A worker that finished well is kept for the next evaluation.</remarks>
public sealed class RuleEngine(RuleEngineOptions options) : IDisposable
{
    private readonly BundleCache? cache = options.CacheDirectory is { } directory ? new BundleCache(directory) : null;
    private BundleMemory? remembered;
    private volatile bool stopped;
    private volatile WorkerProcess? worker;
    private volatile WorkerProcess? compiling;
    private (string? Key, CompiledRules? Rules) last;
    private EquatableArray<RuleSource> made;
    private (Task<bool> Made, DocumentFeed Feed)? preparing;
    private volatile bool disposed;
    private ManagedProgram? program;
    private RunMemory? runs;

    private BundleMemory Remembered =>
        remembered ??= new BundleMemory(cache, BundleCache.KeyOf(Program, [], options.Layers), options.Clock);

    /// <summary>What earlier processes ran.</summary>
    internal RunMemory Runs => runs ??= new RunMemory(cache, options, () => Program);

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
        stopped = false;
        var feed = new DocumentFeed();
        preparing = (Task.Run(() => MakeAndFeed(bundle, feed)), feed);
    }

    /// <summary>A document that will be judged, or may be, as soon as it is read. From any thread; only after <see cref="Prepare"/> it has an effect.</summary>
    public void Offer(ReadDocument document)
    {
        if (preparing is { Feed: var feed } && !Runs.IsQuiet(document.Path) && RuleDocument.Of(document) is { } offered)
            feed.Add(offered);
    }

    /// <inheritdoc cref="RunMemory.Expect"/>
    public void Expect(RuleBundle bundle, IEnumerable<SourceFile> files) => Runs.Expect(bundle, files);

    /// <param name="chosen">Rule id and subject of the runs wanted; null for all.</param>
    /// <param name="cancel">Ends the process of the rules at once.</param>
    /// <exception cref="OperationCanceledException"/>
    public RuleEvaluation Evaluate(
        RuleBundle bundle,
        IReadOnlyList<ReadDocument> documents,
        DateTimeOffset now,
        IReadOnlySet<(string Rule, string? Subject)>? chosen = null,
        CancellationToken cancel = default
    )
    {
        stopped = false;
        using var stopping = cancel.Register(Stop);
        try
        {
            return EvaluateAlone(bundle, documents, now, chosen, cancel);
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            Discard();
            throw new OperationCanceledException(cancel);
        }
        finally
        {
            // The machine may be kinder to whoever asks next.
            if (last.Rules is { CompilerLost: true })
                (last, made) = (default, default);
        }
    }

    private void Stop()
    {
        stopped = true;
        compiling?.Stop();
        worker?.Stop();
    }

    private RuleEvaluation EvaluateAlone(
        RuleBundle bundle,
        IReadOnlyList<ReadDocument> documents,
        DateTimeOffset now,
        IReadOnlySet<(string Rule, string? Subject)>? chosen,
        CancellationToken cancel
    )
    {
        if (bundle.Rules.Count == 0)
            return new RuleEvaluation([], [], Compiled: false);
        var problems = new List<Diagnostic>();
        if (options.Unjailed)
            problems.Add(
                RuleFindings.Unjailed.At(bundle.Rules[0].Header.At, "rules run without a jail, because a flag says so") with
                {
                    Severity = Severity.Warning,
                }
            );
        var corpus = documents.Select(RuleDocument.Of).OfType<RuleDocument>().ToList();
        try
        {
            // Another bundle may have been prepared.
            var prepared = Prepared();
            var hit = Make(bundle) && prepared is not false;
            var compiled = last.Rules!;
            if (cache?.Distrust is { } distrust)
                problems.Add(
                    RuleFindings.CacheNotTrusted.At(
                        bundle.Rules[0].Header.At,
                        distrust,
                        "make the directory anew, or name another one by XDG_CACHE_HOME"
                    ) with
                    {
                        Severity = Severity.Note,
                    }
                );
            problems.AddRange(
                compiled.Findings.Select(f => new Diagnostic(
                    Severity.Error,
                    f.Id,
                    PlainText.OneLine(f.Message),
                    SpanOf(bundle, f.Rule, f.Place)
                ))
            );
            var judge = new RunReading(bundle, corpus, compiled);
            IReadOnlyList<RuleRun> runs = Run(judge, bundle, corpus, compiled, now, chosen, cancel);
            if (chosen is null)
                runs = FuelPlan.Of(options.FuelBase, options.FuelPerDocument, corpus.Count).Settle(runs);
            return new RuleEvaluation(runs.ToEquatableArray(), problems.ToEquatableArray(), !hit)
            {
                Statements = compiled
                    .Sites.Distinct()
                    .GroupBy(s => s.Rule)
                    .Where(g => g.Key < bundle.Rules.Count)
                    .ToDictionary(g => bundle.Rules[g.Key].Header.Id, g => g.Count(), StringComparer.Ordinal),
            };
        }
        catch (Exception e) when (e is WorkerLost { NoJail: true } or JailUnavailable)
        {
            problems.Add(
                RuleFindings.NoJail.At(
                    bundle.Rules[0].Header.At,
                    $"no rule was run: {PlainText.OneLine(e.Message)}",
                    e is JailUnavailable
                        ? null
                        : "run on a kernel with Landlock and seccomp, or say --unjailed-rules to trust the rules"
                )
            );
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
                Conversation.Load(fed, options, bundle, last.Rules!);
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
        var texts = RunMemory.TextsOf(bundle);
        var key = BundleCache.KeyOf(Program, texts, options.Layers);
        var compiled = last.Key == key ? last.Rules : cache?.Find(key);
        // A bundle that is silent on a rule would pass it.
        if (compiled is not null && compiled.SilentOn(texts).Any())
            compiled = null;
        var hit = compiled is not null;
        if (compiled is null)
        {
            var (known, certain, unknown) = Remembered.Part(texts);
            compiled =
                unknown.Count == 0
                    ? new CompiledRules([], [], [], [])
                    : new BundleCompilation(options, StartCompiler, () => stopped).Compile(unknown);
            Remembered.Keep(unknown, compiled);
            var silent = compiled
                .SilentOn(unknown)
                .Select(r => new CompileFinding(
                    r.Number,
                    RuleFindings.Lowered.Id,
                    "the compiler says nothing of this rule, so it was not judged",
                    new RulePlace(1, 1, 1)
                ));
            compiled = compiled with
            {
                Findings = [.. known, .. compiled.Findings, .. silent],
                CompilerLost = compiled.CompilerLost || !certain,
            };
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

    private WorkerProcess StartCompiler()
    {
        var started = compiling = StartWorker(WorkerLimits.Compile);
        // Whoever cancelled before it was there could not end it.
        if (stopped)
            started.Stop();
        return started;
    }

    private List<RuleRun> Run(
        RunReading judge,
        RuleBundle bundle,
        List<RuleDocument> corpus,
        CompiledRules compiled,
        DateTimeOffset now,
        IReadOnlySet<(string Rule, string? Subject)>? chosen,
        CancellationToken cancel
    )
    {
        var runs = new List<RuleRun>();
        if (compiled.Rules.Count == 0)
            return runs;
        var runnable = Conversation.Runnable(bundle, compiled);
        var wanted = chosen is null ? null : judge.Numbers(chosen);
        var done = new HashSet<int>();
        var clock = Stopwatch.StartNew();
        var took = new Dictionary<int, TimeSpan>();
        var ended = new List<int>();
        // A limit of processor time counts from a worker's birth: one that has served long must not end in the middle of a rule.
        if (worker is { IsFresh: false })
            Discard();
        var kept = worker is not null;
        while (done.Count < runnable.Count)
        {
            var current = -1;
            var began = clock.Elapsed;
            var reports = new List<RunReport>();
            try
            {
                cancel.ThrowIfCancellationRequested();
                worker ??= StartWorker(WorkerLimits.Evaluate);
                cancel.ThrowIfCancellationRequested();
                worker.Limit(Conversation.Share(options, clock));
                Conversation.Load(worker, options, bundle, compiled);
                Conversation.Run(
                    worker,
                    corpus,
                    compiled,
                    now,
                    done,
                    wanted,
                    number =>
                    {
                        Settle();
                        (current, began) = (number, clock.Elapsed);
                        worker.Limit(Conversation.Share(options, clock));
                    },
                    reports.Add
                );
                Settle();
                worker.Rest();
                return runs;
            }
            catch (Exception e) when (e is WorkerLost { NoJail: false } or InvalidDataException or EndOfStreamException)
            {
                Discard();
                cancel.ThrowIfCancellationRequested();
                var left = options.EvaluateBudget - clock.Elapsed;
                if (current < 0 && kept && left > TimeSpan.Zero)
                {
                    // It died while it waited for work, which says nothing about the rules.
                    kept = false;
                    continue;
                }
                if (current >= 0)
                {
                    took[current] = clock.Elapsed - began;
                    if (left > TimeSpan.Zero)
                    {
                        runs.AddRange(judge.Lost(current, e.Message, e is WorkerLost { ByMachine: true }, wanted));
                        done.Add(current);
                        ended.Add(current);
                    }
                }
                if (current < 0 || left <= TimeSpan.Zero || ended.Count > options.RestartsMax)
                {
                    // Not one rule's doing, or too many of them: what is left was not judged, and says so.
                    var why =
                        left <= TimeSpan.Zero ? Conversation.UsedUp(options, bundle, took)
                        : current < 0 ? $"the rule was not judged: {e.Message}"
                        : Conversation.EndedByOthers(bundle, ended);
                    runs.AddRange(
                        runnable
                            .Where(r => !done.Contains(r.Number))
                            .SelectMany(r => judge.Lost(r.Number, why, byMachine: true, wanted))
                    );
                    return Conversation.InOrder(runs, runnable, bundle);
                }
            }

            void Settle()
            {
                if (current >= 0)
                {
                    runs.AddRange(reports.Select(judge.Read));
                    took[current] = clock.Elapsed - began;
                    done.Add(current);
                }
                reports.Clear();
            }
        }
        return runs;
    }

    internal static SourceSpan SpanOf(RuleBundle bundle, int rule, RulePlace place) =>
        rule >= 0 && rule < bundle.Rules.Count
            ? new SourceSpan(bundle.Rules[rule].Path, place.Line, place.Column, place.EndColumn)
            : SourceSpan.WholeFile("policies/rules");

    private WorkerProcess StartWorker(string role)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        WorkersStarted++;
        return WorkerProcess.Start(
            Program,
            role,
            options.Unjailed ? "unjailed"
                : options.PretendNoLandlock || File.Exists(options.NoLandlockWhile) ? "no-landlock"
                : "jailed"
        );
    }

    private void Discard()
    {
        worker?.Dispose();
        worker = null;
    }

    public void Dispose()
    {
        disposed = true;
        Stop();
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
