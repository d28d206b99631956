using PgGitOps.Providers.RuleHost;

namespace PgGitOps.LiveTests.Rules;

public sealed class RuleEngineTests
{
    private const string Two = """
        kind: RecoveryPolicy
        metadata: { name: a }
        spec:
          backup:
            drillEvery: 90d   # too rare
        ---
        kind: RecoveryPolicy
        metadata: { name: b }
        spec: { backup: { maxAge: 1d } }
        """;

    private const string Drill = """
        if (Context.Backup["drillEvery"].Duration is not { } every) { Report(Context.Backup["drillEvery"], "no drill"); return; }
        if (every > Param.Duration("max"))
            Report(Context.Backup["drillEvery"], $"drilled every {every.TotalDays} days only").Hint("drill more often").SafeFix(Context.Backup["drillEvery"], "30d");
        """;

    private const string DrillParameters = "parameters: { max: { type: duration, default: 30d } }";

    [Fact]
    [Trait("Requirement", "R-16")]
    public void Evaluate_OfTwoDocuments_FindsEachAtItsColumn()
    {
        using var engine = EngineBench.Engine();
        var result = engine.Evaluate(
            EngineBench.Bundle(EngineBench.Rule("T1", Drill, "RecoveryPolicy", more: DrillParameters)),
            EngineBench.Documents(Two),
            EngineBench.Now
        );
        Assert.Empty(result.Problems);
        var findings = result.Runs.Select(r => Assert.Single(r.Findings)).ToList();
        Assert.Equal(["policies/contexts/x.yaml:5:17", "policies/contexts/x.yaml:9:9"], findings.Select(f => f.At.ToString()));
        Assert.Equal(["spec.backup.drillEvery", "spec.backup.drillEvery"], findings.Select(f => f.Field));
        Assert.Equal(["90d", "(missing)"], findings.Select(f => f.Value));
        Assert.Equal("drilled every 90 days only", findings[0].Message);
        Assert.Equal(["RecoveryPolicy/a"], result.Runs[0].Reads.Documents);
    }

    [Fact]
    public void Evaluate_WhenOneRuleIsBroken_StillRunsTheOthers()
    {
        using var engine = EngineBench.Engine();
        var result = engine.Evaluate(
            EngineBench.Bundle(
                EngineBench.Rule("T1", "Report(Nobody, \"x\");"),
                EngineBench.Rule("T2", "System.IO.File.ReadAllText(\"/etc/passwd\");"),
                EngineBench.Rule("T3", "Report(Documents(\"RecoveryPolicy\")[0], \"found\");"),
                EngineBench.Rule("T4", "while (true) ;"),
                EngineBench.Rule("T5", "string s = null!; if (s.Length > 0) return;")
            ),
            EngineBench.Documents(Two),
            EngineBench.Now
        );
        Assert.Equal(
            ["policies/rules/r000.csx:9:8", "policies/rules/r001.csx:9:1"],
            result.Problems.Select(p => p.Span.ToString()).Distinct().Order()
        );
        Assert.Equal(
            [
                "T3 Finished ",
                "T4 Error the rule used up its fuel of 540000 steps",
                "T5 Error something that is null was used; ask with ?. or 'is { } x' first",
            ],
            result.Runs.Select(r => $"{r.Rule.Id} {r.End} {r.Reason}")
        );
        Assert.Equal("policies/rules/r004.csx:9:19", result.Runs[2].ErrorAt.ToString());
    }

    [Fact]
    public void Evaluate_OfACachedBundle_StartsNoCompilerAndFindsTheSame()
    {
        var cache = Directory.CreateTempSubdirectory("pggitops-rules-");
        try
        {
            var options = new RuleEngineOptions { CacheDirectory = cache.FullName };
            var bundle = EngineBench.Bundle(EngineBench.Rule("T1", Drill, "RecoveryPolicy", more: DrillParameters));
            RuleEvaluation Evaluate()
            {
                using var engine = EngineBench.Engine(options);
                var result = engine.Evaluate(bundle, EngineBench.Documents(Two), EngineBench.Now);
                Assert.Equal(result.Compiled ? 2 : 1, engine.WorkersStarted);
                return result;
            }
            var cold = Evaluate();
            var cached = Evaluate();
            Assert.True(cold.Compiled);
            Assert.False(cached.Compiled);
            Assert.Equal(cold.Runs, cached.Runs);

            // A changed byte, and an entry of another key, are compiled again.
            var entry = Assert.Single(cache.GetFiles("*.rules"));
            var bytes = File.ReadAllBytes(entry.FullName);
            bytes[^1] ^= 1;
            File.WriteAllBytes(entry.FullName, bytes);
            Assert.True(Evaluate().Compiled);
            File.WriteAllBytes(Path.Combine(cache.FullName, "key"), new byte[32]);
            Assert.True(Evaluate().Compiled);
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }
}
