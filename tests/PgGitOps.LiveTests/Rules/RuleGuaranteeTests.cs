using System.Diagnostics;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.LiveTests.Rules;

/// <summary>What holds of rules whatever else the machine is doing.</summary>
public sealed class RuleGuaranteeTests : IDisposable
{
    private const string Documents = "kind: RecoveryPolicy\nmetadata: { name: a }\nspec: { days: 3 }\n";
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("pggitops-guarantee-");

    [Fact]
    public void Fuel_IsUsedUpAtTheSameStep_AlsoWhenEveryCoreIsBusy()
    {
        var bundle = EngineBench.Bundle(
            EngineBench.Rule(
                "F1",
                "var n = 0; while (true) { n += Documents(\"RecoveryPolicy\").Count; foreach (var d in Documents(\"RecoveryPolicy\")) n ^= d.Name.Length; }"
            ),
            EngineBench.Rule("F2", "int Deep(int n) => n <= 0 ? 0 : Deep(n - 1) + Deep(n - 2); Deep(60);")
        );
        var quiet = Ends();
        using var stop = new CancellationTokenSource();
        var busy = Enumerable
            .Range(0, Environment.ProcessorCount)
            .Select(_ => new Thread(() =>
            {
                for (var x = 1UL; !stop.IsCancellationRequested; )
                    x = x * 6364136223846793005 + 1;
            }))
            .ToList();
        busy.ForEach(t => t.Start());
        try
        {
            Assert.Equal(quiet, Ends());
        }
        finally
        {
            stop.Cancel();
            busy.ForEach(t => t.Join());
        }

        List<string> Ends()
        {
            using var engine = EngineBench.Engine();
            var runs = engine.Evaluate(bundle, EngineBench.Documents(Documents), EngineBench.Now).Runs;
            Assert.All(runs, r => Assert.Contains("used up its fuel", r.Reason, StringComparison.Ordinal));
            return [.. runs.Select(r => $"{r.Rule.Id} {r.FuelSpent} {r.ErrorAt}")];
        }
    }

    [Fact]
    public void Worker_OnACacheHit_HasLoadedNothingOfTheCompiler()
    {
        var options = new RuleEngineOptions { CacheDirectory = scratch.FullName };
        var bundle = EngineBench.Bundle(EngineBench.Rule("C1", "Report(Document, \"x\");", "RecoveryPolicy"));
        using (var first = EngineBench.Engine(options))
            Assert.True(first.Evaluate(bundle, EngineBench.Documents(Documents), EngineBench.Now).Compiled);
        using var engine = EngineBench.Engine(options);

        Assert.False(engine.Evaluate(bundle, EngineBench.Documents(Documents), EngineBench.Now).Compiled);

        var maps = File.ReadAllText($"/proc/{engine.WorkerId}/maps");
        Assert.Contains("PgGitOps.Core.dll", maps, StringComparison.Ordinal);
        Assert.DoesNotContain("Microsoft.CodeAnalysis", maps, StringComparison.Ordinal);
    }

    /// <summary>Neither process waits for the other; both write the same entry whole, and it is believed afterwards.</summary>
    [Fact]
    public async Task Cache_FilledByTwoProcessesAtOnce_ServesBothAndTheNext()
    {
        var repository = Path.Combine(scratch.FullName, "repository");
        Directory.CreateDirectory(Path.Combine(repository, "policies", "rules"));
        Directory.CreateDirectory(Path.Combine(repository, "schemas", "kinds"));
        File.WriteAllText(
            Path.Combine(repository, "schemas", "kinds", "r.schema.json"),
            """{ "properties": { "apiVersion": { "const": "e.example/v1" }, "kind": { "const": "R" } } }"""
        );
        File.WriteAllText(
            Path.Combine(repository, "policies", "a.yaml"),
            "apiVersion: e.example/v1\nkind: R\nmetadata: { name: a }\nspec: { days: 3 }\n"
        );
        var rule = EngineBench.Rule("C1", "Report(Document[\"spec\"][\"days\"], \"three\");", "R");
        File.WriteAllText(Path.Combine(repository, "policies", "rules", "r.csx"), rule);

        var both = await Task.WhenAll(Validate(repository), Validate(repository));

        Assert.All(
            both,
            r =>
                Assert.True(
                    r.Code == 4 && r.Out.Contains("policies/a.yaml:4:15: error C1: three", StringComparison.Ordinal),
                    r.ToString()
                )
        );
        Assert.Equal(both[0].Out, both[1].Out);
        var cache = new DirectoryInfo(Path.Combine(scratch.FullName, "cache", "pggitops", "rules"));
        var entry = Assert.Single(cache.GetFiles("*.rules"));
        // Nothing half-written stays behind, and the entry is no other after a third run: it was believed.
        Assert.Equal(2, cache.GetFiles().Length);
        var written = File.ReadAllBytes(entry.FullName);
        Assert.Equal(both[0], await Validate(repository));
        Assert.Equal(written, File.ReadAllBytes(entry.FullName));
    }

    private async Task<(int Code, string Out)> Validate(string repository)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (
            var argument in (string[])
                [
                    Path.Combine(AppContext.BaseDirectory, "pggitops.dll"),
                    "validate",
                    repository,
                    "--no-color",
                    "--state",
                    Path.Combine(scratch.FullName, "state"),
                ]
        )
            start.ArgumentList.Add(argument);
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(scratch.FullName, "cache");
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    public void Dispose() => scratch.Delete(recursive: true);
}
