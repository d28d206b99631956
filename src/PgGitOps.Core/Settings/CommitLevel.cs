namespace PgGitOps.Core.Settings;

/// <summary>Values of <c>synchronous_commit</c>, the weakest first.</summary>
public enum CommitLevel
{
    Off,
    Local,
    RemoteWrite,
    On,
    RemoteApply,
}

public static class CommitLevelText
{
    public static string Spell(this CommitLevel level) =>
        level switch
        {
            CommitLevel.Off => "off",
            CommitLevel.Local => "local",
            CommitLevel.RemoteWrite => "remote_write",
            CommitLevel.On => "on",
            CommitLevel.RemoteApply => "remote_apply",
        };

    /// <summary>Every spelling PostgreSQL accepts; null for all others.</summary>
    public static CommitLevel? TryParse(string value) =>
        value.ToLowerInvariant() switch
        {
            "off" or "false" or "no" or "0" => CommitLevel.Off,
            "local" => CommitLevel.Local,
            "remote_write" => CommitLevel.RemoteWrite,
            "on" or "true" or "yes" or "1" => CommitLevel.On,
            "remote_apply" => CommitLevel.RemoteApply,
            _ => null,
        };
}
