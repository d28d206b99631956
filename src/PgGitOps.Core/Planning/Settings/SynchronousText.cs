using System.Globalization;
using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Planning.Settings;

/// <summary>The declared rule as it is written into the settings.</summary>
public static class SynchronousText
{
    public static string Write(SynchronousRule rule)
    {
        var text = new StringBuilder(rule.Method == SynchronousMethod.Any ? "ANY " : "FIRST ");
        text.Append(CultureInfo.InvariantCulture, $"{rule.Count} (");
        text.AppendJoin(", ", rule.Standbys.Select(s => SqlIdentifier.Quote(s.Value)));
        return text.Append(')').ToString();
    }

    public static string Write(CommitLevel level) =>
        level switch
        {
            CommitLevel.Off => "off",
            CommitLevel.Local => "local",
            CommitLevel.RemoteWrite => "remote_write",
            CommitLevel.On => "on",
            CommitLevel.RemoteApply => "remote_apply",
        };
}
