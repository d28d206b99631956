using System.Net;
using System.Net.Sockets;
using PgGitOps.Core.Policies;
using PgGitOps.Providers.RuleHost;
using PgGitOps.Providers.RuleHost.Compiling;
using Xunit.Abstractions;

namespace PgGitOps.LiveTests.Rules;

/// <summary>Hostile rules by class (attacks.txt): with every layer, and with the operating system's jail alone.</summary>
public sealed class AttackTests(ITestOutputHelper output) : IDisposable
{
    private const string Canary = "CANARY-7f3a91";
    private readonly string file = Path.Combine(Path.GetTempPath(), $"pggitops-canary-{Guid.NewGuid():N}");
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    private List<(string Class, string Code)> Attacks()
    {
        File.WriteAllText(file, Canary);
        Environment.SetEnvironmentVariable("PGGITOPS_TEST_CANARY", Canary);
        listener.Start();
        var attacks = new List<(string, string)>();
        var kind = "";
        foreach (var line in File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Rules", "attacks.txt")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                kind = line[3..];
            else if (line.Length > 0 && line[0] != '#')
            {
                var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
                attacks.Add(
                    (kind, line.Replace("{FILE}", file).Replace("{PORT}", port).Replace("{VAR}", "PGGITOPS_TEST_CANARY"))
                );
            }
        }
        Assert.True(attacks.Count >= 150, $"{attacks.Count} attacks");
        return attacks;
    }

    private const string Documents = """
        kind: RecoveryPolicy
        metadata: { name: a }
        spec: { x: 1 }
        """;

    private static string Id(int number) => $"A{number:D3}";

    private void AssertNothingReached(RuleEvaluation result)
    {
        var all = string.Join(
            "\n",
            result
                .Problems.Select(p => p.Message)
                .Concat(result.Runs.Select(r => r.Reason))
                .Concat(result.Runs.SelectMany(r => r.Findings).Select(f => f.Message))
        );
        Assert.DoesNotContain(Canary, all, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY-SEEN", all, StringComparison.Ordinal);
        Assert.DoesNotContain("root:x:0:0", all, StringComparison.Ordinal);
        Assert.False(listener.Pending(), "a connection arrived");
        Assert.Equal(Canary, File.ReadAllText(file));
        Assert.DoesNotContain("forged", all, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R-16")]
    public void EveryAttack_IsRefusedAtItsPlaceOrEndsAsAnError()
    {
        var attacks = Attacks();
        using var engine = EngineBench.Engine();
        var bundle = EngineBench.Bundle([
            .. attacks.Select((a, i) => EngineBench.Rule(Id(i), a.Code)),
            EngineBench.Rule("ZZZ", "Report(Documents(\"RecoveryPolicy\")[0], \"the worker lives on\");"),
        ]);
        Assert.Empty(bundle.Broken);
        var result = engine.Evaluate(bundle, EngineBench.Documents(Documents), EngineBench.Now);
        var refused = result.Problems.GroupBy(p => p.Span.Path).ToDictionary(g => g.Key, g => g.First());
        var runs = result.Runs.ToDictionary(r => r.Rule.Id);
        var harmless = new List<string>();
        for (var i = 0; i < attacks.Count; i++)
        {
            if (refused.TryGetValue($"policies/rules/r{i:D3}.csx", out var problem))
            {
                output.WriteLine(
                    $"{attacks[i].Class, -28} {problem.Span.Line}:{problem.Span.Column, -4} {problem.RuleId} {problem.Message[..Math.Min(90, problem.Message.Length)]} | {attacks[i].Code}"
                );
                Assert.True(problem.Span.Line >= 9 && problem.Span.Column >= 1, $"{attacks[i].Code}: {problem.Span}");
            }
            else if (runs[Id(i)] is { End: RunEnd.Error } run)
                output.WriteLine($"{attacks[i].Class, -28} ended: {run.Reason} at {run.ErrorAt} | {attacks[i].Code}");
            else
                harmless.Add($"{attacks[i].Class}: {attacks[i].Code} -> {runs[Id(i)].Reason}");
        }
        output.WriteLine(
            $"{refused.Count} refused, {attacks.Count - refused.Count - harmless.Count} ended, {harmless.Count} harmless"
        );
        Assert.Empty(harmless);
        Assert.Equal("the worker lives on", Assert.Single(runs["ZZZ"].Findings).Message);
        AssertNothingReached(result);
    }

    [Fact]
    public void EveryAttack_AgainstTheJailAlone_ReachesNothing()
    {
        var attacks = Attacks();
        using var engine = EngineBench.Engine(
            new RuleEngineOptions
            {
                Layers = Layers.None,
                EvaluateShare = TimeSpan.FromSeconds(1),
                EvaluateBudget = TimeSpan.FromMinutes(10),
            }
        );
        var bundle = EngineBench.Bundle([
            .. attacks.Select((a, i) => EngineBench.Rule(Id(i), a.Code)),
            EngineBench.Rule("ZZZ", "Report(Documents(\"RecoveryPolicy\")[0], \"the worker lives on\");"),
        ]);
        var result = engine.Evaluate(bundle, EngineBench.Documents(Documents), EngineBench.Now);
        foreach (var run in result.Runs)
            output.WriteLine(
                $"{run.Rule.Id} {run.End} {run.Reason} | {(run.Rule.Id == "ZZZ" ? "" : attacks[int.Parse(run.Rule.Id[1..], System.Globalization.CultureInfo.InvariantCulture)].Code)}"
            );
        // What did not compile says why, the commonest reason first: a limit that hits all of them is no attack held off.
        foreach (var reason in result.Problems.GroupBy(p => p.Message).OrderByDescending(g => g.Count()).Take(10))
            output.WriteLine($"{reason.Count()} × {reason.Key}");
        output.WriteLine($"{result.Runs.Count} of {attacks.Count} attacks compiled and ran, {engine.WorkersStarted} workers");
        Assert.True(result.Runs.Count > 100, $"only {result.Runs.Count} attacks ran");
        Assert.Equal("the worker lives on", Assert.Single(result.Runs.Single(r => r.Rule.Id == "ZZZ").Findings).Message);
        AssertNothingReached(result);
    }

    public void Dispose()
    {
        listener.Stop();
        File.Delete(file);
        Environment.SetEnvironmentVariable("PGGITOPS_TEST_CANARY", null);
    }
}
