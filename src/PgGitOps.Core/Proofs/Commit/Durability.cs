using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Proofs.Commit;

/// <summary>Settings without which no disk keeps what it acknowledged.</summary>
public static class Durability
{
    private static readonly TimeSpan WalWriterDelayDefault = TimeSpan.FromMilliseconds(200);

    // The most that PostgreSQL takes.
    private static readonly TimeSpan WalWriterDelayMax = TimeSpan.FromSeconds(10);

    /// <returns>The parameter that switches crash safety off, or null.</returns>
    public static Parameter? SwitchedOff(Cluster cluster) =>
        cluster.Parameters.FirstOrDefault(p =>
            p.Name.ToLowerInvariant() is "fsync" or "full_page_writes" && SettingValue.ReadBool(p.Value) == false
        );

    /// <summary>200 ms unless declared; the most there can be for a text that means nothing.</summary>
    public static TimeSpan WalWriterDelay(Cluster cluster)
    {
        var declared = cluster.Parameters.FirstOrDefault(p =>
            p.Name.Equals("wal_writer_delay", StringComparison.OrdinalIgnoreCase)
        );
        if (declared is null)
            return WalWriterDelayDefault;
        return
            SettingNumber.TryReadInteger(declared.Value, "ms", out var milliseconds, out _)
            && long.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? Saturating.Times(TimeSpan.FromMilliseconds(1), count)
            : WalWriterDelayMax;
    }
}
