using PgGitOps.Core.Policies;
using PgGitOps.Core.Policies.Machinery;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Tests.Rules;

/// <summary>Compiles and runs rule bodies in this process, with the layers a test asks for. Only for code the test itself wrote.</summary>
internal static class RuleBench
{
    public static CompiledRules Compile(
        string body,
        string subject = "Fleet",
        Layers layers = Layers.All,
        params string[] parameters
    ) => RuleCompiler.Compile([new RuleText(0, "policies/rules/r.csx", body, subject, parameters)], layers);

    public static RunResult Run(
        string body,
        string subject = "Fleet",
        Corpus? corpus = null,
        Layers layers = Layers.All,
        DateTimeOffset? now = null,
        IReadOnlyDictionary<string, ParameterValue>? parameters = null
    )
    {
        var compiled = Compile(body, subject, layers, [.. parameters?.Keys ?? []]);
        Assert.True(compiled.Image.Length > 0, string.Join("\n", compiled.Findings));
        return Run(compiled, subject, corpus, now, parameters);
    }

    public static RunResult Run(
        CompiledRules compiled,
        string subject = "Fleet",
        Corpus? corpus = null,
        DateTimeOffset? now = null,
        IReadOnlyDictionary<string, ParameterValue>? parameters = null
    )
    {
        using var runner = new BundleRunner(compiled.Image) { Trace = true };
        var results = new List<RunResult>();
        runner.Run(
            [new RunnableRule(0, subject, parameters ?? new Dictionary<string, ParameterValue>())],
            corpus ?? new Corpus([]),
            now ?? default,
            (_, _) => true,
            _ => { },
            results.Add
        );
        return Assert.Single(results);
    }
}
