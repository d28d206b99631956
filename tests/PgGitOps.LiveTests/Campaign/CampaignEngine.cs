using System.Globalization;
using System.Text.Json;
using PgGitOps.LiveTests.EndToEnd;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>One engine's loop, over its restarts.</summary>
internal sealed class CampaignEngine(CampaignFleet fleet, int number) : IAsyncDisposable
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly List<string> logs = [];
    private PgGitOpsProgram? program;
    private int health;
    private bool expectsEnd;

    public int Number => number;

    public bool IsRunning => program is { HasEnded: false };

    public bool IsFrozen { get; private set; }

    /// <summary>What it and its predecessors wrote to stderr.</summary>
    public string Log => string.Concat(logs) + program?.Error;

    /// <summary>Set where it ended although nobody ended it.</summary>
    public string? EndedByItself { get; private set; }

    /// <param name="exitAt">As <c>PGGITOPS_TEST_EXIT_AT</c>; null where it is to run on.</param>
    public void Start(string? exitAt = null)
    {
        if (IsRunning)
            return;
        Note();
        health = FreePort.Next();
        var environment = fleet.EnvironmentOf(number);
        if (exitAt is not null)
            environment["PGGITOPS_TEST_EXIT_AT"] = exitAt;
        expectsEnd = exitAt is not null;
        program = PgGitOpsProgram.Start(
            ["reconcile", "--health", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{health}")],
            environment,
            fleet.ScratchRoot
        );
    }

    public async Task KillAsync()
    {
        expectsEnd = true;
        IsFrozen = false;
        if (program is { HasEnded: false } running)
        {
            running.Signal(Signal.Kill);
            await running.EndAsync(TimeSpan.FromSeconds(20));
        }
    }

    public void Freeze()
    {
        if (!IsRunning)
            return;
        program!.Signal(Signal.Stop);
        IsFrozen = true;
    }

    public void Thaw()
    {
        if (IsFrozen)
            program!.Signal(Signal.Continue);
        IsFrozen = false;
    }

    /// <summary>Number of passes it has made, or null where it does not say.</summary>
    public async Task<long?> PassesAsync()
    {
        if (!IsRunning || IsFrozen)
            return null;
        try
        {
            using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{health}/healthz"));
            using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return body.RootElement.GetProperty("passes").GetInt64();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException)
        {
            return null;
        }
    }

    /// <returns>What is wrong with how it ended, or null.</returns>
    public async Task<string?> TerminateAsync()
    {
        Thaw();
        Note();
        if (program is not { HasEnded: false } running)
            return EndedByItself;
        running.Signal(Signal.Terminate);
        try
        {
            var end = await running.EndAsync(TimeSpan.FromSeconds(90));
            expectsEnd = true;
            return end.ExitCode == 0
                ? EndedByItself
                : string.Create(CultureInfo.InvariantCulture, $"engine {number} ended with {end.ExitCode} on SIGTERM");
        }
        catch (TimeoutException)
        {
            expectsEnd = true;
            return string.Create(CultureInfo.InvariantCulture, $"engine {number} did not end within 90 s of SIGTERM");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Thaw();
        if (program is not null)
            await program.DisposeAsync();
        http.Dispose();
    }

    /// <summary>Keeps the account of a process that has ended.</summary>
    private void Note()
    {
        if (program is not { HasEnded: true } ended)
            return;
        logs.Add(ended.Error);
        if (!expectsEnd)
            EndedByItself ??= string.Create(
                CultureInfo.InvariantCulture,
                $"engine {number} ended by itself: {ended.Error.TrimEnd().Split('\n')[^1]}"
            );
        program = null;
    }
}
