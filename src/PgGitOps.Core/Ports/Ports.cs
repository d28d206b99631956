using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;

namespace PgGitOps.Core.Ports;

/// <summary>Looks at live clusters. Never throws for what the outside world does: that is an <see cref="Observation{T}"/>.</summary>
public interface IObserver
{
    /// <summary>All the given clusters in parallel; one that hangs delays none of the others past its own deadline.</summary>
    ValueTask<FleetSnapshot> ObserveAsync(ValidFleet fleet, IReadOnlyCollection<string> clusters, CancellationToken cancel);
}

/// <summary>Finds secrets by reference at the moment they are needed.</summary>
public interface ISecretStore
{
    SecretLookup Find(SecretReference reference);
}

/// <summary>Closed: <see cref="Found"/>, <see cref="Missing"/>.</summary>
public abstract record SecretLookup
{
    private SecretLookup() { }

    public sealed record Found(string Secret) : SecretLookup
    {
        public override string ToString() => "(secret)";
    }

    /// <param name="Reason">Names the reference and what is wrong with it.</param>
    public sealed record Missing(string Reason) : SecretLookup;
}

/// <summary>One writer's hold on one cluster. Disposing gives it back.</summary>
public interface IClusterWriter : IAsyncDisposable
{
    /// <summary>Grows with every writer the cluster ever had; a step of an older one is refused.</summary>
    long FencingToken { get; }

    /// <summary>Asked right before a step: whether this writer may still write.</summary>
    ValueTask<WriterStanding> StandingAsync(CancellationToken cancel);

    /// <summary>Performs one step. The outside world's failures are outcomes, not exceptions.</summary>
    ValueTask<StepOutcome> RunAsync(Step step, CancellationToken cancel);

    /// <summary>Writes inventory and applied values of steps that are done into the cluster.</summary>
    ValueTask<StepOutcome> RecordAsync(IReadOnlyCollection<Step> done, string commit, CancellationToken cancel);

    /// <summary>Writes values that were found as declared into the cluster, marked so: nothing is made or owned by it.</summary>
    ValueTask<StepOutcome> RecordFoundAsync(IReadOnlyCollection<FacetState> found, string commit, CancellationToken cancel);
}

/// <param name="Lost">Why the lock or the token is gone, or null while both are held. Once lost stays lost.</param>
/// <param name="Suspension">What the cluster's own record says now; null where it says nothing, or where there is no primary to ask.</param>
public sealed record WriterStanding(string? Lost, Suspension? Suspension)
{
    public static WriterStanding Good { get; } = new(null, null);
}

/// <summary>Opens a cluster for writing.</summary>
public interface IClusterGate
{
    ValueTask<GateOutcome> OpenAsync(ValidFleet fleet, Cluster cluster, ClusterSnapshot snapshot, CancellationToken cancel);
}

/// <summary>Closed: <see cref="Open"/>, <see cref="Held"/>, <see cref="Suspended"/>, <see cref="Unreachable"/>.</summary>
public abstract record GateOutcome
{
    private GateOutcome() { }

    public sealed record Open(IClusterWriter Writer) : GateOutcome;

    /// <param name="Holder">Who writes now, as far as PostgreSQL shows it.</param>
    public sealed record Held(string Holder) : GateOutcome;

    /// <summary>The cluster was found suspended once its lock was held; nothing was written, no token either.</summary>
    /// <param name="Words">By whom, until when and why.</param>
    public sealed record Suspended(string Words) : GateOutcome;

    public sealed record Unreachable(string Reason) : GateOutcome;
}
