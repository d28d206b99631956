using System.Globalization;

namespace PgGitOps.LiveTests.Fleet;

/// <summary>The small System V segment that a killed server leaves behind.</summary>
internal static class SharedMemory
{
    /// <summary>Removes it where postmaster.pid of a dead server still names it, and nobody is attached.</summary>
    public static async Task RemoveLeftoverAsync(string dataDirectory)
    {
        var file = Path.Combine(dataDirectory, "postmaster.pid");
        if (
            !File.Exists(file)
            || await File.ReadAllLinesAsync(file) is not { Length: > 6 } lines
            || !int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            || ProcessSignals.IsAlive(pid)
            || lines[6].Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [_, var id]
        )
            return;
        // key shmid perms size cpid lpid nattch …
        var ours = (await File.ReadAllLinesAsync("/proc/sysvipc/shm"))
            .Skip(1)
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(f => f.Length > 6 && f[1] == id && f[4] == lines[0] && f[6] == "0");
        if (ours)
            await ServerPrograms.RunAsync("ipcrm", ["-m", id]);
    }
}
