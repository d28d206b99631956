using System.Globalization;
using PgGitOps.Core.Policies;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>What the engine and a worker say to each other about the rules of a bundle.</summary>
internal static class Conversation
{
    public static List<RunnableRule> Runnable(RuleBundle bundle, CompiledRules compiled) =>
        compiled
            .Rules.Select(n => new RunnableRule(
                n,
                bundle.Rules[n].Header.Subject,
                bundle.Rules[n].Header.Parameters.ToDictionary(p => p.Name, p => p.InForce, StringComparer.Ordinal)
            ))
            .ToList();

    public static void Load(WorkerProcess worker, RuleEngineOptions options, RuleBundle bundle, CompiledRules compiled)
    {
        var rules = Runnable(bundle, compiled);
        if (worker.Holds(compiled, rules))
            return;
        worker.Send(
            Wire.Load,
            to =>
            {
                Messages.Write(to, compiled.Image, rules);
                to.Write(options.FuelBase);
                to.Write(options.FuelPerDocument);
                to.Write(options.Trace);
            }
        );
        worker.Hold(compiled, rules);
    }

    /// <summary>Runs the rules that are not done, and reports what comes, until the last has ended.</summary>
    /// <exception cref="WorkerLost"/>
    /// <exception cref="InvalidDataException">It said what it cannot know.</exception>
    public static void Run(
        WorkerProcess worker,
        List<RuleDocument> corpus,
        CompiledRules compiled,
        DateTimeOffset now,
        HashSet<int> done,
        HashSet<(int, int)>? wanted,
        Action<int> starting,
        Action<RunReport> finished
    )
    {
        worker.Choose(corpus);
        worker.Send(
            Wire.Run,
            to =>
            {
                to.Write(now.UtcTicks);
                to.WriteList(done, to.Write7BitEncodedInt);
                to.Write(wanted is not null);
                if (wanted is not null)
                {
                    to.WriteList(
                        wanted,
                        w =>
                        {
                            to.Write7BitEncodedInt(w.Item1);
                            to.Write7BitEncodedInt(w.Item2 + 1);
                        }
                    );
                }
            }
        );
        var announced = new HashSet<int>(done);
        while (true)
        {
            var (kind, body) = worker.Receive();
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
                    throw new InvalidDataException(
                        string.Create(CultureInfo.InvariantCulture, $"the worker sent a message of kind {kind}")
                    );
            }
        }
    }

    public static string UsedUp(RuleEngineOptions options, RuleBundle bundle, Dictionary<int, TimeSpan> took) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"the rule was not judged: the budget of {options.EvaluateBudget.TotalSeconds:0} s for all rules was used up, most of it by {Names(bundle, took)}"
        );

    public static string EndedByOthers(RuleBundle bundle, List<int> ended) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"the rule was not judged: other rules ended their process {ended.Count} times, first {string.Join(", ", ended.Take(5).Select(n => bundle.Rules[n].Header.Id))}"
        );

    private static string Names(RuleBundle bundle, Dictionary<int, TimeSpan> took) =>
        string.Join(
            ", ",
            took.OrderByDescending(t => t.Value)
                .ThenBy(t => t.Key)
                .Take(5)
                .Select(t =>
                    string.Create(CultureInfo.InvariantCulture, $"{bundle.Rules[t.Key].Header.Id} ({t.Value.TotalSeconds:0.0} s)")
                )
        );

    public static List<RuleRun> InOrder(List<RuleRun> runs, List<RunnableRule> runnable, RuleBundle bundle)
    {
        var places = runnable
            .Select((r, i) => (bundle.Rules[r.Number].Header.Id, i))
            .ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal);
        return [.. runs.OrderBy(r => places[r.Rule.Id])];
    }

    // A rule that waits uses no processor time, and ends by the clock as well.
    private const int BusyMachine = 3;

    // Of one rule by processor time, so that a busy machine takes no verdict from it; of all by the clock.
    public static Patience Share(RuleEngineOptions options, System.Diagnostics.Stopwatch clock) =>
        new(
            options.EvaluateShare,
            TimeSpan.FromTicks(
                Math.Max(
                    TimeSpan.TicksPerMillisecond,
                    Math.Min((options.EvaluateShare * BusyMachine).Ticks, (options.EvaluateBudget - clock.Elapsed).Ticks)
                )
            )
        );
}
