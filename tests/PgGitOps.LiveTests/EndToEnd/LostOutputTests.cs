using System.Diagnostics;
using System.Text.Json;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Git;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>The program as something else starts it: with standard streams that are closed, full, or read by nobody.</summary>
[Trait("Requirement", "R-16")]
public sealed class LostOutputTests : IDisposable
{
    private readonly GitScratch scratch = new();
    private readonly string repository;

    public LostOutputTests() => repository = scratch.NewShippedRepository("policies");

    public void Dispose() => scratch.Dispose();

    private Process Start(string streams, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh");
        foreach (
            var word in (string[])
                [
                    "-c",
                    $"exec \"$@\" {streams}",
                    "sh",
                    .. ProgramUnderTest.Command,
                    .. arguments,
                    "--repo",
                    repository,
                    "--state",
                    scratch.Path("state"),
                    "-e",
                    "local",
                ]
        )
            start.ArgumentList.Add(word);
        // No secrets: no server of a developer's machine is reached.
        start.Environment["HOME"] = scratch.Path("home");
        return Process.Start(start)!;
    }

    /// <summary>What it writes to its log must reach no file, socket or pipe that it has opened for something else.</summary>
    [Theory]
    [InlineData("<&- >&- 2>&-")]
    [InlineData(">&- 2>&-")]
    [InlineData("2>&-")]
    [InlineData(">/dev/full 2>/dev/full")]
    public async Task Loop_WithoutStandardStreams_GoesOn_AndEndsWhenItIsAsked(string streams)
    {
        using var loop = Start(streams, "reconcile");
        var state = scratch.Path("state");
        await Poll.UntilAsync(
            "the loop has taken the commit",
            () => loop.HasExited || (Directory.Exists(state) && Directory.GetFiles(state, "last-good*").Length > 0)
        );
        // It says so in its log, and what comes of the clusters.
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.False(loop.HasExited, loop.HasExited ? $"it ended with {loop.ExitCode}" : "");
        ProcessSignals.Send(loop.Id, Signal.Terminate);
        await loop.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        Assert.Equal(0, loop.ExitCode);
    }

    [Theory]
    [InlineData("reconcile --once", "<&- >&- 2>&-", 1)]
    [InlineData("reconcile --once", "2>/dev/full", 1)]
    [InlineData("status", ">&- 2>&-", 1)]
    [InlineData("plan", "2>&-", 1)]
    [InlineData("drift", ">/dev/full", 1)]
    [InlineData("validate", "2>&-", 0)]
    public async Task Command_WithoutStandardStreams_DoesItsWorkToTheEnd(string command, string streams, int code)
    {
        var report = scratch.Path("report.json");
        using var run = Start(streams, [.. command.Split(' '), "--json-into", report]);
        await run.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(120)).Token);

        Assert.Equal(code, run.ExitCode);
        using var written = JsonDocument.Parse(File.ReadAllText(report));
        Assert.Equal(JsonValueKind.Object, written.RootElement.ValueKind);
    }

    [Fact]
    public async Task Command_WhoseReaderWentAway_DoesItsWorkToTheEnd()
    {
        var report = scratch.Path("report.json");
        using var run = Start("2>&1 | true", "reconcile", "--once", "--json-into", report);
        await run.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(120)).Token);

        using var written = JsonDocument.Parse(File.ReadAllText(report));
        Assert.Equal(JsonValueKind.Object, written.RootElement.ValueKind);
    }
}
