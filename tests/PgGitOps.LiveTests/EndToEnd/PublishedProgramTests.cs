using PgGitOps.Commands;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>The published program is compiled another way than the assemblies that most tests run; it must say the same.</summary>
public sealed class PublishedProgramTests
{
    [LiveFact]
    public async Task Validate_EveryScenario_SaysWhatTheAssembliesSay()
    {
        var scenarios = Directory.GetDirectories(Path.Combine(ShippedFiles.Root, "tests/PgGitOps.Tests/Scenarios/documents"));
        Assert.NotEmpty(scenarios);
        foreach (var scenario in scenarios.Order(StringComparer.Ordinal))
        {
            await using var program = PgGitOpsProgram.Start(
                ["validate", scenario, "-o", "json"],
                new Dictionary<string, string?>(),
                scenario
            );
            var published = await program.EndAsync();

            using var output = new StringWriter();
            using var error = new StringWriter();
            var code = await CommandTree.RunAsync(["validate", scenario, "-o", "json"], output, error, TimeProvider.System);
            Assert.Equal(
                (scenario, code, output.ToString().TrimEnd(), error.ToString().TrimEnd()),
                (scenario, published.ExitCode, published.Out.TrimEnd(), published.Error.TrimEnd())
            );
        }
    }
}
