using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace PgGitOps.Benchmarks;

/// <summary>Runs a command several times; prints its median wall time, CPU time and peak memory as a table row.</summary>
/// <remarks>CPU and memory come from getrusage(RUSAGE_CHILDREN): the memory is the largest of any run and any child.</remarks>
internal static class ProcessMeasure
{
    private const int RusageChildren = -1;

    public static int Run(string label, int runs, string[] command)
    {
        var walls = new List<double>();
        var exitCode = 0;
        var together = 0L;
        for (var run = 0; run < runs; run++)
        {
            var start = new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            var clock = Stopwatch.StartNew();
            using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            using var watch = new TreeMemory(process.Id);
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            together = Math.Max(together, watch.PeakKilobytes);
            walls.Add(clock.Elapsed.TotalMilliseconds);
            exitCode = process.ExitCode;
        }
        if (getrusage(RusageChildren, out var usage) != 0)
            throw new InvalidOperationException($"getrusage: errno {Marshal.GetLastPInvokeError()}");
        walls.Sort();
        var cpu =
            (usage.UserSeconds + usage.SystemSeconds + (usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6) * 1000 / runs;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {label} | {walls[walls.Count / 2], 8:F0} ms | {walls[0], 8:F0} – {walls[^1]:F0} ms | {cpu, 8:F0} ms | {usage.MaxResidentKilobytes / 1024.0, 6:F0} MiB | {together / 1024.0, 6:F0} MiB | exit {exitCode} |"
            )
        );
        return 0;
    }

    /// <summary>Resident memory of a process and all below it, looked at every ten milliseconds.</summary>
    private sealed class TreeMemory : IDisposable
    {
        private readonly int root;
        private readonly Timer timer;
        private long peak;

        public TreeMemory(int root)
        {
            this.root = root;
            timer = new Timer(_ => peak = Math.Max(peak, Kilobytes(this.root)), null, 0, 10);
        }

        public long PeakKilobytes => peak;

        private static long Kilobytes(int process)
        {
            try
            {
                var resident =
                    File.ReadLines($"/proc/{process}/status")
                        .FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))
                        ?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]
                    ?? "0";
                var below = Directory
                    .EnumerateDirectories($"/proc/{process}/task")
                    .SelectMany(t => File.ReadAllText(t + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    .ToList();
                return long.Parse(resident, CultureInfo.InvariantCulture)
                    + below.Sum(c => Kilobytes(int.Parse(c, CultureInfo.InvariantCulture)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended between two looks.
                return 0;
            }
        }

        public void Dispose() => timer.Dispose();
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceUsage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
        public long MaxResidentKilobytes;
        private unsafe fixed long rest[13];
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int getrusage(int who, out ResourceUsage usage);
}
