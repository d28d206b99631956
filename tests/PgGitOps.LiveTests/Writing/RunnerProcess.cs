using System.Diagnostics;
using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Writing;

/// <summary>A runner in a process of its own, which a test may kill or pause. Talks by lines.</summary>
public sealed class RunnerProcess : IAsyncDisposable
{
    private readonly Process process;

    private RunnerProcess(Process process) => this.process = process;

    public int Pid => process.Id;

    /// <param name="what">initialise, clone, or hold: opens the gate, waits for a line, then creates a role.</param>
    public static RunnerProcess Start(string what, FleetUnderTest fleet, string dataRoot)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (
            var argument in (string[])
                [
                    "exec",
                    typeof(RunnerProcess).Assembly.Location,
                    what,
                    dataRoot,
                    .. fleet.Cluster.Members.Select(m => m.Port.ToString(CultureInfo.InvariantCulture)),
                    fleet.Fleet.Environments[0].Access.BinDirectory ?? "",
                ]
        )
            start.ArgumentList.Add(argument);
        return new RunnerProcess(Process.Start(start) ?? throw new InvalidOperationException("the runner did not start"));
    }

    public async Task<string?> ReadAsync() => await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));

    public Task GoAsync() => process.StandardInput.WriteLineAsync("go");

    /// <summary>SIGKILL for the runner alone: what it started on the host goes on.</summary>
    public async Task KillAsync()
    {
        ProcessSignals.Send(Pid, Signal.Kill);
        await process.WaitForExitAsync();
    }

    /// <summary>SIGKILL for the runner and all it started, as when a machine that is host and runner loses power.</summary>
    public async Task KillWithAllItStartedAsync()
    {
        foreach (var pid in ProcessSignals.Tree(Pid))
            ProcessSignals.Send(pid, Signal.Kill);
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillWithAllItStartedAsync();
        process.Dispose();
    }

    /// <summary>Entry point of the assembly when a test starts it.</summary>
    public static async Task<int> Main(string[] args)
    {
        if (args is ["evidence", var store, var prefix, var count])
            return State.EvidenceProcessTests.Run(store, prefix, int.Parse(count, CultureInfo.InvariantCulture));
        if (args is not [var what, var root, var port1, var port2, var bin])
            return 2;
        var fleet = FleetUnderTest.Of(
            root,
            new HostTransport.Local(null),
            int.Parse(port1, CultureInfo.InvariantCulture),
            int.Parse(port2, CultureInfo.InvariantCulture),
            bin.Length > 0 ? bin : null,
            ("fsync", "off"),
            ("shared_buffers", "16MB"),
            ("dynamic_shared_memory_type", "mmap")
        );
        await using var writer = await WriterUnderTest.OpenAsync(
            fleet,
            what == "initialise" ? fleet.Snapshot(null) : fleet.Snapshot(false),
            $"runner {what}"
        );
        Console.WriteLine("open");
        StepAction action = what switch
        {
            "initialise" => new StepAction.InitialisePrimary("core-1"),
            "clone" => new StepAction.CloneStandby("core-2", "core-1", "core_2"),
            "hold" => WriterUnderTest.Sql("create role from_the_paused"),
            _ => throw new ArgumentException(what),
        };
        if (what == "hold")
            await Console.In.ReadLineAsync();
        Console.WriteLine((await writer.RunAsync(action)).GetType().Name);
        return 0;
    }
}
