using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Ports;

/// <summary>Looks at live clusters, by every <see cref="IFactReader"/> there is. Never throws for what the outside world does: that is an <see cref="Observation{T}"/>.</summary>
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
