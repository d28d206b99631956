using System.Globalization;
using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Settings;

/// <summary>The meaning of synchronous_standby_names.</summary>
/// <param name="Names">Lower case, as PostgreSQL compares them; ordered for ANY, where order has no meaning.</param>
public sealed record StandbyRule(SynchronousMethod Method, int Count, EquatableArray<string> Names)
{
    /// <summary>Commits wait for nobody.</summary>
    public static StandbyRule None { get; } = new(SynchronousMethod.First, 0, []);

    /// <summary>Null when the text is not understood.</summary>
    public static StandbyRule? TryParse(string text)
    {
        if (StandbyNames.TryParse(text) is not { } read)
            return null;
        return read.Names.Count == 0 ? None
            : read.Any
                ? new StandbyRule(SynchronousMethod.Any, read.Count, read.Names.Order(StringComparer.Ordinal).ToEquatableArray())
            : new StandbyRule(SynchronousMethod.First, read.Count, read.Names);
    }

    public static string Canonical(string text) => TryParse(text)?.ToString() ?? text;

    /// <summary>As it is written into the setting.</summary>
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

    /// <summary>Fewest listed standbys that have to be streaming for commits not to wait.</summary>
    public int Needed => Names.Count == 0 ? 0 : Count;

    public bool Lists(string applicationName) => Names.Contains("*") || Names.Contains(applicationName.ToLowerInvariant());

    public override string ToString() =>
        Names.Count == 0
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(Method == SynchronousMethod.Any ? "ANY" : "FIRST")} {Count} ({string.Join(", ", Names)})"
            );
}
