using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Sources;

namespace PgGitOps.Controller;

/// <summary>Asks the rules with what passes saw, one pass after the other and beside them: a slow rule delays no pass.</summary>
internal sealed class RuleNews(RuleWatch rules, IPassListener listener)
{
    private readonly Lock gate = new();

    // What each cluster was last seen like; a rule that is still being asked of an earlier sight is asked of the latest next.
    private readonly Dictionary<string, (SourceTree Tree, IReadOnlyList<LiveContext> Contexts, ClusterSnapshot Seen)> waiting =
        new(StringComparer.Ordinal);
    private bool asking;
    private volatile bool stopped;

    /// <summary>Says nothing any more: the rules' own worker ends with the loop.</summary>
    public void Stop() => stopped = true;

    public void Post(SourceTree tree, IReadOnlyList<LiveContext> contexts, ClusterSnapshot? seen)
    {
        if (seen is null)
            return;
        lock (gate)
        {
            waiting[seen.Name] = (tree, contexts, seen);
            if (asking)
                return;
            asking = true;
        }
        // A thread for itself: asking rules blocks.
        _ = Task.Factory.StartNew(Ask, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void Ask()
    {
        while (true)
        {
            (SourceTree Tree, IReadOnlyList<LiveContext> Contexts, ClusterSnapshot Seen) next;
            lock (gate)
            {
                if (waiting.Count == 0 || stopped)
                {
                    asking = false;
                    return;
                }
                var first = waiting.Keys.Order(StringComparer.Ordinal).First();
                waiting.Remove(first, out next);
            }
            try
            {
                Tell(rules.Look(next.Tree, next.Contexts, next.Seen));
            }
            catch (Exception e) when (!stopped)
            {
                // A rule reports and stops nothing; nor does a bug of ours in asking it.
                listener.Hear(new PassEvent.RulesNotAsked(next.Seen.Name, e));
            }
            catch (Exception)
            {
                return;
            }
        }
    }

    private void Tell((IReadOnlyList<Diagnostic> Raised, IReadOnlyList<Diagnostic> Cleared) news)
    {
        foreach (var finding in news.Raised)
            listener.Hear(new PassEvent.RuleFound(finding));
        foreach (var finding in news.Cleared)
            listener.Hear(new PassEvent.RuleCleared(finding));
    }
}
