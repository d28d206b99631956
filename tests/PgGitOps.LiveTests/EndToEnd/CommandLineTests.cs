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

    private async Task<ProgramRun> RunAsync(params string[] arguments)
    {
        await using var program = PgGitOpsProgram.Start(arguments, environment, scratch.Root);
        return await program.EndAsync();
    }
}
