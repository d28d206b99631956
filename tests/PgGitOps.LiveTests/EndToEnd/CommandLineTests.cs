using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Git;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Commands that touch no server.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly GitScratch scratch = new();
    private readonly Dictionary<string, string?> environment = [];

    public CommandLineTests() => environment["PGGITOPS_STATE"] = scratch.Path("state");

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("--version")]
    [InlineData("version")]
    [InlineData("version -o json")]
    [InlineData("schema")]
    [InlineData("schema Cluster")]
    [InlineData("completion bash")]
    [InlineData("history")]
    [InlineData("--help")]
    public async Task Plain_Commands_WriteToStdoutOnly(string arguments)
    {
        var run = await RunAsync(arguments.Split(' '));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.NotEmpty(run.Out);
    }

    [Theory]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("version -o sarif", "text, json")]
    [InlineData("history --limit 0", "--limit")]
    [InlineData("schema Frob", "cluster")]
    [InlineData("history --log-format xml", "json")]
    [InlineData("validate --fixx", "there is no flag --fixx (did you mean '--fix'?)")]
    [InlineData("validate --git-timeout abc .", "--git-timeout: 'abc' is not a duration")]
    [InlineData("suspend core --for 1h --reason=\t", "suspend needs a --reason")]
    public async Task Wrong_Usage_IsAnErrorOnStderrOnly(string arguments, string says)
    {
        var run = await RunAsync(arguments.Split(' '));

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_StandForFlags_AndFlagsWin()
    {
        environment["PGGITOPS_OUTPUT"] = "json";

        Assert.StartsWith("{", (await RunAsync("version")).Out, StringComparison.Ordinal);
        Assert.StartsWith("pggitops ", (await RunAsync("version", "-o", "text")).Out, StringComparison.Ordinal);
        environment["PGGITOPS_OUTPUT"] = "parchment";
        Assert.Contains("PGGITOPS_OUTPUT: 'parchment'", (await RunAsync("version")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AVariable_ThatThisRunWouldNotHaveComeTo_IsRefusedWithItsName()
    {
        environment["PGGITOPS_GIT_TIMEOUT"] = "soon";

        Assert.Contains(
            "PGGITOPS_GIT_TIMEOUT: 'soon' is not a duration",
            (await RunAsync("validate", ".")).Error,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("Policies/rules/hard.csx", "Policies: error PGG008")]
    [InlineData("Schemas/Kinds/a.schema.json", "Schemas/Kinds: error PGG008")]
    public async Task Validate_OfADirectoryWithAFolderThatOnlyCaseKeepsFromBeingRead_RefusesItAsACommitWould(
        string path,
        string says
    )
    {
        ShippedFiles.CopyLocalTo(scratch.Path("tree"));
        Directory.CreateDirectory(Path.GetDirectoryName(scratch.Path($"tree/{path}"))!);
        await File.WriteAllTextAsync(scratch.Path($"tree/{path}"), "{}");

        var run = await RunAsync("validate", scratch.Path("tree"));

        Assert.Equal(3, run.ExitCode);
        Assert.Contains(says, run.Out + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_OfACommitWhoseOnlyFolderIsRefused_SaysWhy_NotThatThereAreNoDocuments()
    {
        var repository = scratch.Path("refused");
        scratch.Git(scratch.Root, "init", "-q", "-b", "main", repository);
        scratch.Commit(repository, "only case keeps it from being read", ("Policies/a.yaml", "kind: Waiver"));

        var run = await RunAsync("validate", "--ref", "HEAD", "--repo", repository);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("PGG008", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("holds no documents", run.Error, StringComparison.Ordinal);
    }

    /// <summary>Whoever opens it to read waits for a writer that never comes.</summary>
    [Fact]
    public async Task Validate_OfADirectoryWithAPipe_Ends_AndNamesIt()
    {
        ShippedFiles.CopyLocalTo(scratch.Path("tree"));
        using (var make = System.Diagnostics.Process.Start("mkfifo", [scratch.Path("tree/policies/x.yaml")]))
            await make.WaitForExitAsync();

        var run = await RunAsync("validate", scratch.Path("tree"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("policies/x.yaml is a pipe, no file", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_OfADirectoryWithALink_RefusesItAsACommitWould()
    {
        Directory.CreateDirectory(scratch.Path("policies"));
        await File.WriteAllTextAsync(scratch.Path("elsewhere.yaml"), "a: 1\n");
        File.CreateSymbolicLink(scratch.Path("policies/linked.yaml"), scratch.Path("elsewhere.yaml"));
        // A circle of folders is not walked.
        File.CreateSymbolicLink(scratch.Path("policies/again"), scratch.Path("policies"));
        await File.WriteAllTextAsync(
            scratch.Path("policies/classes.yaml"),
            "apiVersion: pggitops.dev/v1\nkind: RecoveryClasses\n"
        );

        var run = await RunAsync("validate", ".");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains(
            "policies/linked.yaml: error PGG001: A symbolic link is not followed.",
            run.Out,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("again", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("validate -o ", "sarif")]
    [InlineData("status --log-format ", "json")]
    [InlineData("rec", "reconcile")]
    public async Task Completion_OffersValuesAsWellAsNames(string line, string offered) =>
        Assert.Contains(offered, (await RunAsync($"[suggest:{line.Length + 10}]", "pggitops " + line)).Out.Split('\n'));

    private async Task<ProgramRun> RunAsync(params string[] arguments)
    {
        await using var program = PgGitOpsProgram.Start(arguments, environment, scratch.Root);
        return await program.EndAsync();
    }
}
