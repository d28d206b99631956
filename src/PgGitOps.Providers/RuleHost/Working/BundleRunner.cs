using System.Diagnostics.CodeAnalysis;
using System.Runtime.Loader;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Policies.Language;
using PgGitOps.Core.Policies.Machinery;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>One run: a rule on one document, or on the fleet (<see cref="Subject"/> is -1).</summary>
/// <param name="Site">Last tick, for the place of an error; -1 when none ran.</param>
internal sealed record RunResult(int Rule, int Subject, RunEnd End, string Reason, int Site, long Fuel, Evaluation Evaluation);

/// <param name="Number">Place in the bundle, which is the number in the class's name.</param>
internal sealed record RunnableRule(int Number, string Subject, IReadOnlyDictionary<string, ParameterValue> Parameters)
{
    public bool Equals(RunnableRule? other) =>
        other is not null
        && Number == other.Number
        && Subject == other.Subject
        && Parameters.Count == other.Parameters.Count
        && Enumerable.All(Parameters, p => other.Parameters.TryGetValue(p.Key, out var value) && p.Value == value);

    public override int GetHashCode() => HashCode.Combine(Number, Subject, Parameters.Count);
}

/// <summary>Runs compiled rules over a corpus. Lives in the worker.</summary>
[RequiresUnreferencedCode("It loads compiled rules.")]
internal sealed class BundleRunner : IDisposable
{
    // Deep enough for DepthMax frames of the largest functions, small against the address-space limit.
    private const int StackBytes = 32 * 1024 * 1024;

    private readonly AssemblyLoadContext context = new("rules", isCollectible: true);
    private readonly System.Reflection.Assembly assembly;

    public BundleRunner(byte[] image) => assembly = context.LoadFromStream(new MemoryStream(image, writable: false));

    /// <summary>Fuel of a run on one document, and what a run on the fleet gets for each document beyond it.</summary>
    public long FuelBase { get; init; } = 500_000;

    public long FuelPerDocument { get; init; } = 20_000;

    public bool Trace { get; init; }

    /// <summary>Runs every rule on every subject of it that <paramref name="wanted"/> admits.</summary>
    public void Run(
        IReadOnlyList<RunnableRule> rules,
        Corpus corpus,
        DateTimeOffset now,
        Func<int, int, bool> wanted,
        Action<int> starting,
        Action<RunResult> finished
    )
    {
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    RunAll(rules, corpus, now, wanted, starting, finished);
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            StackBytes
        );
        thread.Start();
        thread.Join();
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failure).Throw();
    }

    private void RunAll(
        IReadOnlyList<RunnableRule> rules,
        Corpus corpus,
        DateTimeOffset now,
        Func<int, int, bool> wanted,
        Action<int> starting,
        Action<RunResult> finished
    )
    {
        var plan = FuelPlan.Of(FuelBase, FuelPerDocument, corpus.Documents.Count);
        var all = plan.All;
        foreach (var rule in rules)
        {
            var left = plan.Rule;
            var type =
                Array.Find(assembly.GetTypes(), t => t.Name == $"Rule_{rule.Number}")
                ?? throw new InvalidOperationException($"The compiled bundle holds no rule {rule.Number}.");
            IReadOnlyList<int> subjects = rule.Subject == RuleHeader.FleetSubject ? [-1] : corpus.OfKind(rule.Subject);
            starting(rule.Number);
            foreach (var subject in subjects)
            {
                if (!wanted(rule.Number, subject))
                    continue;
                var run = RunOne(rule, type, subject, corpus, now, Math.Max(0, Math.Min(plan.Run, Math.Min(left, all))));
                (left, all) = (left - run.Fuel, all - run.Fuel);
                finished(run);
            }
        }
    }

    private RunResult RunOne(RunnableRule rule, Type type, int subject, Corpus corpus, DateTimeOffset now, long fuel)
    {
        var tank = new FuelTank(fuel, Trace);
        var evaluation = new Evaluation(corpus, tank, now, rule.Parameters) { Reads = Trace ? new OrderedReads() : null };
        var (end, reason) = (RunEnd.Finished, "");
        Fuel.Tank = tank;
        try
        {
            var instance = (Rule)Activator.CreateInstance(type)!;
            instance.Begin(evaluation, subject);
            instance.Perform();
            if (evaluation.NotApplicable is { } why)
                (end, reason) = (RunEnd.NotApplicable, why);
            if (ResultCodec.Said(evaluation.Findings) > ResultCodec.SaidMax)
                throw tank.Stop(
                    string.Create(
                        System.Globalization.CultureInfo.InvariantCulture,
                        $"the rule said more than {ResultCodec.SaidMax} characters in one run"
                    )
                );
        }
        catch (RuleStopped e)
        {
            (end, reason) = (RunEnd.Error, e.Message);
        }
        catch (Exception e)
        {
            // Whatever a rule's code ends with is the rule's error: never a pass, never the worker's end.
            (end, reason) = (RunEnd.Error, Describe(e));
        }
        finally
        {
            Fuel.Tank = null;
        }
        return new RunResult(rule.Number, subject, end, reason, tank.Site, tank.Spent, evaluation);
    }

    private static string Describe(Exception e) =>
        e switch
        {
            NullReferenceException => "something that is null was used; ask with ?. or 'is { } x' first",
            OverflowException => "a number overflowed",
            DivideByZeroException => "a number was divided by zero",
            ArgumentOutOfRangeException or IndexOutOfRangeException => "an index is out of range",
            KeyNotFoundException => "the dictionary has no such key",
            InvalidCastException => "a value is not of the type it was cast to",
            OutOfMemoryException => "the rule used too much memory",
            System.Runtime.CompilerServices.SwitchExpressionException => "no arm of a switch fits the value",
            _ => $"{e.GetType().Name}: {e.Message}",
        };

    public void Dispose() => context.Unload();
}
