using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Git;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Servers that were there before the engine: stopped for a while they are neither absent nor replaced.</summary>
public sealed class AdoptedServerTests
{
    private const string Environment = "environments/hand/environment.yaml";
    private const string Document = "environments/hand/clusters/shop.yaml";

    [LiveTheory]
    [InlineData("as imported")]
    // Written by hand, without what import knows: then the memory of the state directory speaks, and without it nobody may say absent.
    [InlineData("without dataDirectory")]
    [InlineData("without dataDirectory, state directory lost")]
    [InlineData("as imported, state directory lost")]
    [Trait("Requirement", "R-08")]
    public async Task Reconcile_WhenAnAdoptedServerIsStopped_PutsNothingInItsPlace(string how)
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "s-1",
                Address = "127.0.23.1",
                Authentication = ServerAuthentication.Scram,
            }
        );
        await server.ExecuteAsync("create table orders as select generate_series(1, 1000) id");
        using var scratch = new GitScratch();
        var repository = scratch.Path("policies");
        var environment = new Dictionary<string, string?>
        {
            ["PGGITOPS_STATE"] = scratch.Path("state"),
            ["PGGITOPS_REPO"] = repository,
            ["SUPER"] = PostgresServer.Password,
            ["HOME"] = scratch.Path("home"),
        };
        scratch.Git(scratch.Root, "init", "-q", "-b", "main", repository);
        var import = await RunAsync(
            "import",
            "shop",
            "-e",
            "hand",
            "--member",
            $"s-1=127.0.23.1:{server.Port}/oslo/oslo-a/h1",
            "--password-env",
            "SUPER",
            "--into",
            repository
        );
        Assert.True(import.ExitCode == 0, import.ToString());
        var document = await File.ReadAllTextAsync(Path.Combine(repository, Document));
        var declared = $", dataDirectory: '{server.DataDirectory}'";
        if (how.StartsWith("as imported", StringComparison.Ordinal))
            Assert.Contains(declared, document, StringComparison.Ordinal);
        else
            document = document.Replace(declared, "", StringComparison.Ordinal);
        scratch.Commit(
            repository,
            "adopt",
            (
                Environment,
                (await File.ReadAllTextAsync(Path.Combine(repository, Environment))).Replace(
                    "mode: observe",
                    "mode: enforce",
                    StringComparison.Ordinal
                )
            ),
            (Document, document)
        );
        var adopted = await RunAsync("reconcile", "--once");
        Assert.True(adopted.ExitCode == 0, adopted.ToString());

        await server.StopAsync();
        if (how.EndsWith("lost", StringComparison.Ordinal))
            Directory.Delete(scratch.Path("state"), recursive: true);
        var run = await RunAsync("reconcile", "--once");
        var plan = await RunAsync("plan");
        var status = await RunAsync("status");

        Assert.NotEqual(0, run.ExitCode);
        Assert.DoesNotContain("initialise", run.Out + plan.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("absent", status.Out, StringComparison.Ordinal);
        Assert.Contains("nothing to do", plan.Out, StringComparison.Ordinal);
        await server.StartAgainAsync();
        Assert.Equal("1000", await server.ScalarAsync("select count(*) from orders"));
        Assert.Equal(0, (await RunAsync("reconcile", "--once")).ExitCode);

        async Task<ProgramRun> RunAsync(params string[] arguments)
        {
            await using var program = PgGitOpsProgram.Start(arguments, environment, scratch.Root);
            return await program.EndAsync();
        }
    }
}
