using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Proofs.Layout;

namespace PgGitOps.Core.Proofs.Live;

/// <summary>How late a declared standby is, in the time whose commits it misses.</summary>
/// <param name="Seconds">Null when it is not known.</param>
/// <param name="Gone">It does not stream, for certain: the primary was read and has no connection of it.</param>
internal sealed record StandbyLag(
    int Member,
    string Name,
    double? Seconds,
    long? Bytes,
    string State,
    bool Gone,
    bool ReplayPaused
)
{
    /// <summary>Every declared member but the primary, in the order of names.</summary>
    public static IReadOnlyList<StandbyLag> Of(
        Topology topology,
        ClusterSnapshot seen,
        ServerFacts primary,
        DateTimeOffset at,
        LagHistory history
    )
    {
        List<StandbyLag> lags = [];
        var primaryName = seen.Primaries.Single().Name;
        for (var i = 0; i < topology.Members.Length; i++)
        {
            var member = topology.Members[i].Name;
            if (member == primaryName)
                continue;
            var paused = seen.Find(member)?.Server is Observation<ServerFacts>.Seen { Value.ReplayPaused: true };
            var cascades = topology.Members[i].Declared.From is { } from && from.Value != primaryName;
            var row = primary.Standbys.FirstOrDefault(s => s.ApplicationName.Equals(member, StringComparison.OrdinalIgnoreCase));
            if (row is null)
                // A cascade is no connection of the primary: its lag is not known here.
                lags.Add(
                    new StandbyLag(
                        i,
                        member,
                        null,
                        null,
                        cascades ? "receives from another standby" : "does not stream",
                        !cascades,
                        paused
                    )
                );
            else if (row.State != "streaming")
                lags.Add(new StandbyLag(i, member, null, row.FlushLagBytes, row.State, false, paused));
            else
                lags.Add(
                    new StandbyLag(
                        i,
                        member,
                        Measure(row, at, history),
                        row.FlushLagBytes,
                        $"{row.State}, {row.SyncState}",
                        false,
                        paused
                    )
                );
        }
        return lags;
    }

    /// <summary>
    /// Nothing missing is no lag, however long nobody wrote. Otherwise the worst of three: the delay of the last flush that was reported, the silence
    /// since the last report, and the age of the oldest position seen on the primary that the standby has not reached.
    /// </summary>
    private static double? Measure(StandbyFact row, DateTimeOffset at, LagHistory history)
    {
        if (row.FlushLagBytes is not { } bytes || row.FlushLsn is null)
            return null;
        if (bytes <= 0)
            return 0;
        double?[] known = [row.FlushLagSeconds, row.ReplyAgeSeconds, history.AtLeast(row.FlushLsn, at)?.TotalSeconds];
        return known.Max();
    }

    public string Words(Topology topology)
    {
        var lag = (Seconds, Bytes) switch
        {
            (_, < 0 and var ahead) => string.Create(CultureInfo.InvariantCulture, $", {-ahead} bytes ahead of the primary"),
            ({ } s, { } b) => string.Create(
                CultureInfo.InvariantCulture,
                $", {Amounts.Round(Saturating.Seconds(s))} ({b} bytes) late"
            ),
            (null, { } b) => string.Create(CultureInfo.InvariantCulture, $", {b} bytes behind, how long is not known"),
            _ => "",
        };
        return $"{Name} in {topology.Sites[topology.Members[Member].Site].Name}: {State}{lag}{(ReplayPaused ? ", replay paused" : "")}";
    }
}
