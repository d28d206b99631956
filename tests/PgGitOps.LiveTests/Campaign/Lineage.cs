using System.Globalization;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>Which acknowledged rows a final history lacks, and who has to answer for each.</summary>
/// <remarks>
/// A row that lies on the final history and is not there is lost without an excuse. One that lies beside it is the hand's, where the
/// hand made the fork before it, or took away the last disk that had it; else it is the engine's.
/// </remarks>
public static class Lineage
{
    /// <summary>Lines of a timeline history file: timeline, where it was left, why.</summary>
    public static IReadOnlyList<(int Timeline, ulong End)> Read(string history) =>
        [
            .. history
                .Split('\n')
                .Select(l => l.Split('\t'))
                .Where(f => f.Length >= 2 && int.TryParse(f[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .Select(f => (int.Parse(f[0], CultureInfo.InvariantCulture), Position(f[1]))),
        ];

    public static ulong Position(string text) =>
        text.Split('/') is [var high, var low]
            ? ulong.Parse(high, NumberStyles.HexNumber, CultureInfo.InvariantCulture) << 32
                | ulong.Parse(low, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : throw new FormatException($"'{text}' is no position");

    /// <param name="system">Of the final primary.</param>
    /// <param name="forks">The timelines that the final primary comes from.</param>
    /// <param name="isThere">Whether a row is found at the end.</param>
    /// <param name="givenUp">System identifiers whose data a person has given up by an approval.</param>
    public static LossAccount Account(
        IEnumerable<AcknowledgedRow> rows,
        ulong system,
        IReadOnlyList<(int Timeline, ulong End)> forks,
        Func<long, bool> isThere,
        IReadOnlyCollection<HandPromotion> promotions,
        IReadOnlyCollection<HandLoss> losses,
        IReadOnlySet<ulong> givenUp
    )
    {
        var byHand = 0;
        List<AcknowledgedRow> byEngine = [];
        foreach (var row in rows.Where(r => !isThere(r.Id)))
        {
            var explained =
                givenUp.Contains(row.System)
                || promotions.Any(p =>
                    p.Excused
                    && p.System == row.System
                    && row.System == system
                    && p.FromTimeline == row.Timeline
                    && row.To > p.ForkAt
                    && forks.Contains((p.FromTimeline, p.ForkAt))
                )
                || losses.Any(l => l.System == row.System && l.Timeline == row.Timeline && row.To > l.AlsoAt);
            if (explained)
                byHand++;
            else
                byEngine.Add(row);
        }
        return new(byHand, byEngine);
    }
}

/// <param name="ByHand">Number of acknowledged rows that the schedule itself has lost.</param>
/// <param name="ByEngine">Those that nothing the schedule did explains.</param>
public sealed record LossAccount(int ByHand, IReadOnlyList<AcknowledgedRow> ByEngine);
