using System.Diagnostics;
using PgGitOps.Core.Policies;
using PgGitOps.Providers.RuleHost;
using PgGitOps.Providers.RuleHost.Compiling;

namespace PgGitOps.LiveTests.Rules;

/// <summary>What hurts a compiler or a process, and what each layer does about it by itself.</summary>
public sealed class ContainmentTests
{
    private const string Good = "Report(Documents(\"RecoveryPolicy\")[0], \"lives on\");";
    private static readonly string Documents = "kind: RecoveryPolicy\nmetadata: { name: a }\nspec: { x: 1 }\n";

    private static string Doubling(int levels) =>
        "const string a0 = \"xxxxxxxxxxxxxxxx\"; "
        + string.Concat(Enumerable.Range(1, levels).Select(i => $"const string a{i} = a{i - 1} + a{i - 1}; "))
        + $"NotApplicable(a{levels});";

    public static TheoryData<string, string> Bombs() =>
        new()
        {
            { "parentheses", $"var x = {new string('(', 20_000)}1{new string(')', 20_000)};" },
            { "prefixes", $"var x = {string.Concat(Enumerable.Repeat("!", 20_000))}true;" },
            { "braces", new string('{', 15_000) + new string('}', 15_000) },
            { "else-ifs", string.Concat(Enumerable.Repeat("if (Now > Now) return; else ", 2_000)) + "return;" },
            { "members", $"var x = Documents(\"a\"){string.Concat(Enumerable.Repeat(".Take(1)", 6_000))};" },
            { "conditionals", $"var x = {string.Concat(Enumerable.Repeat("true ? 1 : ", 4_000))}1;" },
            { "sums", $"var x = {string.Join("+", Enumerable.Repeat("1", 20_000))};" },
            { "constants", Doubling(25) },
            {
                "lambdas",
                "Func<int, int> f = x => x; var r = "
                    + string.Concat(Enumerable.Range(0, 12).Select(i => $"new[] {{ 1 }}.Select(a{i} => "))
                    + "1"
                    + new string(')', 12)
                    + ";"
            },
            {
                "types",
                "List<" + string.Concat(Enumerable.Repeat("List<", 3_000)) + "int" + new string('>', 3_001) + " x = null!;"
            },
            {
                "interpolation",
                string.Concat(Enumerable.Repeat("$\"{", 500)) + "1" + string.Concat(Enumerable.Repeat("}\"", 500)) + ";"
            },
            { "patterns", "var x = 1 is " + string.Join(" or ", Enumerable.Range(0, 8_000)) + ";" },
        };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void Evaluate_OfACompileTimeBomb_NamesTheRuleAndRunsTheOther(string name, string code)
    {
        using var engine = EngineBench.Engine(new RuleEngineOptions());
        var result = engine.Evaluate(
            EngineBench.Bundle(EngineBench.Rule("B1", code), EngineBench.Rule("B2", Good)),
            EngineBench.Documents(Documents),
            EngineBench.Now
        );
        Assert.True(
            result.Problems.Any(p => p.Span.Path == "policies/rules/r000.csx")
                || result.Runs.Any(r => r.Rule.Id == "B1" && r.End != RunEnd.Error),
            name
        );
        Assert.Equal("lives on", Assert.Single(result.Runs.Single(r => r.Rule.Id == "B2").Findings).Message);
    }

    [Fact]
    public async Task Evaluate_OfEndlessCode_StopsAtTheSameTickWhileTheMachineIsBusy()
    {
        var bundle = EngineBench.Bundle(
            EngineBench.Rule("F1", "var n = 0L; while (true) { n++; if (n % 3 == 0) continue; }"),
            EngineBench.Rule("F2", "int F(int n) => n < 2 ? n : F(n - 1) + F(n - 2); NotApplicable($\"{F(40)}\");"),
            EngineBench.Rule("F3", "var l = new List<string>(); while (true) l.Add(\"x\" + l.Count);")
        );
        List<(string, long, string)> Run()
        {
            using var engine = EngineBench.Engine();
            var result = engine.Evaluate(bundle, EngineBench.Documents(Documents), EngineBench.Now);
            Assert.Empty(result.Problems);
            return [.. result.Runs.Select(r => (r.Reason, r.FuelSpent, r.ErrorAt.ToString()))];
        }
        var quiet = Run();
        using var stop = new CancellationTokenSource();
        var load = Enumerable
            .Range(0, Environment.ProcessorCount)
            .Select(_ =>
                Task.Run(() =>
                {
                    while (!stop.IsCancellationRequested)
                        Thread.SpinWait(1000);
                })
            )
            .ToArray();
        var busy = Run();
        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.Equal(3, quiet.Count);
        Assert.All(quiet, q => Assert.Contains("fuel", q.Item1, StringComparison.Ordinal));
        Assert.Equal(quiet, busy);
    }

    // Each layer with the ones before it off: the symbol table alone, the metadata alone, the fuel alone.
    [Theory]
    [InlineData("Symbols")]
    [InlineData("Metadata")]
    public void Compile_WithOneStaticLayer_RefusesWhatReachesOut(string layer)
    {
        var reaching = new[]
        {
            "NotApplicable(System.IO.File.ReadAllText(\"/etc/hostname\"));",
            "NotApplicable(System.Environment.MachineName);",
            "NotApplicable(System.DateTime.Now.ToString());",
            "Func<string, string> f = System.IO.File.ReadAllText; NotApplicable(f(\"x\"));",
            "NotApplicable(Fleet.GetType().Assembly.Location);",
            "new System.Threading.Thread(() => { }).Start();",
            "PgGitOps.Core.Policies.Machinery.Fuel.Leave(); NotApplicable(System.Guid.NewGuid().ToString());",
            "System.Linq.Expressions.Expression<Func<int>> e = () => 1; e.Compile()();",
            "dynamic x = 1; x.Foo();",
            "NotApplicable(typeof(string).FullName);",
            "System.GC.Collect();",
            "async void L() { await System.Threading.Tasks.Task.Yield(); } L();",
            "System.Collections.Generic.IEnumerable<int> A() { yield return 1; } foreach (var x in A()) ;",
            "NotApplicable(string.Format(\"{0,99999999}\", 1));",
            "[System.Runtime.InteropServices.DllImport(\"libc\")] static extern int getpid(); getpid();",
            "System.Span<int> s = stackalloc int[10]; NotApplicable(s.Length.ToString());",
        };
        var compiled = RuleCompiler.Compile(
            [.. reaching.Select((code, i) => new RuleText(i, $"r{i}", code, "Fleet", []))],
            Enum.Parse<Layers>(layer)
        );
        Assert.Empty(compiled.Rules);
        Assert.Equal(reaching.Length, compiled.Findings.Select(f => f.Rule).Distinct().Count());
    }

    [Theory]
    [InlineData("while (true) { try { while (true) ; } catch { } }")]
    [InlineData("try { while (true) ; } catch (System.Exception) when (Spin()) { } bool Spin() { while (true) ; }")]
    [InlineData("try { while (true) ; } finally { while (true) ; }")]
    [InlineData("again: try { goto again; } catch { goto again; }")]
    [InlineData("void A() { try { A(); } catch { A(); } } A();")]
    public void Run_WithFuelAlone_EndsWhatCatchesItsOwnEnd(string code)
    {
        using var engine = EngineBench.Engine(new RuleEngineOptions { Layers = Layers.Fuel });
        var clock = Stopwatch.StartNew();
        var run = Assert.Single(
            engine
                .Evaluate(EngineBench.Bundle(EngineBench.Rule("F1", code)), EngineBench.Documents(Documents), EngineBench.Now)
                .Runs
        );
        Assert.Equal(RunEnd.Error, run.End);
        Assert.Matches("fuel|deep", run.Reason);
        Assert.Equal(2, engine.WorkersStarted);
    }

    [Fact]
    public void Evaluate_WhenTheJailCannotBeBuilt_RunsNothingAndSaysSo()
    {
        // The same launcher under a filter that has no Landlock: what an old kernel looks like.
        var result = NoLandlock();
        Assert.Empty(result.Runs);
        Assert.Equal(RuleFindings.NoJail.Id, Assert.Single(result.Problems).RuleId);

        static RuleEvaluation NoLandlock()
        {
            using var engine = EngineBench.Engine(new RuleEngineOptions { PretendNoLandlock = true });
            return engine.Evaluate(
                EngineBench.Bundle(EngineBench.Rule("B2", Good)),
                EngineBench.Documents(Documents),
                EngineBench.Now
            );
        }
    }

    [Fact]
    public void Evaluate_Unjailed_RunsAndSaysItLoudly()
    {
        using var engine = EngineBench.Engine(new RuleEngineOptions { Unjailed = true });
        var result = engine.Evaluate(
            EngineBench.Bundle(EngineBench.Rule("B2", Good)),
            EngineBench.Documents(Documents),
            EngineBench.Now
        );
        Assert.Equal(RuleFindings.Unjailed.Id, Assert.Single(result.Problems).RuleId);
        Assert.Single(Assert.Single(result.Runs).Findings);
    }
}
