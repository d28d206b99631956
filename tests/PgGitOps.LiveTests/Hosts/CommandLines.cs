using System.Globalization;
using System.Text;

namespace PgGitOps.LiveTests.Hosts;

/// <summary>What <c>ps</c> would show of every process.</summary>
public static class CommandLines
{
    public static IReadOnlyList<int> Of(string text) =>
        [.. All().Where(p => p.Line.Contains(text, StringComparison.Ordinal)).Select(p => p.Pid)];

    /// <summary>Arguments and, where they may be read, environments.</summary>
    public static IEnumerable<(int Pid, string Line)> All()
    {
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (
                !int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                || pid == Environment.ProcessId
            )
                continue;
            string line;
            try
            {
                line = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(directory, "cmdline"))).Replace('\0', ' ');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            yield return (pid, line);
        }
    }
}
