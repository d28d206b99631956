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
        for (var run = 0; run < runs; run++)
        {
            var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
            var clock = Stopwatch.StartNew();
            using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            walls.Add(clock.Elapsed.TotalMilliseconds);
            exitCode = process.ExitCode;
        }
        if (getrusage(RusageChildren, out var usage) != 0)
            throw new InvalidOperationException($"getrusage: errno {Marshal.GetLastPInvokeError()}");
        walls.Sort();
        var cpu = (usage.UserSeconds + usage.SystemSeconds + (usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6) * 1000 / runs;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {label} | {walls[walls.Count / 2],8:F0} ms | {walls[0],8:F0} – {walls[^1]:F0} ms | {cpu,8:F0} ms | {usage.MaxResidentKilobytes / 1024.0,6:F0} MiB | exit {exitCode} |"));
        return 0;
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
