using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Live;

/// <param name="Static">What documents alone say.</param>
public sealed record LiveCell(ScenarioProof Static, LiveVerdict Live);

/// <summary>One context as it is now.</summary>
/// <param name="Seen">What the verdicts rest on, one line each, in the order it matters.</param>
public sealed record LiveContext(
    ContextProof Proof,
    EquatableArray<LiveCell> Cells,
    EquatableArray<string> Seen,
    LagHistory History
)
{
    public string Name => Proof.Name;

    public Verdict Verdict =>
        Proof.Topology is null
            ? Verdict.Unknown
            : Cells.Select(c => c.Live.Verdict).Aggregate(Verdict.NotClaimed, VerdictScale.Worse);

    public LiveCell? Find(FailureScenario scenario) => Cells.FirstOrDefault(c => c.Static.Scenario == scenario);

    /// <summary>Cells that somebody should hear of: at risk or breached now, worst first.</summary>
    public IEnumerable<LiveCell> Alarms =>
        Cells
            .Where(c => c.Live.Verdict is Verdict.AtRisk or Verdict.Breached)
            .OrderByDescending(c => c.Live.Verdict.Badness())
            .ThenBy(c => c.Static.Scenario);
}
