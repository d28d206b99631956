using PgGitOps.Core.Policies;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.LiveTests.Rules;

/// <summary>A rule that the compiler is not done with costs itself, and costs once.</summary>
[Trait("Requirement", "R-16")]
public sealed class CompilerTroubleTests : IDisposable
{
    private const string Documents = "kind: Thing\nmetadata: { name: a }\nspec: { x: 1 }\n";
    private const string Good = "Report(Documents(\"Thing\")[0], \"lives on\");";

    // Types that double: the compiler takes hours for them.
    private static readonly string Bomb =
        "var b0 = (1, 1); " + string.Concat(Enumerable.Range(1, 28).Select(i => $"var b{i} = (b{i - 1}, b{i - 1}); "));
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("pggitops-trouble-");

    public void Dispose() => scratch.Delete(recursive: true);

    private static RuleEvaluation Evaluate(RuleEngine engine, RuleBundle bundle) =>
        engine.Evaluate(bundle, EngineBench.Documents(Documents), EngineBench.Now);

    /// <summary>Whoever asks next, in another process, does not pay for them once more; and none of them is believed from a torn entry.</summary>
    [Fact]
    public void Compile_OfRulesThatEndTheCompiler_IsRememberedByTheNextProcess_InAnyBundle()
    {
        var options = new RuleEngineOptions
        {
            CacheDirectory = Path.Combine(scratch.FullName, "rules"),
            CompileShare = TimeSpan.FromSeconds(2),
            CompileBudget = TimeSpan.FromMinutes(20),
        };
        var bomb = EngineBench.Rule("B1", Bomb);
        using (var first = EngineBench.Engine(options))
            Assert.Single(Evaluate(first, EngineBench.Bundle(bomb)).Problems);

        using (var second = EngineBench.Engine(options))
        {
            var result = Evaluate(second, EngineBench.Bundle(EngineBench.Rule("A1", Good), bomb, EngineBench.Rule("G1", Good)));
            var problem = Assert.Single(result.Problems);
            Assert.Equal((RuleFindings.NotAllowed.Id, "policies/rules/r001.csx"), (problem.RuleId, problem.Span.Path));
            Assert.Equal(["A1", "G1"], result.Runs.Select(r => r.Rule.Id));
            // One that compiles the sound ones in one go, and one that runs them.
            Assert.Equal(2, second.WorkersStarted);
        }

        var entry = Assert.Single(Directory.GetFiles(options.CacheDirectory, "*.trouble"));
        File.WriteAllBytes(entry, [.. File.ReadAllBytes(entry).Select(b => (byte)(b ^ 1))]);
        using var third = EngineBench.Engine(options);
        Assert.Single(Evaluate(third, EngineBench.Bundle(bomb, EngineBench.Rule("G2", Good))).Problems);
        Assert.InRange(third.WorkersStarted, 3, 10);
    }

    /// <summary>Time that passes says little of a rule: it is not judged, it is not asked of every process either, and it is not forgotten.</summary>
    [Fact]
    public void Compile_ThatTookTooLong_RestsForTheNextProcessToo_AndIsTriedAgain()
    {
        var clock = new Wall();
        var slow = new RuleEngineOptions
        {
            CacheDirectory = Path.Combine(scratch.FullName, "rules"),
            CompileBudget = TimeSpan.FromSeconds(3),
            CompileShare = TimeSpan.FromMinutes(10),
            Clock = clock,
        };
        var bundle = EngineBench.Bundle(EngineBench.Rule("B1", Bomb));
        using (var first = EngineBench.Engine(slow))
            Assert.Equal(RuleFindings.Budget.Id, Assert.Single(Evaluate(first, bundle).Problems).RuleId);

        var patient = slow with { CompileBudget = TimeSpan.FromMinutes(20), CompileShare = TimeSpan.FromSeconds(2) };
        using (var second = EngineBench.Engine(patient))
        {
            var resting = Assert.Single(Evaluate(second, bundle).Problems);
            Assert.Equal(RuleFindings.Budget.Id, resting.RuleId);
            Assert.Contains("it is tried again after 2030-01-01 00:00:", resting.Message, StringComparison.Ordinal);
            Assert.Equal(0, second.WorkersStarted);
        }

        clock.Now += TimeSpan.FromHours(1);
        using var third = EngineBench.Engine(patient);
        Assert.Equal(RuleFindings.NotAllowed.Id, Assert.Single(Evaluate(third, bundle).Problems).RuleId);
    }

    private sealed class Wall : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
