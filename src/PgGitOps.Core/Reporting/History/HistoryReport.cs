using PgGitOps.Core.Passes;
using PgGitOps.Core.Ports;

namespace PgGitOps.Core.Reporting.History;

/// <summary>What was done, and how clusters stood meanwhile; oldest first.</summary>
public sealed record HistoryReport(IReadOnlyList<HistoryItem> Items)
{
    /// <param name="runs">Entries of one journal each, none empty, in the order in which they were written.</param>
    /// <param name="changes">Of how clusters stand.</param>
    public static HistoryReport Of(
        IEnumerable<IReadOnlyList<JournalEntry>> runs,
        IEnumerable<(string Cluster, DateTimeOffset At, ClusterCondition Condition)> changes
    ) =>
        new([
            .. runs.Select(HistoryItem (r) => new HistoryItem.Run(r))
                .Concat(changes.Select(c => new HistoryItem.Change(c.Cluster, c.At, c.Condition)))
                .OrderBy(i => i.Began),
        ]);
}

/// <summary>Closed: <see cref="Run"/>, <see cref="Change"/>.</summary>
public abstract record HistoryItem
{
    private HistoryItem() { }

    public abstract DateTimeOffset Began { get; }

    /// <param name="Entries">Of one journal, the first of them first.</param>
    public sealed record Run(IReadOnlyList<JournalEntry> Entries) : HistoryItem
    {
        public override DateTimeOffset Began => Entries[0].At;
    }

    /// <summary>A cluster stands in another way from then on.</summary>
    public sealed record Change(string Cluster, DateTimeOffset At, ClusterCondition Condition) : HistoryItem
    {
        public override DateTimeOffset Began => At;
    }

    public T Match<T>(Func<Run, T> run, Func<Change, T> change) =>
        this switch
        {
            Run i => run(i),
            Change i => change(i),
            _ => throw new InvalidOperationException("HistoryItem is closed"),
        };
}
