using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Proofs.Commit;

/// <summary>Settings without which no disk keeps what it acknowledged.</summary>
public static class Durability
{
    /// <returns>The parameter that switches crash safety off, or null.</returns>
    public static Parameter? SwitchedOff(Cluster cluster) =>
        cluster.Parameters.FirstOrDefault(p =>
            p.Name is "fsync" or "full_page_writes" && p.Value.ToLowerInvariant() is "off" or "false" or "no" or "0"
        );

    /// <summary>200 ms unless declared.</summary>
    public static TimeSpan WalWriterDelay(Cluster cluster)
    {
        var declared = cluster.Parameters.FirstOrDefault(p => p.Name == "wal_writer_delay")?.Value;
        if (declared is null)
            return TimeSpan.FromMilliseconds(200);
        if (DurationText.TryParse(declared, out var value))
            return value;
        return int.TryParse(declared, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : TimeSpan.FromMilliseconds(200);
    }
}
