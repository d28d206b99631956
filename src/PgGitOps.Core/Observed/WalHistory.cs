using System.Globalization;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Observed;

/// <summary>How the history of one copy of a cluster's data stands to that of another.</summary>
public enum HistoryRelation
{
    /// <summary>The same timeline, and neither is known to reach further.</summary>
    Same,

    /// <summary>The other reaches further, and this one's WAL is part of it.</summary>
    Behind,

    /// <summary>This one reaches further, and the other's WAL is part of it.</summary>
    Ahead,

    /// <summary>The other's timeline descends from this one's, which went on past the fork: what it wrote there the other does not have.</summary>
    Left,

    /// <summary>This one's timeline descends from the other's, which went on past the fork.</summary>
    LeftByOther,

    /// <summary>Neither descends from the other: both were promoted on their own.</summary>
    Diverged,

    /// <summary>Another cluster: the system identifiers differ.</summary>
    Foreign,
}

/// <summary>How far one copy of a cluster's data has come.</summary>
/// <param name="SystemIdentifier">As pg_control tells it.</param>
/// <param name="Timeline">The timeline of its newest WAL.</param>
/// <param name="End">Where its WAL ends; null where nobody could tell.</param>
public sealed record WalHistory(string SystemIdentifier, int Timeline, Lsn? End)
{
    /// <summary>Timelines it descends from, the oldest first; null where its history file could not be read.</summary>
    public EquatableArray<TimelineFork>? Ancestry { get; init; }

    /// <param name="known">History files that lie beside the WAL.</param>
    public static WalHistory Of(string systemIdentifier, int timeline, string? end, IEnumerable<TimelineAncestry> known) =>
        new(systemIdentifier, timeline, Lsn.TryParse(end))
        {
            Ancestry = timeline <= 1 ? [] : known.FirstOrDefault(k => k.Timeline == timeline)?.Forks,
        };

    /// <summary>Compares lineage first and positions last: an LSN says nothing about another timeline's.</summary>
    public HistoryRelation To(WalHistory other)
    {
        if (SystemIdentifier != other.SystemIdentifier)
            return HistoryRelation.Foreign;
        if (Timeline == other.Timeline)
        {
            if (Ancestry is { } mine && other.Ancestry is { } theirs && !mine.Equals(theirs))
                return HistoryRelation.Diverged;
            return End is not { } a || other.End is not { } b || a == b ? HistoryRelation.Same
                : a < b ? HistoryRelation.Behind
                : HistoryRelation.Ahead;
        }
        return Timeline < other.Timeline
            ? Older(other)
            : other.Older(this) switch
            {
                HistoryRelation.Behind => HistoryRelation.Ahead,
                HistoryRelation.Left => HistoryRelation.LeftByOther,
                var same => same,
            };
    }

    /// <summary>Where a younger timeline left this one, or null.</summary>
    public Lsn? ForkTo(WalHistory younger) =>
        younger.Ancestry is { } forks && forks.FirstOrDefault(f => f.Parent == Timeline) is { } fork
            ? Lsn.TryParse(fork.At)
            : null;

    public override string ToString() =>
        End is { } end
            ? string.Create(CultureInfo.InvariantCulture, $"timeline {Timeline} at {end}")
            : string.Create(CultureInfo.InvariantCulture, $"timeline {Timeline}");

    // A younger timeline whose history file nobody could read is taken for a descendant: it was made after this one in any case.
    private HistoryRelation Older(WalHistory younger)
    {
        if (younger.Ancestry is null)
            return HistoryRelation.Behind;
        return ForkTo(younger) is not { } fork ? HistoryRelation.Diverged
            : End is { } end && end > fork ? HistoryRelation.Left
            : HistoryRelation.Behind;
    }
}
