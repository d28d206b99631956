using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.LiveTests.Git;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.LiveTests.Rules;

public sealed class IncrementalTests
{
    private static readonly string[] Rules =
    [
        EngineBench.Rule("I1", "if (Context.RpoClass.Is(\"zero\")) Report(Context.RpoClass, \"zero\");", "RecoveryPolicy"),
        EngineBench.Rule(
            "I2",
            "if (Context.Cluster is not { } c) { NotApplicable(\"no cluster\"); return; } if (c.Storage[\"size\"].Int < 3) Report(Context.ClusterName, $\"small {c.Name}\").Related(c.Storage, \"here\");",
            "RecoveryPolicy"
        ),
        EngineBench.Rule(
            "I3",
            "foreach (var g in Fleet.Contexts.GroupBy(c => c.ClusterName.Text ?? \"\").Where(g => g.Count > 1)) Report(g[0].Document, $\"{g.Key} {g.Count}\");"
        ),
        EngineBench.Rule(
            "I4",
            "if (Cluster.Contexts.Any(c => c.RpoClass.Is(\"hours\"))) Report(Cluster.Document, \"hours\");",
            "Cluster"
        ),
        EngineBench.Rule("I5", "if (Fleet.Find(\"Cluster\", \"c3\") is null) Report(Document, \"c3 is missing\");", "Cluster"),
        EngineBench.Rule(
            "I6",
            "var n = 1 / (Cluster.Storage[\"size\"].Int ?? 1); if (n > 0) Report(Cluster.Storage[\"size\"], \"one\");",
            "Cluster"
        ),
        EngineBench.Rule(
            "I7",
            "if (Cluster.Storage[\"size\"].Int < Param.Int(\"least\")) Report(Cluster.Storage, $\"less than {Param.Int(\"least\")}\");",
            "Cluster",
            more: "parameters: { least: { type: integer, default: 2 } }"
        ),
    ];

    private static readonly string[] Classes = ["zero", "hours", "day"];

    [Fact]
    public void Evaluate_AfterThousandsOfRandomEdits_EqualsAFullEvaluation()
    {
        const int Edits = 2_000;
        var seed = Environment.GetEnvironmentVariable("PGGITOPS_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : 20_300_101;
        var random = new Random(seed);
        var defaults = EngineBench.Bundle(Rules);
        var bundle = defaults;
        var options = new RuleEngineOptions();
        using var one = EngineBench.Engine(options);
        using var other = EngineBench.Engine(options);
        var incremental = new IncrementalRules(one, options);
        var documents = new SortedDictionary<string, ReadDocument>(StringComparer.Ordinal);
        var (kept, resettings) = (0L, 0);
        var before = (Bundle: bundle, Runs: (EquatableArray<RuleRun>)[]);
        for (var edit = 0; edit < Edits; edit++)
        {
            var (kind, name) = random.Next(2) == 0 ? ("RecoveryPolicy", $"p{random.Next(6)}") : ("Cluster", $"c{random.Next(4)}");
            var path = $"policies/{kind}-{name}.yaml";
            // A setting alone is a change as well.
            if (random.Next(10) == 0)
                bundle = random.Next(4) is > 0 and var least ? EngineBench.Set(defaults, "I7", $"least: {least}") : defaults;
            else if (random.Next(5) == 0)
                documents.Remove(path);
            else
            {
                var spec =
                    kind == "Cluster"
                        ? $"{{ storage: {{ size: {random.Next(5)} }} }}"
                        : $"{{ rpoClass: {Classes[random.Next(3)]}, store: {{ cluster: c{random.Next(4)} }} }}";
                documents[path] = EngineBench.Documents(
                    $"{new string('\n', random.Next(2))}kind: {kind}\nmetadata: {{ name: {name} }}\nspec: {spec}\n",
                    path
                )[0];
            }
            var list = documents.Values.ToList();
            var fast = incremental.Evaluate(bundle, list, EngineBench.Now);
            kept += incremental.Kept;
            if (before.Bundle != bundle && before.Runs != fast.Runs)
                resettings++;
            before = (bundle, fast.Runs);
            var full = other.Evaluate(bundle, list, EngineBench.Now);
            Assert.True(
                fast.Runs == full.Runs,
                $"seed {seed}, edit {edit}:\n{string.Join("\n", fast.Runs)}\n--\n{string.Join("\n", full.Runs)}"
            );
        }
        Assert.True(kept > Edits, $"{kept} runs were kept");
        Assert.True(resettings > 50, $"{resettings} settings changed what was found");
        Assert.Equal((2, 2), (one.WorkersStarted, other.WorkersStarted));
    }

    /// <summary>Each edit is judged by a process of its own, as a hook is: what it remembers of the ones before changes nothing that it says.</summary>
    [Fact]
    public void Evaluate_InAProcessThatRemembersEarlierOnes_EqualsAFullEvaluation()
    {
        const int Edits = 60;
        var random = new Random(20_300_102);
        using var scratch = new GitScratch();
        var options = new RuleEngineOptions { CacheDirectory = Path.Combine(scratch.Root, "pggitops", "rules") };
        var defaults = EngineBench.Bundle(Rules);
        var bundle = defaults;
        using var other = EngineBench.Engine();
        var files = new SortedDictionary<string, (string Yaml, int Edit)>(StringComparer.Ordinal);
        var (kept, runs) = (0, 0);
        for (var edit = 0; edit < Edits; edit++)
        {
            var (kind, name) =
                random.Next(2) == 0 ? ("RecoveryPolicy", $"p{random.Next(12)}") : ("Cluster", $"c{random.Next(4)}");
            var path = $"policies/{kind}-{name}.yaml";
            if (random.Next(8) == 0)
                bundle = random.Next(4) is > 0 and var least ? EngineBench.Set(defaults, "I7", $"least: {least}") : defaults;
            else if (random.Next(8) == 0)
                files.Remove(path);
            else
            {
                var spec =
                    kind == "Cluster"
                        ? $"{{ storage: {{ size: {random.Next(5)} }} }}"
                        : $"{{ rpoClass: {Classes[random.Next(3)]}, store: {{ cluster: c{random.Next(4)} }} }}";
                files[path] = (
                    $"{new string('\n', random.Next(2))}kind: {kind}\nmetadata: {{ name: {name} }}\nspec: {spec}\n",
                    edit
                );
            }
            var documents = files.SelectMany(f => EngineBench.Documents(f.Value.Yaml, f.Key)).ToList();
            var blobs = files.ToDictionary(
                f => f.Key,
                f => $"{f.Value.Yaml.GetHashCode(StringComparison.Ordinal):x8}{f.Value.Edit:x8}"
            );
            using var engine = EngineBench.Engine(options);
            engine.Expect(bundle, files.Select(f => new SourceFile(f.Key, blobs[f.Key], default)));
            var incremental = new IncrementalRules(engine, options);

            var said = incremental.Evaluate(bundle, documents, EngineBench.Now, blobs);
            var full = other.Evaluate(bundle, documents, EngineBench.Now);

            Assert.True(
                said.Runs == full.Runs,
                $"edit {edit}:\n{string.Join("\n", said.Runs)}\n--\n{string.Join("\n", full.Runs)}"
            );
            kept += incremental.Kept;
            runs += said.Runs.Count;
        }
        Assert.True(kept * 10 > runs, $"{kept} of {runs} runs were remembered");
    }

    [Theory]
    [InlineData("same", true)]
    [InlineData("another blob", false)]
    [InlineData("another path", false)]
    [InlineData("another rule", false)]
    [InlineData("other steps", false)]
    [InlineData("an altered entry", false)]
    [InlineData("unjailed", false)]
    public void Evaluate_RemembersARun_OnlyUnderWhatItDependsOn(string difference, bool remembered)
    {
        using var scratch = new GitScratch();
        var cache = Path.Combine(scratch.Root, "pggitops", "rules");
        var options = new RuleEngineOptions { CacheDirectory = cache };
        var rule = EngineBench.Rule(
            "I1",
            "if (Context.RpoClass.Is(\"zero\")) Report(Context.RpoClass, \"zero\");",
            "RecoveryPolicy"
        );
        Assert.Equal(0, Kept(rule, "policies/p.yaml", "b1", options));

        if (difference == "an altered entry")
        {
            var entry = Assert.Single(Directory.GetFiles(cache, "*.runs"));
            var bytes = File.ReadAllBytes(entry);
            bytes[^1] ^= 1;
            File.WriteAllBytes(entry, bytes);
        }
        var kept = difference switch
        {
            "another blob" => Kept(rule, "policies/p.yaml", "b2", options),
            "another path" => Kept(rule, "policies/q.yaml", "b1", options),
            "another rule" => Kept(rule + "\n// changed", "policies/p.yaml", "b1", options),
            "other steps" => Kept(rule, "policies/p.yaml", "b1", options with { FuelBase = 400_000 }),
            "unjailed" => Kept(rule, "policies/p.yaml", "b1", options with { Unjailed = true }),
            _ => Kept(rule, "policies/p.yaml", "b1", options),
        };

        Assert.Equal(remembered ? 1 : 0, kept);
    }

    private static int Kept(string rule, string path, string blob, RuleEngineOptions options)
    {
        using var engine = EngineBench.Engine(options);
        var incremental = new IncrementalRules(engine, options);
        var documents = EngineBench.Documents("kind: RecoveryPolicy\nmetadata: { name: p }\nspec: { rpoClass: day }\n", path);
        var said = incremental.Evaluate(
            EngineBench.Bundle(rule),
            documents,
            EngineBench.Now,
            new Dictionary<string, string> { [path] = blob }
        );
        Assert.Equal(Core.Policies.RunEnd.Finished, Assert.Single(said.Runs).End);
        return incremental.Kept;
    }
}
