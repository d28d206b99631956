using System.Diagnostics;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Git;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>What a script hands over when one of its variables is not set, and files that are none.</summary>
[Trait("Requirement", "R-16")]
public sealed class OddValueTests : IDisposable
{
    private readonly GitScratch scratch = new();
    private readonly string repository;

    public OddValueTests() => repository = scratch.NewShippedRepository("policies");

    public void Dispose() => scratch.Dispose();

    private PgGitOpsProgram Start(params string[] arguments) =>
        PgGitOpsProgram.Start(
            [.. arguments, "--repo", repository, "--state", scratch.Path("state")],
            new Dictionary<string, string?> { ["HOME"] = scratch.Path("home") },
            scratch.Root
        );

    [Theory]
    [InlineData("--allowed-signers is empty", "validate", "--ref", "HEAD", "--allowed-signers", "")]
    [InlineData("--openpgp-keys is empty", "validate", "--ref", "HEAD", "--openpgp-keys=")]
    [InlineData("--cluster is empty", "reconcile", "--cluster=", "--once")]
    [InlineData("--rules-from is empty", "validate", "--rules-from", "")]
    [InlineData("--ref is empty", "status", "--ref", "")]
    [InlineData("--json-into is empty", "reconcile", "--json-into", "")]
    [InlineData("--out is empty", "plan", "--out", "")]
    [InlineData("--cluster names nothing", "reconcile", "--once", "--cluster", "")]
    [InlineData("--environment names nothing", "apply", "--yes", "-e", ",")]
    [InlineData("the name of a file is empty", "apply", "")]
    [InlineData("a pipe, no file", "validate", "--ref", "HEAD", "--allowed-signers", "pipe")]
    [InlineData("a device, no file", "validate", "--ref", "HEAD", "--openpgp-keys", "/dev/zero")]
    [InlineData("/dev/zero is larger than 64 MiB", "apply", "/dev/zero")]
    [InlineData("/dev/zero is larger than 64 MiB", "plan", "--snapshot", "/dev/zero")]
    public async Task AValue_ThatMeansNothing_IsRefusedByName(string says, params string[] arguments)
    {
        MakePipe(scratch.Path("pipe"));
        await using var program = Start(arguments);
        var run = await program.EndAsync();

        Assert.True(run.ExitCode is 1 or 4, run.ToString());
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apply", "pipe")]
    [InlineData("plan", "--snapshot", "pipe")]
    public async Task AFile_ThatNobodyWrites_IsWaitedForUntilASignal(params string[] arguments)
    {
        MakePipe(scratch.Path("pipe"));
        await using var program = Start(arguments);
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.False(program.HasEnded);
        program.Signal(Signal.Terminate);
        Assert.Equal(130, (await program.EndAsync()).ExitCode);
    }

    /// <summary>Whoever made the state directory, what lies in it is not waited for.</summary>
    [Fact]
    public async Task StateDirectory_WithPipesInPlaceOfItsFiles_HoldsNobody()
    {
        await using (var first = Start("reconcile", "--once"))
            await first.EndAsync();
        Directory.CreateDirectory(scratch.Path("state/journal"));
        foreach (var file in Directory.GetFiles(scratch.Path("state"), "*", SearchOption.AllDirectories))
        {
            File.Delete(file);
            MakePipe(file);
        }
        MakePipe(scratch.Path("state/journal/20260101T000000.open.jsonl"));
        MakePipe(scratch.Path("state/journal/20260102T000000.jsonl"));
        foreach (var command in (string[])["history", "validate", "status", "drift", "reconcile --once"])
        {
            await using var program = Start(command.Split(' '));
            var run = await program.EndAsync();
            Assert.DoesNotContain("internal error", run.Error, StringComparison.Ordinal);
        }
    }

    private static void MakePipe(string path)
    {
        using var make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
        Assert.Equal(0, make.ExitCode);
    }
}
