using System.Globalization;
using PgGitOps.Core.Policies;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>Steps of an evaluation: of one run, of all runs of a rule, and of all rules together.</summary>
/// <remarks>
/// A step is at most a tenth of a microsecond or so (FuelTests count), so that these are used up long before the limits of time, and a
/// verdict is the same on every machine.
/// </remarks>
internal sealed record FuelPlan(long Run, long Rule, long All)
{
    private const int RunsAtFull = 4;
    private const long RuleMax = 100_000_000;
    private const long AllMax = 500_000_000;

    /// <param name="documents">Counted over the whole fleet also for a run on one document: it may look at all the others.</param>
    public static FuelPlan Of(long fuelBase, long fuelPerDocument, int documents)
    {
        var run = Math.Min(fuelBase + fuelPerDocument * documents, RuleMax);
        return new(run, Math.Min(run * RunsAtFull, RuleMax), AllMax);
    }

    /// <summary>Runs in their order, with an error in place of each that came after the steps were used up: counted over kept and repeated runs alike.</summary>
    public IReadOnlyList<RuleRun> Settle(IReadOnlyList<RuleRun> runs)
    {
        var spent = new Dictionary<string, long>(StringComparer.Ordinal);
        var all = 0L;
        List<RuleRun>? settled = null;
        for (var i = 0; i < runs.Count; i++)
        {
            var run = runs[i];
            var rule = spent[run.Rule.Id] = spent.GetValueOrDefault(run.Rule.Id) + run.FuelSpent;
            all += run.FuelSpent;
            var why =
                rule >= Rule
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"the rule used up the {Rule} steps it has for all of its documents"
                    )
                : all >= All
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"the rule was not judged: the budget of {All} steps for all rules was used up, most of it by {Dearest(spent)}"
                    )
                : null;
            if (why is null || run.ByMachine)
                settled?.Add(run);
            else
                (settled ??= [.. runs.Take(i)]).Add(
                    run with
                    {
                        End = RunEnd.Error,
                        Reason = why,
                        Findings = [],
                        ReadsUnknown = true,
                    }
                );
        }
        return settled ?? runs;
    }

    private static string Dearest(Dictionary<string, long> spent) =>
        string.Join(
            ", ",
            spent
                .OrderByDescending(s => s.Value)
                .ThenBy(s => s.Key, StringComparer.Ordinal)
                .Take(5)
                .Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} ({s.Value})"))
        );
}
