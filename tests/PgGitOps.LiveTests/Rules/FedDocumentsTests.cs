using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Rules;

/// <summary>Documents that a worker is given while others are still being read change nothing of what its rules say.</summary>
public sealed class FedDocumentsTests
{
    private static readonly RuleBundle Bundle = EngineBench.Bundle(
        EngineBench.Rule(
            "T1",
            "Report(Context.Document.Spec[\"list\"][0], Context.Name + \" of \" + Fleet.Contexts.Select(c => c.Name).Joined(\",\"));",
            "RecoveryPolicy"
        ),
        EngineBench.Rule(
            "T2",
            "foreach (var d in Fleet.Documents(\"RecoveryPolicy\").Take(3)) Report(d.Spec[\"list\"][1], d.Spec[\"list\"][1].Text ?? \"\");"
        )
    );

    private static List<ReadDocument> Some(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .SelectMany(i =>
                    EngineBench.Documents(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"kind: RecoveryPolicy\nmetadata: {{ name: p{i:D3} }}\nspec: {{ list: [ a, b{i} ] }}\n"
                        ),
                        $"policies/contexts/p{i:D3}.yaml"
                    )
                ),
        ];

    [Fact]
    public void Evaluate_OfDocumentsThatWereFed_IsWhatItIsWithoutFeeding()
    {
        var documents = Some(600);
        using var fed = EngineBench.Engine();
        fed.Prepare(Bundle);
        // Backwards and from two threads: the order of reading says nothing.
        Parallel.ForEach(documents.AsEnumerable().Reverse(), new ParallelOptions { MaxDegreeOfParallelism = 2 }, fed.Offer);
        var result = fed.Evaluate(Bundle, documents, EngineBench.Now);
        using var plain = EngineBench.Engine();
        var expected = plain.Evaluate(Bundle, documents, EngineBench.Now);
        Assert.Empty(expected.Problems);
        Assert.Equal(601, expected.Runs.Count);
        Assert.Equal(expected.Runs, result.Runs);
    }

    [Fact]
    public void Evaluate_OfFewerDocumentsThanWereFed_SeesOnlyThose()
    {
        var documents = Some(6);
        using var engine = EngineBench.Engine();
        engine.Prepare(Bundle);
        documents.ForEach(engine.Offer);
        var chosen = new List<ReadDocument> { documents[4], documents[1] };
        var first = engine.Evaluate(Bundle, chosen, EngineBench.Now);
        Assert.Equal(
            ["p004 of p004,p001", "p001 of p004,p001", "b4", "b1"],
            first.Runs.SelectMany(r => r.Findings).Select(f => f.Message)
        );
        // What was not chosen is forgotten on both sides, and given again.
        var second = engine.Evaluate(Bundle, [documents[0], documents[1]], EngineBench.Now);
        Assert.Equal(
            ["p000 of p000,p001", "p001 of p000,p001", "b0", "b1"],
            second.Runs.SelectMany(r => r.Findings).Select(f => f.Message)
        );
        Assert.Equal("policies/contexts/p000.yaml:3:20", second.Runs[2].Findings[0].At.ToString());
    }

    [Fact]
    public void Evaluate_WhenTheWorkerDiedWhileItWasFed_AsksAnother()
    {
        var documents = Some(3);
        using var engine = EngineBench.Engine();
        // It has a worker and its rules from before; so what is killed is killed while it is fed.
        Assert.Equal(4, engine.Evaluate(Bundle, documents, EngineBench.Now).Runs.Count);
        var started = engine.WorkersStarted;
        using (var worker = System.Diagnostics.Process.GetProcessById(engine.WorkerId!.Value))
        {
            engine.Prepare(Bundle);
            worker.Kill();
            worker.WaitForExit();
        }
        var more = Some(600);
        more.ForEach(engine.Offer);
        var result = engine.Evaluate(Bundle, more, EngineBench.Now);
        Assert.Equal(601, result.Runs.Count);
        Assert.DoesNotContain(result.Runs, r => r.End != RunEnd.Finished);
        Assert.Equal(started + 1, engine.WorkersStarted);
    }

    [Fact]
    public async Task Dispose_WithDocumentsThatNobodyAskedAbout_EndsTheWorker()
    {
        var engine = EngineBench.Engine();
        Assert.Single(engine.Evaluate(Bundle, [], EngineBench.Now).Runs);
        var worker = engine.WorkerId!.Value;
        engine.Prepare(Bundle);
        Some(300).ForEach(engine.Offer);
        engine.Dispose();
        await Poll.UntilAsync("the worker is gone", () => !Directory.Exists($"/proc/{worker}"));
    }
}
