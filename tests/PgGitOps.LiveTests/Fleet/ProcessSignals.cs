using System.Globalization;
using System.Runtime.InteropServices;

namespace PgGitOps.LiveTests.Fleet;

public enum Signal
{
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

/// <summary>Signals to processes by their id.</summary>
public static class ProcessSignals
{
    /// <returns>False when the process is gone.</returns>
    public static bool Send(int pid, Signal signal) => pid > 1 && Kill(pid, (int)signal) == 0;

    /// <summary>True while the process exists and is no zombie.</summary>
    public static bool IsAlive(int pid) => Stat(pid) is { State: not 'Z' };

    /// <summary>The process and all that descend from it, parents first.</summary>
    public static IReadOnlyList<int> Tree(int root)
    {
        var children = Directory
            .GetDirectories("/proc")
            .Select(d =>
                int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0
            )
            .Where(pid => pid > 0)
            .Select(pid => (Pid: pid, Stat(pid)?.Parent))
            .Where(p => p.Parent is not null)
            .ToLookup(p => p.Parent!.Value, p => p.Pid);
        var tree = new List<int> { root };
        for (var next = 0; next < tree.Count; next++)
            tree.AddRange(children[tree[next]].Order());
        return tree;
    }

    private static (char State, int Parent)? Stat(int pid)
    {
        try
        {
            // "pid (command with any bytes) state ppid …"
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int pid, int signal);
}
