using System.Globalization;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>What happens to a fleet in one schedule. Each takes two numbers of the schedule that choose among what is there at that moment.</summary>
public enum FaultKind
{
    StopServer,
    KillServer,
    KillAllServers,
    FreezeServer,
    FreezeEngine,
    KillEngine,
    KillEngineInAStep,
    SecondEngine,
    HandFailover,
    OldPrimaryBack,
    BothBack,
    LoseStandbyData,
    LosePrimaryData,
    LoseAllData,
    FullDisk,
    RemoveState,
    HostileCommit,
    OrdinaryCommit,
    DriftByHand,
}

public enum HostileCommitKind
{
    BrokenYaml,
    BurningRule,
    RefusedClaim,
    MissingLibrary,
    ValueThatDoesNotStart,
    NoClients,
    DataRootMoved,
    PortMoved,
    DocumentGone,
}

public enum Fence
{
    StopFast,
    StopImmediate,
    Kill,
    Freeze,
    None,
}

/// <summary>How a failover by hand is done.</summary>
/// <param name="Suspended">The cluster is suspended before.</param>
/// <param name="Badly">The standby with the least WAL is promoted, not the one with the most.</param>
/// <param name="OldBackFirst">The old primary is back for a moment before the promotion.</param>
public sealed record FailoverPlan(bool Suspended, Fence Fence, bool Badly, bool OldBackFirst);

/// <summary>How long the next event waits: passes of the engine or commits of the writer, not seconds.</summary>
public readonly record struct Gap(bool Passes, int Count)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count}{(Passes ? "p" : "c")}");
}

/// <param name="First">Chooses the member, or the manner; taken modulo what is there.</param>
/// <param name="Failover">Of a failover by hand.</param>
/// <param name="Commit">Of a hostile commit.</param>
public sealed record FaultEvent(
    FaultKind Kind,
    int First,
    int Second,
    Gap After,
    FailoverPlan? Failover = null,
    HostileCommitKind? Commit = null
)
{
    public override string ToString() =>
        Kind switch
        {
            FaultKind.HandFailover when Failover is { } f =>
                $"{(f.Suspended ? "suspended-" : "")}failover({f.Fence}{(f.Badly ? ",badly" : "")}{(f.OldBackFirst ? ",old-back-first" : "")})",
            FaultKind.HostileCommit => $"commit({Commit})",
            FaultKind.FreezeEngine
            or FaultKind.KillEngine
            or FaultKind.KillEngineInAStep
            or FaultKind.SecondEngine
            or FaultKind.RemoveState
            or FaultKind.LoseAllData
            or FaultKind.FullDisk
            or FaultKind.OrdinaryCommit
            or FaultKind.BothBack
            or FaultKind.OldPrimaryBack
            or FaultKind.LosePrimaryData
            or FaultKind.DriftByHand
            or FaultKind.KillAllServers => Kind.ToString(),
            _ => string.Create(CultureInfo.InvariantCulture, $"{Kind}#{First}"),
        };
}

/// <summary>Everything that is left to chance in one run, drawn from its seed before anything is started.</summary>
public sealed record Schedule(
    int Seed,
    int Members,
    bool Synchronous,
    int Engines,
    int IntervalSeconds,
    IReadOnlyList<FaultEvent> Events
)
{
    // How often each kind is drawn, in parts of the sum.
    private static readonly (FaultKind Kind, int Weight)[] Weights =
    [
        (FaultKind.StopServer, 3),
        (FaultKind.KillServer, 3),
        (FaultKind.KillAllServers, 1),
        (FaultKind.FreezeServer, 2),
        (FaultKind.FreezeEngine, 2),
        (FaultKind.KillEngine, 2),
        (FaultKind.KillEngineInAStep, 3),
        (FaultKind.SecondEngine, 2),
        (FaultKind.HandFailover, 8),
        (FaultKind.OldPrimaryBack, 3),
        (FaultKind.BothBack, 1),
        (FaultKind.LoseStandbyData, 3),
        (FaultKind.LosePrimaryData, 2),
        (FaultKind.LoseAllData, 1),
        (FaultKind.FullDisk, 1),
        (FaultKind.RemoveState, 2),
        (FaultKind.HostileCommit, 6),
        (FaultKind.OrdinaryCommit, 3),
        (FaultKind.DriftByHand, 1),
    ];

    public bool Holds(FaultKind kind) => Events.Any(e => e.Kind == kind);

    public static Schedule Of(int seed)
    {
        var random = new Draws(seed);
        var members = random.Next(5) < 2 ? 3 : 2;
        var synchronous = random.Next(2) == 0;
        var engines = random.Next(5) == 0 ? 2 : 1;
        var interval = 1 + random.Next(2);
        var events = new List<FaultEvent>();
        for (var left = 3 + random.Next(4); left > 0; left--)
            events.Add(Draw(random));
        return new(seed, members, synchronous, engines, interval, Consistent(events));
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Members}m {(Synchronous ? "sync" : "async")} {Engines}e {IntervalSeconds}s: {string.Join(" ", Events.Select(e => $"{e} {e.After}"))}"
        );

    // The memory of a cluster and its last disk lost together: then nobody can know that it existed (docs/decisions/0010), and nothing is to be judged.
    private static List<FaultEvent> Consistent(List<FaultEvent> events)
    {
        var lost = events.Find(e => e.Kind == FaultKind.LoseAllData);
        if (lost is null)
            return events;
        var kept = events
            .Where(e =>
                e.Kind
                    is not (FaultKind.LoseAllData or FaultKind.RemoveState or FaultKind.SecondEngine or FaultKind.LosePrimaryData)
            )
            .ToList();
        return [.. kept, lost];
    }

    private static FaultEvent Draw(Draws random)
    {
        var at = random.Next(Weights.Sum(w => w.Weight));
        var kind = Weights[0].Kind;
        foreach (var (candidate, weight) in Weights)
        {
            kind = candidate;
            at -= weight;
            if (at < 0)
                break;
        }
        // All is drawn, needed or not: an event that is changed later leaves those after it as they were.
        var (first, second) = (random.Next(60), random.Next(60));
        var gap = random.Next(3) == 0 ? new Gap(false, 100 + random.Next(1000)) : new Gap(true, random.Next(4));
        var failover = new FailoverPlan(random.Next(5) < 3, (Fence)random.Next(5), random.Next(5) == 0, random.Next(4) == 0);
        var commit = (HostileCommitKind)random.Next(Enum.GetValues<HostileCommitKind>().Length);
        return new(
            kind,
            first,
            second,
            gap,
            kind == FaultKind.HandFailover ? failover : null,
            kind == FaultKind.HostileCommit ? commit : null
        );
    }
}
