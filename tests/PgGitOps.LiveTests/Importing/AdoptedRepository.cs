using PgGitOps.LiveTests.EndToEnd;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Git;

namespace PgGitOps.LiveTests.Importing;

/// <summary>A policy repository that import makes of running servers, and the program run on it. Collects all that it says.</summary>
internal sealed class AdoptedRepository : IDisposable
{
    private readonly GitScratch scratch = new();
    private readonly IReadOnlyDictionary<string, string?> environment;

    public AdoptedRepository()
    {
        environment = new Dictionary<string, string?>
        {
            ["PGGITOPS_STATE"] = scratch.Path("state"),
            ["PGGITOPS_REPO"] = Root,
            ["SUPER"] = PostgresServer.Password,
            ["HOME"] = scratch.Path("home"),
        };
        scratch.Git(scratch.Root, "init", "-q", "-b", "main", Root);
    }

    public string Root => scratch.Path("policies");

    public string State => scratch.Path("state");

    /// <summary>Everything that the program wrote to its streams.</summary>
    public string Said { get; private set; } = "";

    public string Document => Path.Combine(Root, "environments/hand/clusters/shop.yaml");

    private string EnvironmentDocument => Path.Combine(Root, "environments/hand/environment.yaml");

    public async Task<ProgramRun> ImportAsync(params PostgresServer[] servers) =>
        await RunAsync([
            "import",
            "shop",
            "-e",
            "hand",
            "--password-env",
            "SUPER",
            "--into",
            Root,
            .. servers.SelectMany(s => (string[])["--member", $"{s.Name}={s.Address}:{s.Port}/oslo/oslo-a/{s.Name}-host"]),
        ]);

    /// <summary>Commits what import wrote, so that passes change servers.</summary>
    public async Task EnforceAsync()
    {
        var text = await File.ReadAllTextAsync(EnvironmentDocument);
        await File.WriteAllTextAsync(
            EnvironmentDocument,
            text.Replace("mode: observe", "mode: enforce", StringComparison.Ordinal)
        );
        Commit();
    }

    public void Commit()
    {
        scratch.Git(Root, "add", "-A");
        scratch.Git(Root, "commit", "-q", "--allow-empty", "-m", "adopt");
    }

    public async Task<ProgramRun> RunAsync(params string[] arguments)
    {
        await using var program = PgGitOpsProgram.Start(arguments, environment, scratch.Root);
        var run = await program.EndAsync();
        Said += run.ToString();
        return run;
    }

    public void Dispose() => scratch.Dispose();
}
