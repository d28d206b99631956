using System.Collections.Concurrent;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>Hands documents to a worker while others are still being read, so that it need not wait for the last to learn of the first.</summary>
/// <remarks>What is handed over is what was read, in any order; which of them are judged, and their order, is said when all are known.</remarks>
internal sealed class DocumentFeed : IDisposable
{
    // A message is worth its head and its table of texts; the worker should not wait for more than it can read meanwhile.
    private const int BatchMax = 250;

    private readonly BlockingCollection<RuleDocument> waiting = [];

    /// <summary>Takes a document, from any thread. Nothing happens after <see cref="Complete"/>.</summary>
    public void Add(RuleDocument document)
    {
        try
        {
            waiting.Add(document);
        }
        catch (InvalidOperationException)
        {
            // Its reader came late; the document is handed over with the question then.
        }
    }

    public void Complete() => waiting.CompleteAdding();

    /// <summary>Sends what comes until it is complete.</summary>
    /// <exception cref="WorkerLost">The worker ended meanwhile.</exception>
    public void Pump(WorkerProcess worker)
    {
        var batch = new List<RuleDocument>(BatchMax);
        foreach (var document in waiting.GetConsumingEnumerable())
        {
            batch.Add(document);
            if (batch.Count == BatchMax)
                Flush();
        }
        if (batch.Count > 0)
            Flush();

        void Flush()
        {
            worker.Hand(batch);
            batch.Clear();
        }
    }

    public void Dispose() => waiting.Dispose();
}
