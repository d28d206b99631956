using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using PgGitOps.Core.Policies;
using PgGitOps.LiveTests.EndToEnd;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.LiveTests.Rules;

/// <summary>Nothing that rules hold takes more than a bounded time and memory, and a rule's fault is its own.</summary>
[Trait("Requirement", "R-16")]
public sealed class BudgetTests : IDisposable
{
    private const string Documents = "kind: Thing\nmetadata: { name: a }\nspec: { x: 1 }\n";
    private const string Good = "Report(Documents(\"Thing\")[0], \"lives on\");";

    // Types that double: the compiler takes hours for them.
    private static readonly string Bomb =
        "var b0 = (1, 1); " + string.Concat(Enumerable.Range(1, 28).Select(i => $"var b{i} = (b{i - 1}, b{i - 1}); "));
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("pggitops-budget-");

    private static RuleEvaluation Evaluate(
        RuleEngine engine,
        RuleBundle bundle,
        string documents = Documents,
        CancellationToken cancel = default
    ) => engine.Evaluate(bundle, EngineBench.Documents(documents), EngineBench.Now, cancel: cancel);

    [Fact]
    public void Compile_OfRulesThatEndTheCompiler_StaysInItsBudget_RunsTheOthers_AndRemembersWhoItWas()
    {
        using var engine = EngineBench.Engine(
            new RuleEngineOptions { CompileShare = TimeSpan.FromSeconds(2), CompileBudget = TimeSpan.FromMinutes(20) }
        );
        var rules = new[]
        {
            EngineBench.Rule("B1", Bomb),
            EngineBench.Rule("B2", Bomb + "// another"),
            EngineBench.Rule("G1", Good),
        };
        var result = Evaluate(engine, EngineBench.Bundle(rules));
        Assert.Equal(["policies/rules/r000.csx", "policies/rules/r001.csx"], result.Problems.Select(p => p.Span.Path));
        Assert.All(result.Problems, p => Assert.Equal(RuleFindings.NotAllowed.Id, p.RuleId));
        Assert.Equal("lives on", Assert.Single(Assert.Single(result.Runs).Findings).Message);

        // Another bundle with the same two: they are known, and only the rest is compiled, in one go.
        var before = engine.WorkersStarted;
        var again = Evaluate(engine, EngineBench.Bundle([.. rules, EngineBench.Rule("G2", Good)]));
        Assert.Equal(result.Problems, again.Problems);
        Assert.Equal(2, again.Runs.Count);
        Assert.InRange(engine.WorkersStarted - before, 1, 2);
    }

    [Fact]
    public void Compile_PastItsBudget_SaysSoOfEveryRuleThatWasNotJudged_AndNamesWhoUsedIt()
    {
        using var engine = EngineBench.Engine(
            new RuleEngineOptions { CompileBudget = TimeSpan.FromSeconds(4), CompileShare = TimeSpan.FromSeconds(60) }
        );
        var result = Evaluate(engine, EngineBench.Bundle(EngineBench.Rule("B1", Bomb), EngineBench.Rule("G1", Good)));
        Assert.Empty(result.Runs);
        Assert.Equal(2, result.Problems.Count);
        Assert.All(result.Problems, p => Assert.Equal(RuleFindings.Budget.Id, p.RuleId));
        Assert.Contains(
            result.Problems,
            p => p.Message.Contains("the budget of 4 s for compiling was used up", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Evaluate_PastItsBudget_SaysSoOfEveryRuleThatWasNotJudged_AndThatAnotherTryMayHelp()
    {
        using var engine = EngineBench.Engine(new RuleEngineOptions { EvaluateBudget = TimeSpan.Zero });
        var result = Evaluate(engine, EngineBench.Bundle(EngineBench.Rule("A1", "while (true) ;"), EngineBench.Rule("A2", Good)));
        Assert.Equal(["A1", "A2"], result.Runs.Select(r => r.Rule.Id));
        Assert.All(
            result.Runs,
            r =>
            {
                Assert.Equal((RunEnd.Error, true), (r.End, r.ByMachine));
                Assert.Contains("the budget of 0 s for all rules was used up", r.Reason, StringComparison.Ordinal);
            }
        );
        var report = RuleJudgement.Settle(
            EngineBench.Bundle(EngineBench.Rule("A1", "while (true) ;")),
            [.. result.Runs],
            [],
            [],
            1,
            EngineBench.Now
        );
        Assert.True(report.Rejected && report.RejectedByTheMachine);
    }

    /// <summary>Each ends its process, by a stack that overflows or by memory; the sound rule after them is judged all the same.</summary>
    [Fact]
    public void Evaluate_OfManyRulesThatEndTheirProcess_TakesNoVerdictFromASoundOne()
    {
        // Only without the layers that stop it: a rule that reaches the end of the process is what is meant here.
        using var engine = EngineBench.Engine(new RuleEngineOptions { Layers = Compiling.Layers });
        var rules = Enumerable
            .Range(0, 25)
            .Select(i => EngineBench.Rule($"K{i:D2}", "System.Environment.Exit(3);"))
            .Append(EngineBench.Rule("Z1", Good))
            .ToArray();
        var result = Evaluate(engine, EngineBench.Bundle(rules));
        Assert.Equal(26, result.Runs.Count);
        Assert.All(result.Runs.Take(25), r => Assert.Equal(RunEnd.Error, r.End));
        Assert.Equal("lives on", Assert.Single(result.Runs[25].Findings).Message);
    }

    private static class Compiling
    {
        public const Providers.RuleHost.Compiling.Layers Layers = Providers.RuleHost.Compiling.Layers.None;
    }

    [Fact]
    public void Evaluate_OfRulesThatReportNothingAtAll_KeepsTheWorker()
    {
        using var engine = EngineBench.Engine();
        var rules = Enumerable
            .Range(0, 25)
            .Select(i =>
                EngineBench.Rule(
                    $"A{i:D2}",
                    i % 2 == 0 ? "Report((Value)null, \"x\");" : "Report(Documents(\"Thing\")[0], \"x\").Related(null, \"y\");"
                )
            )
            .Append(EngineBench.Rule("Z1", Good))
            .ToArray();
        var result = Evaluate(engine, EngineBench.Bundle(rules));
        Assert.Equal(26, result.Runs.Count);
        Assert.All(
            result.Runs.Take(25),
            r =>
            {
                Assert.Contains("was given null", r.Reason, StringComparison.Ordinal);
                Assert.False(r.ByMachine);
            }
        );
        Assert.Equal("policies/rules/r000.csx:9:1", result.Runs[0].ErrorAt.ToString());
        Assert.Equal(RunEnd.Finished, result.Runs[25].End);
        Assert.Equal(2, engine.WorkersStarted);
    }

    /// <summary>On every one of many documents each run is in its own bounds; together they are not.</summary>
    [Fact]
    public void Evaluate_OfARuleThatUsesUpWhatItHasForAllDocuments_EndsItAlone()
    {
        var documents = string.Join(
            "---\n",
            Enumerable.Range(0, 12).Select(i => $"kind: Thing\nmetadata: {{ name: a{i:D2} }}\n")
        );
        using var engine = EngineBench.Engine();
        var result = Evaluate(
            engine,
            EngineBench.Bundle(
                EngineBench.Rule("A1", "var n = 0; for (var i = 0; i < 200000; i++) n++; Report(Document.Root, \"x\");", "Thing"),
                EngineBench.Rule("B1", "Report(Document.Root, \"x\");", "Thing")
            ),
            documents
        );
        var first = result.Runs.Where(r => r.Rule.Id == "A1").ToList();
        Assert.Equal(RunEnd.Finished, first[0].End);
        Assert.Equal(RunEnd.Error, first[^1].End);
        Assert.Contains("for all of its documents", first[^1].Reason, StringComparison.Ordinal);
        Assert.All(first, r => Assert.False(r.ByMachine));
        Assert.All(result.Runs.Where(r => r.Rule.Id == "B1"), r => Assert.Equal(RunEnd.Finished, r.End));
    }

    [Fact]
    public async Task Evaluate_WhenItIsCancelled_EndsTheProcessAtOnce()
    {
        using var engine = EngineBench.Engine(
            new RuleEngineOptions { CompileShare = TimeSpan.FromMinutes(10), CompileBudget = TimeSpan.FromMinutes(30) }
        );
        using var cancel = new CancellationTokenSource();
        var evaluation = Task.Run(() => Evaluate(engine, EngineBench.Bundle(EngineBench.Rule("B1", Bomb)), cancel: cancel.Token));
        while (engine.WorkersStarted == 0)
            await Task.Delay(20);
        await cancel.CancelAsync();
        // Without it the compiler would go on for half an hour.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => evaluation);
        Assert.Single(Evaluate(engine, EngineBench.Bundle(EngineBench.Rule("G1", Good))).Runs);
    }

    [Fact]
    public async Task Worker_WhenTheEngineIsKilled_EndsToo()
    {
        Directory.CreateDirectory(Path.Combine(scratch.FullName, "policies", "rules"));
        File.WriteAllText(Path.Combine(scratch.FullName, "policies", "rules", "bomb.csx"), EngineBench.Rule("B1", Bomb));
        var start = new ProcessStartInfo(ProgramUnderTest.Command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in (string[])[.. ProgramUnderTest.Command.Skip(1), "validate", scratch.FullName, "--no-rule-cache"])
            start.ArgumentList.Add(word);
        using var engine = Process.Start(start)!;
        int? worker = null;
        while (worker is null)
        {
            Assert.False(engine.HasExited);
            await Task.Delay(20);
            worker = Children(engine.Id).Where(IsBusyWorker).Select(id => (int?)id).FirstOrDefault();
        }
        engine.Kill();
        await engine.WaitForExitAsync();
        while (IsThere(worker.Value))
            await Task.Delay(20);
    }

    private static IEnumerable<int> Children(int parent) =>
        Directory
            .GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(n => int.TryParse(n, out _))
            .Select(n => int.Parse(n!, System.Globalization.CultureInfo.InvariantCulture))
            .Where(id => Field(id, 3) == parent.ToString(System.Globalization.CultureInfo.InvariantCulture));

    // It compiles: it has become the worker, and has used processor time of its own.
    private static bool IsBusyWorker(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Contains("rule-worker", StringComparison.Ordinal)
                && Process.GetProcessById(id).TotalProcessorTime > TimeSpan.FromSeconds(1);
        }
        catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsThere(int id) => Field(id, 2) is not (null or "Z" or "X");

    private static string? Field(int id, int number)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[number - 2];
        }
        catch (IOException)
        {
            return null;
        }
    }

    [Theory]
    [InlineData("directory")]
    [InlineData("above")]
    [InlineData("key")]
    [InlineData("link")]
    public void Cache_ThatSomebodyElseMayWrite_IsNotUsed_AndSaysSo(string what)
    {
        var options = new RuleEngineOptions { CacheDirectory = Path.Combine(scratch.FullName, "pggitops", "rules") };
        var bundle = EngineBench.Bundle(EngineBench.Rule("G1", Good));
        using (var first = EngineBench.Engine(options))
            Assert.Empty(Evaluate(first, bundle).Problems);
        using (var second = EngineBench.Engine(options))
            Assert.False(Evaluate(second, bundle).Compiled);
        const UnixFileMode Everybody = (UnixFileMode)0x1FF;
        var key = Path.Combine(options.CacheDirectory, "key");
        switch (what)
        {
            case "directory":
                File.SetUnixFileMode(options.CacheDirectory, Everybody);
                break;
            case "above":
                File.SetUnixFileMode(Path.Combine(scratch.FullName, "pggitops"), Everybody);
                break;
            case "key":
                File.SetUnixFileMode(key, (UnixFileMode)0x1B6);
                break;
            case "link":
                File.Move(key, key + ".real");
                File.CreateSymbolicLink(key, key + ".real");
                break;
        }
        using var engine = EngineBench.Engine(options);
        var result = Evaluate(engine, bundle);
        Assert.True(result.Compiled);
        var note = Assert.Single(result.Problems);
        Assert.Equal((Core.Sources.Severity.Note, RuleFindings.CacheNotTrusted.Id), (note.Severity, note.RuleId));
        Assert.Single(result.Runs);
    }

    /// <summary>Signed with the right key, and still no bundle, or one that is silent on a rule.</summary>
    [Theory]
    [InlineData("ff ff ff ff ff ff ff ff")]
    [InlineData("00 ff ff ff ff ff")]
    [InlineData("00 00 00 00")]
    [InlineData("00 00 00 01 ff ff ff ff ff ff")]
    [InlineData("")]
    public void Cache_WithAnEntryOfAnotherForm_IsCompiledAgain(string body)
    {
        var options = new RuleEngineOptions { CacheDirectory = Path.Combine(scratch.FullName, "rules") };
        var bundle = EngineBench.Bundle(EngineBench.Rule("G1", Good));
        using (var first = EngineBench.Engine(options))
            Evaluate(first, bundle);
        var entry = Assert.Single(Directory.GetFiles(options.CacheDirectory, "*.rules"));
        var bytes = Convert.FromHexString(body.Replace(" ", "", StringComparison.Ordinal));
        var key = File.ReadAllBytes(Path.Combine(options.CacheDirectory, "key"));
        File.WriteAllBytes(
            entry,
            [
                .. HMACSHA256.HashData(
                    key,
                    (byte[])[.. Encoding.ASCII.GetBytes(Path.GetFileNameWithoutExtension(entry)), .. bytes]
                ),
                .. bytes,
            ]
        );

        using var engine = EngineBench.Engine(options);
        var result = Evaluate(engine, bundle);
        Assert.True(result.Compiled);
        Assert.Empty(result.Problems);
        Assert.Equal("lives on", Assert.Single(Assert.Single(result.Runs).Findings).Message);
    }

    public void Dispose() => scratch.Delete(recursive: true);
}
