using PgGitOps.Core.Policies;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>Compiles a bundle in a worker of its own, and finds the rule that kills the compiler.</summary>
internal sealed class BundleCompilation(RuleEngineOptions options, Func<WorkerProcess> start)
{
    public CompiledRules Compile(List<RuleText> rules)
    {
        var lost = new List<CompileFinding>();
        var left = rules;
        while (true)
        {
            try
            {
                var compiled = CompileOnce(left);
                return compiled with { Findings = [.. lost, .. compiled.Findings], CompilerLost = lost.Count > 0 };
            }
            catch (WorkerLost e) when (!e.NoJail)
            {
                var guilty = left.Count == 1 ? [(left[0], e.Message)] : Guilty(left);
                if (guilty.Count == 0)
                    guilty = [.. left.Select(r => (r, "the rules compile one by one and not together: " + e.Message))];
                lost.AddRange(guilty.Select(g => new CompileFinding(g.Item1.Number, RuleFindings.NotAllowed.Id, $"the rule cannot be compiled: {g.Item2}", new RulePlace(1, 1, 1))));
                left = [.. left.Where(r => guilty.All(g => g.Item1.Number != r.Number))];
                if (left.Count == 0)
                    return new CompiledRules([], [], [], lost) { CompilerLost = true };
            }
        }
    }

    // Halves that compile are cleared at once, so one bad rule among n costs about 2 log n compilations.
    private List<(RuleText Rule, string Why)> Guilty(List<RuleText> rules)
    {
        var guilty = new List<(RuleText, string)>();
        foreach (var half in new[] { rules[..(rules.Count / 2)], rules[(rules.Count / 2)..] })
        {
            try
            {
                CompileOnce(half);
            }
            catch (WorkerLost e) when (!e.NoJail)
            {
                if (half.Count == 1)
                    guilty.Add((half[0], e.Message));
                else
                    guilty.AddRange(Guilty(half));
            }
        }
        return guilty;
    }

    private CompiledRules CompileOnce(List<RuleText> rules)
    {
        using var worker = start();
        worker.Send(Wire.Compile, to => Messages.Write(to, rules, options.Layers));
        var (kind, body) = worker.Receive(options.CompileWithin);
        if (kind != Wire.Compiled)
            throw new WorkerLost("the compiler answered something else");
        try
        {
            return Messages.ReadCompiled(Wire.Reader(body));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new WorkerLost("the compiler's answer was malformed");
        }
    }
}
