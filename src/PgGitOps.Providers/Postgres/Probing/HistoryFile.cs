using System.Text;
using PgGitOps.Core.Observed;

namespace PgGitOps.Providers.Postgres.Probing;

/// <summary>A timeline history file as scripts tell of it: its name, and its content in base64.</summary>
internal static class HistoryFile
{
    /// <returns>Null for what is no history file.</returns>
    public static TimelineAncestry? Read(string line)
    {
        var words = line.Split(' ', 2);
        var bytes = new byte[line.Length];
        return words.Length == 2 && Convert.TryFromBase64String(words[1], bytes, out var length)
            ? TimelineAncestry.TryParse(words[0], Encoding.UTF8.GetString(bytes, 0, length))
            : null;
    }
}
