using System.Diagnostics;
using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Benchmarks;

/// <summary>What the loop pays for a commit that changes one file: read the commit, judge the fleet.</summary>
internal static class WarmValidation
{
    public static int Run(string repository, int commits)
    {
        var source = new GitSource(new GitSourceOptions { Address = repository, Wanted = FleetReader.IsDocument });
        var reader = new FleetReader();
        var memory = new ProofMemory();
        var first = Pass(source, reader, memory);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"first pass, nothing cached: {first.Milliseconds:F1} ms, of which the commit {first.Commit:F1}, documents {first.Documents:F1}, claims {first.Claims:F1} ms, {first.Cpu:F0} ms of CPU, {first.Megabytes:F1} MB allocated, {first.Count} documents"
            )
        );
        var passes = new List<PassCost>();
        for (var i = 0; i < commits; i++)
        {
            PolicyCorpus.Touch(repository, i);
            Git(repository, "add", "-A");
            Git(repository, "-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-q", "-m", "one file");
            passes.Add(Pass(source, reader, memory));
        }
        if (passes.Any(p => p.Parsed != 1))
            throw new InvalidOperationException("a pass after a one-file commit must parse one file");
        var sorted = passes.OrderBy(p => p.Milliseconds).ToList();
        var median = sorted[sorted.Count / 2];
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"after a one-file commit: median {median.Milliseconds:F1} ms (from {sorted[0].Milliseconds:F1} to {sorted[^1].Milliseconds:F1}), of which the commit {median.Commit:F1}, documents {median.Documents:F1}, claims {median.Claims:F1} ms, {passes.Average(p => p.Cpu):F1} ms of CPU, {median.Megabytes:F2} MB allocated, 1 file parsed; peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576} MiB"
            )
        );
        return 0;
    }

    /// <param name="Commit">Milliseconds to read the commit from Git; likewise documents and claims.</param>
    private sealed record PassCost(
        double Milliseconds,
        double Commit,
        double Documents,
        double Claims,
        double Cpu,
        double Megabytes,
        int Count,
        int Parsed
    );

    private static PassCost Pass(GitSource source, FleetReader reader, ProofMemory memory)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        var outcome = source.Read(new SourceRequest());
        if (outcome is not SourceOutcome.Read read)
            throw new InvalidOperationException($"the corpus must be readable: {outcome}");
        var committedAt = clock.Elapsed.TotalMilliseconds;
        var reading = reader.Read(read.Tree);
        var readAt = clock.Elapsed.TotalMilliseconds;
        if (reading.Fleet is { } fleet && ClaimRules.Judge(fleet, memory: memory).Rejected)
            throw new InvalidOperationException("the corpus must promise only what it keeps");
        var milliseconds = clock.Elapsed.TotalMilliseconds;
        if (reading.Fleet is null)
            throw new InvalidOperationException(
                $"the corpus must be valid: {(reading.Diagnostics.Count > 0 ? reading.Diagnostics[0] : null)}"
            );
        return new PassCost(
            milliseconds,
            committedAt,
            readAt - committedAt,
            milliseconds - readAt,
            (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds,
            (GC.GetTotalAllocatedBytes(precise: true) - allocated) / 1048576.0,
            reading.Documents.Count,
            reading.ParsedFiles
        );
    }

    private static void Git(string repository, params string[] arguments)
    {
        using var git =
            Process.Start(new ProcessStartInfo("git", ["-C", repository, .. arguments]))
            ?? throw new InvalidOperationException("git did not start");
        git.WaitForExit();
        if (git.ExitCode != 0)
            throw new InvalidOperationException($"git {string.Join(' ', arguments)} exited {git.ExitCode}");
    }
}
