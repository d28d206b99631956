using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs;

/// <summary>What is proven about every context of a fleet, ordered by context.</summary>
/// <param name="Depth">Most failure domains that were taken to fail at once.</param>
public sealed record FleetProof(int Depth, EquatableArray<ContextProof> Contexts)
{
    public ContextProof? Find(string context) => Contexts.FirstOrDefault(c => c.Name == context);

    public Verdict Verdict => Contexts.Select(c => c.Verdict).Aggregate(Verdict.NotClaimed, VerdictScale.Worse);
}

/// <summary>One row of the matrix.</summary>
/// <param name="Topology">Null when the cluster could not be laid out; there are no scenarios then.</param>
public sealed record ContextProof(
    RecoveryPolicy Policy,
    Cluster? Cluster,
    Claims Claims,
    Topology? Topology,
    RecoveryPaths? Book,
    EquatableArray<ScenarioProof> Scenarios
)
{
    public string Name => Policy.Name;

    public Verdict Verdict =>
        Topology is null ? Verdict.Unknown : Scenarios.Select(s => s.Verdict).Aggregate(Verdict.NotClaimed, VerdictScale.Worse);

    public ScenarioProof? Find(FailureScenario scenario) => Scenarios.FirstOrDefault(s => s.Scenario == scenario);

    /// <summary>What must be true for the verdicts to be, in words.</summary>
    public EquatableArray<string> Assumptions => Verdicts.Assumptions.Of(this);
}

/// <summary>One cell of the matrix: the worst of every fault of a kind, over every member that may be primary.</summary>
public sealed record ScenarioProof
{
    public required FailureScenario Scenario { get; init; }
    public required Verdict Verdict { get; init; }
    public required Verdict LossVerdict { get; init; }
    public required Verdict OutageVerdict { get; init; }
    public required Claim Claim { get; init; }

    /// <summary>Worst loss that any permitted state allows on the path taken.</summary>
    public required Loss Guaranteed { get; init; }

    /// <summary>Worst loss when all standbys were connected and caught up.</summary>
    public required Loss Nominal { get; init; }

    public required Outage Outage { get; init; }

    /// <summary>The path that the verdict rests on, in the worst instance.</summary>
    public required RecoveryPath? Path { get; init; }

    /// <summary>Path that loses least, and path that is back first; often not the same.</summary>
    public required RecoveryPath? LosesLeast { get; init; }

    public required RecoveryPath? BackFirst { get; init; }

    /// <summary>The worst instance in words: who is primary and what happens.</summary>
    public required string When { get; init; }

    public required Counterexample? Counterexample { get; init; }

    /// <summary>The same, were all that is declared enforced; null where all of it is.</summary>
    /// <remarks>What is observed of live servers is put beside this one: there it does not matter who brought it about.</remarks>
    public ScenarioProof? IfEnforced { get; init; }

    /// <summary>Declared values that are no ground for the verdict, each as a sentence; empty where it rests on none.</summary>
    public EquatableArray<string> NotEnforced { get; init; } = [];

    /// <summary>Faults times possible primaries that were looked at.</summary>
    public required int Instances { get; init; }

    public required int Failing { get; init; }

    /// <summary>Of a loss and an outage that are refuted by different histories, the one that <see cref="Counterexample"/> does not tell.</summary>
    public Counterexample? OtherCounterexample { get; init; }

    internal Instance? Worst { get; init; }

    internal WorstInstances? All { get; init; }

    /// <summary>The worst instance that refutes what is declared about loss in a scope, whatever else is refuted.</summary>
    internal Instance? RefutedLoss(ClaimScope scope) =>
        All?.ByLoss(scope) is { LossVerdict: Verdict.Impossible } instance ? instance : null;

    internal Instance? RefutedOutage(ClaimScope scope) =>
        All?.ByOutage(scope) is { OutageVerdict: Verdict.Impossible } instance ? instance : null;

    internal static ScenarioProof Of(
        FailureScenario scenario,
        WorstInstances all,
        Loss nominal,
        int instances,
        int failing,
        Topology topology,
        RecoveryPaths book
    )
    {
        var (worst, loss, outage) = (all.Overall!.Value, all.WorstLoss, all.WorstOutage);
        var verdict = VerdictScale.Worse(loss.LossVerdict, outage.OutageVerdict);
        Counterexample? other = null;
        if (loss.LossVerdict == Verdict.Impossible && worst.LossVerdict != Verdict.Impossible)
            other = Counterexample.Of(loss, topology, book);
        else if (outage.OutageVerdict == Verdict.Impossible && worst.LossVerdict == Verdict.Impossible)
            other = Counterexample.OfOutage(outage, topology);
        return new ScenarioProof
        {
            Scenario = scenario,
            Verdict = verdict,
            LossVerdict = loss.LossVerdict,
            OutageVerdict = outage.OutageVerdict,
            Claim = worst.Claim with
            {
                LossLimit = loss.Claim.LossLimit ?? worst.Claim.LossLimit,
                OutageLimit = outage.Claim.OutageLimit ?? worst.Claim.OutageLimit,
            },
            Guaranteed = loss.Path.Guaranteed,
            // Where everything is connected no more is lost than in the worst state.
            Nominal = nominal.CompareTo(loss.Path.Guaranteed) > 0 ? loss.Path.Guaranteed : nominal,
            Outage = outage.Path.Outage,
            OtherCounterexample = other,
            All = all,
            Path = worst.Path,
            LosesLeast = RecoveryPath.LosingLeast(worst.Paths),
            BackFirst = RecoveryPath.BackFirst(worst.Paths),
            When = $"{topology.Members[worst.Primary].Name} is primary and {worst.Fault.What}",
            Counterexample = worst.Verdict == Verdict.Impossible ? Counterexample.Of(worst, topology, book) : null,
            Instances = instances,
            Failing = failing,
            Worst = worst,
        };
    }

    internal static ScenarioProof WithoutPrimary(FailureScenario scenario) =>
        new()
        {
            Scenario = scenario,
            Verdict = Verdict.Unknown,
            LossVerdict = Verdict.Unknown,
            OutageVerdict = Verdict.Unknown,
            Claim = Claim.None,
            Guaranteed = Loss.Unbounded,
            Nominal = Loss.Unbounded,
            Outage = Outage.Never("a member may be primary"),
            Path = null,
            LosesLeast = null,
            BackFirst = null,
            When = "no member may be primary",
            Counterexample = null,
            Instances = 0,
            Failing = 0,
        };
}
