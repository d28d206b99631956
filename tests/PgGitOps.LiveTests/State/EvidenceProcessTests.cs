using System.Diagnostics;
using System.Globalization;
using PgGitOps.Core.Evidence;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Writing;
using PgGitOps.Providers.State;

namespace PgGitOps.LiveTests.State;

/// <summary>Evidence under processes that add to one series side by side, and that are killed while they do.</summary>
public sealed class EvidenceProcessTests
{
    private static readonly EvidenceSeries Series = new("core", "0123456789abcdef", "memory");

    [LiveFact]
    public async Task Append_OfTwoProcesses_OneKilledAtAnyMoment_LosesNothingThatWasSaidToBeAdded()
    {
        await using var scratch = await TestDirectory.CreateAsync();
        var root = scratch.File("evidence");
        var said = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            using var killed = Start(root, $"killed{round}-", 100_000);
            using var steady = Start(root, $"steady{round}-", 100);
            // Somewhere in the middle of whatever it does then.
            for (var lines = 0; lines < 50 + (round * 7); lines++)
                said.Add(await ReadAsync(killed) ?? throw new InvalidOperationException("it ended by itself"));
            ProcessSignals.Send(killed.Id, Signal.Kill);
            await killed.WaitForExitAsync();
            while (await ReadAsync(killed) is { } late)
                said.Add(late);
            while (await ReadAsync(steady) is { } line)
                said.Add(line);
            await steady.WaitForExitAsync();
            Assert.Equal(0, steady.ExitCode);
        }

        var read = EvidenceLines.Read(
            await File.ReadAllBytesAsync(Directory.EnumerateFiles(root, "memory.jsonl", SearchOption.AllDirectories).Single())
        );
        var kept = read.Whole.Select(e => e.Body).ToHashSet(StringComparer.Ordinal);
        Assert.Equal((0, 0, true), (read.TornBytes, read.Damaged, read.IsUnbroken));
        Assert.Empty(said.Where(s => s.Length > 0 && !kept.Contains($"\"{s}\"")));
    }

    /// <summary>Adds so many entries and says each once it is added.</summary>
    public static int Run(string root, string prefix, int count)
    {
        var store = new EvidenceFiles(root, TimeProvider.System);
        for (var i = 0; i < count; i++)
        {
            var text = $"{prefix}{i.ToString(CultureInfo.InvariantCulture)}";
            if (store.Append(Series, _ => new(TimeProvider.System.GetUtcNow(), null, $"\"{text}\"")).Problem is { } problem)
            {
                Console.Error.WriteLine(problem);
                return 1;
            }
            Console.WriteLine(text);
        }
        return 0;
    }

    private static Process Start(string root, string prefix, int count)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (
            var argument in (string[])
                [
                    "exec",
                    typeof(RunnerProcess).Assembly.Location,
                    "evidence",
                    root,
                    prefix,
                    count.ToString(CultureInfo.InvariantCulture),
                ]
        )
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException("the process did not start");
    }

    private static async Task<string?> ReadAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
}
