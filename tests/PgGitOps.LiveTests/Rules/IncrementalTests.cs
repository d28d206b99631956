using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
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
}
