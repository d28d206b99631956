using System.Diagnostics;
using System.Globalization;
using PgGitOps.Core.Policies;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>Compiles a bundle in a worker of its own, and finds the rules that kill the compiler.</summary>
/// <remarks>
/// Bounded as a whole, whatever the rules hold: first all together; where that ends the compiler, each by itself in one more worker,
/// which says what it turns to, so that every rule that ends it costs its own share and one start; then the sound ones together.
/// </remarks>
internal sealed class BundleCompilation(RuleEngineOptions options, Func<WorkerProcess> start, Func<bool> stopped)
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly List<CompileFinding> lost = [];
    private readonly List<(RuleText Rule, TimeSpan Took)> dear = [];
    private readonly Dictionary<int, CompileFinding> deadly = [];
    private bool byMachine;

    private TimeSpan Remaining => options.CompileBudget - clock.Elapsed;

    public CompiledRules Compile(List<RuleText> rules)
    {
        if (Together(rules, out _) is { } whole)
            return whole;
        var left = Sound(rules);
        if (left.Count > 0 && Remaining > TimeSpan.Zero)
        {
            if (Together(left, out var why) is { } compiled)
                return compiled with { Findings = [.. lost, .. compiled.Findings], CompilerLost = byMachine, Deadly = deadly };
            foreach (var rule in left)
                Lose(rule, RuleFindings.NotAllowed, $"the rule cannot be compiled: the rules compile one by one and not together: {why}");
            left = [];
        }
        var names = string.Join(", ", dear.OrderByDescending(d => d.Took).ThenBy(d => d.Rule.Number).Take(5).Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Rule.Path} ({d.Took.TotalSeconds:0} s)")));
        foreach (var rule in left)
        {
            byMachine = true;
            Lose(rule, RuleFindings.Budget, string.Create(CultureInfo.InvariantCulture, $"the rule was not judged: the budget of {options.CompileBudget.TotalSeconds:0} s for compiling was used up{(names.Length == 0 ? "" : $", most of it by {names}")}"));
        }
        return new CompiledRules([], [], [], lost) { CompilerLost = byMachine, Deadly = deadly };
    }

    private void Lose(RuleText rule, Core.Desired.DiagnosticRule finding, string message) => lost.Add(new CompileFinding(rule.Number, finding.Id, message, new RulePlace(1, 1, 1)));

    private CompiledRules? Together(List<RuleText> rules, out string why)
    {
        why = "";
        try
        {
            using var worker = start();
            worker.Limit(new Patience(options.CompileShare * 2 + TimeSpan.FromMilliseconds(100) * rules.Count, AtMost(options.CompileBudget / 2)));
            worker.Send(Wire.Compile, to => Messages.Write(to, rules, options.Layers));
            var (kind, body) = worker.Receive();
            if (kind != Wire.Compiled)
                throw new WorkerLost("the compiler answered something else");
            return Messages.ReadCompiled(Wire.Reader(body));
        }
        catch (Exception e) when (e is WorkerLost { NoJail: false } or InvalidDataException or EndOfStreamException)
        {
            if (stopped())
                throw new OperationCanceledException();
            why = e is WorkerLost ? e.Message : "the compiler's answer was malformed";
            return null;
        }
    }

    /// <summary>The rules that compile by themselves, and those that were not tried before the budget was used up; of the others a finding is left.</summary>
    private List<RuleText> Sound(List<RuleText> rules)
    {
        var left = rules;
        for (var next = 0; next < left.Count && Remaining > TimeSpan.Zero;)
        {
            RuleText? current = null;
            var began = clock.Elapsed;
            try
            {
                using var worker = start();
                worker.Limit(new Patience(options.CompileShare * 2, AtMost(Remaining)));
                var tried = left[next..];
                worker.Send(Wire.Probe, to => Messages.Write(to, tried, options.Layers));
                while (worker.Receive() is var (kind, body) && kind == Wire.Started)
                {
                    // The first of a process pays for the compiler's own start.
                    worker.Limit(new Patience(current is null ? options.CompileShare * 2 : options.CompileShare, AtMost(Remaining)));
                    using var from = Wire.Reader(body);
                    var number = from.Read7BitEncodedInt();
                    current = tried.Find(r => r.Number == number) ?? throw new InvalidDataException("the compiler spoke of a rule that is not there");
                    next = left.IndexOf(current);
                    began = clock.Elapsed;
                }
                return left;
            }
            catch (Exception e) when (e is WorkerLost { NoJail: false } or InvalidDataException or EndOfStreamException)
            {
                if (stopped())
                throw new OperationCanceledException();
                if (current is null || Remaining <= TimeSpan.Zero)
                    break;
                dear.Add((current, clock.Elapsed - began));
                var machine = e is WorkerLost { ByMachine: true, TookTooMuch: false };
                byMachine |= machine;
                Lose(current, machine ? RuleFindings.Budget : RuleFindings.NotAllowed, $"the rule cannot be compiled: {e.Message}");
                if (!machine)
                    deadly[current.Number] = lost[^1];
                left = [.. left.Where(r => r.Number != current.Number)];
            }
        }
        return left;
    }

    // A share is of processor time alone: a compiler waits for nothing, and on a busy machine its time passes slowly.
    private TimeSpan AtMost(TimeSpan wanted) => wanted < Remaining ? wanted : Remaining > TimeSpan.Zero ? Remaining : TimeSpan.FromMilliseconds(1);
}
