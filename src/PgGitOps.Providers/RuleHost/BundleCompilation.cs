using System.Diagnostics;
using System.Globalization;
using PgGitOps.Core.Policies;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>Compiles a bundle in a worker of its own, and finds the rules that kill the compiler.</summary>
/// <remarks>
/// Bounded as a whole, whatever the rules hold: first all together; where that ends the compiler, each by itself in one more worker,
/// which says what it turns to, so that every rule that ends it costs its own share and one start; then the sound ones together, for
/// which a part of the time is kept.
/// </remarks>
internal sealed class BundleCompilation(RuleEngineOptions options, Func<WorkerProcess> start, Func<bool> stopped)
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly List<CompileFinding> lost = [];
    private readonly List<(RuleText Rule, TimeSpan Took)> dear = [];
    private readonly Dictionary<int, CompilerTrouble> troubles = [];
    private bool byMachine;

    private TimeSpan Remaining => options.CompileBudget - clock.Elapsed;

    /// <summary>Kept for the sound rules, which may take it together in the end.</summary>
    private TimeSpan ForTheSound => options.CompileBudget / 4;

    /// <summary>What one rule, or the first try with all of them, may take of time that passes: on a busy machine the share of processor time does not bound it.</summary>
    private TimeSpan OfTime => options.CompileBudget / 5;

    public CompiledRules Compile(List<RuleText> rules)
    {
        if (Together(rules, OfTime * 2, out var first) is { } whole)
            return whole;
        List<RuleText> sound = [],
            untried = [];
        if (rules.Count == 1)
            Trouble(rules[0], first!, clock.Elapsed);
        else
            (sound, untried) = Sound(rules);
        // Where one rule was the trouble, those that were not tried are sound, as far as anybody can tell.
        var proven = untried.Count == 0;
        if (!proven && (troubles.Count < 2 || sound.Count == 0))
            (sound, untried) = ([.. sound, .. untried], []);
        if (sound.Count > 0 && Remaining > TimeSpan.Zero)
        {
            if (Together(sound, Remaining, out var why) is { } compiled)
            {
                NotTried(untried);
                return compiled with
                {
                    Findings = [.. lost, .. compiled.Findings],
                    CompilerLost = byMachine,
                    Troubles = troubles,
                };
            }
            if (IsMachine(why!) || !proven)
                untried = [.. sound, .. untried];
            else
            {
                foreach (var rule in sound)
                    Lose(
                        rule,
                        RuleFindings.NotAllowed,
                        $"the rule cannot be compiled: the rules compile one by one and not together: {why!.Message}"
                    );
            }
        }
        else
            untried = [.. sound, .. untried];
        NotTried(untried);
        return new CompiledRules([], [], [], lost) { CompilerLost = byMachine, Troubles = troubles };
    }

    private void NotTried(List<RuleText> rules)
    {
        var names = string.Join(
            ", ",
            dear.OrderByDescending(d => d.Took)
                .ThenBy(d => d.Rule.Number)
                .Take(5)
                .Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Rule.Path} ({d.Took.TotalSeconds:0} s)"))
        );
        foreach (var rule in rules)
        {
            byMachine = true;
            Lose(
                rule,
                RuleFindings.Budget,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the rule was not judged: the budget of {options.CompileBudget.TotalSeconds:0} s for compiling was used up{(names.Length == 0 ? "" : $", most of it by {names}")}"
                )
            );
        }
    }

    private void Lose(RuleText rule, Core.Desired.DiagnosticRule finding, string message) =>
        lost.Add(new CompileFinding(rule.Number, finding.Id, message, new RulePlace(1, 1, 1)));

    private void Trouble(RuleText rule, WorkerLost why, TimeSpan took)
    {
        dear.Add((rule, took));
        var machine = IsMachine(why);
        byMachine |= machine;
        Lose(
            rule,
            machine ? RuleFindings.Budget : RuleFindings.NotAllowed,
            machine
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"the rule was not judged: compiling it was given up after {took.TotalSeconds:0} s: {why.Message}"
                )
                : $"the rule cannot be compiled: {why.Message}"
        );
        troubles[rule.Number] = new CompilerTrouble(lost[^1], !machine, took);
    }

    // A rule that used its share of processor time did so on any machine.
    private static bool IsMachine(WorkerLost why) => why is { ByMachine: true, TookTooMuch: false };

    private CompiledRules? Together(List<RuleText> rules, TimeSpan time, out WorkerLost? why)
    {
        why = null;
        try
        {
            using var worker = start();
            worker.Limit(
                new Patience(options.CompileShare * 2 + TimeSpan.FromMilliseconds(100) * rules.Count, AtMost(time, TimeSpan.Zero))
            );
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
            why = e as WorkerLost ?? new WorkerLost("the compiler's answer was malformed");
            return null;
        }
    }

    /// <summary>The rules that compile by themselves, and those that were not tried before the time for it was used up; of the others a finding is left.</summary>
    private (List<RuleText> Sound, List<RuleText> Untried) Sound(List<RuleText> rules)
    {
        var sound = new List<RuleText>();
        var left = rules;
        while (left.Count > 0 && Remaining > ForTheSound)
        {
            var current = -1;
            var began = clock.Elapsed;
            try
            {
                using var worker = start();
                // Until it speaks of the first rule it only starts itself.
                worker.Limit(new Patience(options.CompileShare * 2, AtMost(Remaining, ForTheSound)));
                worker.Send(Wire.Probe, to => Messages.Write(to, left, options.Layers));
                while (worker.Receive() is var (kind, body) && kind == Wire.Started)
                {
                    worker.Limit(new Patience(options.CompileShare, AtMost(OfTime, ForTheSound)));
                    using var from = Wire.Reader(body);
                    var number = from.Read7BitEncodedInt();
                    var next = left.FindIndex(r => r.Number == number);
                    if (next != current + 1)
                        throw new InvalidDataException("the compiler spoke of another rule than the next");
                    (current, began) = (next, clock.Elapsed);
                }
                return ([.. sound, .. left], []);
            }
            catch (Exception e) when (e is WorkerLost { NoJail: false } or InvalidDataException or EndOfStreamException)
            {
                if (stopped())
                    throw new OperationCanceledException();
                if (current < 0)
                    break;
                sound.AddRange(left[..current]);
                // The time for trying ran out in the middle of it: nothing is known against it.
                if (e is WorkerLost why && IsMachine(why) && clock.Elapsed - began < OfTime)
                    return (sound, left[current..]);
                Trouble(
                    left[current],
                    e as WorkerLost ?? new WorkerLost("the compiler's answer was malformed"),
                    clock.Elapsed - began
                );
                left = left[(current + 1)..];
            }
        }
        return (sound, left);
    }

    // A share is of processor time alone: a compiler waits for nothing, and on a busy machine its time passes slowly.
    private TimeSpan AtMost(TimeSpan wanted, TimeSpan kept)
    {
        var there = Remaining - kept;
        return wanted < there ? wanted
            : there > TimeSpan.Zero ? there
            : TimeSpan.FromMilliseconds(1);
    }
}
