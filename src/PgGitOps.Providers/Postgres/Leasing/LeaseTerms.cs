using PgGitOps.Core.Approving;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Postgres.Leasing;

/// <summary>Who asks for a lease of which cluster, and who may forbid it.</summary>
/// <param name="Holder">What others are told who find it held.</param>
internal sealed record LeaseTerms(WriterContext Context, string Holder, ISuspensionPlaces? Places)
{
    /// <summary>A suspension in force in places beside the cluster, or in <paramref name="recorded"/>, in words; null when there is none.</summary>
    public async Task<string?> SuspendedAsync(Suspension? recorded, CancellationToken cancel)
    {
        PlacedSuspension[] ofRecord = recorded is null ? [] : [new(Suspensions.Record, recorded)];
        var beside = Places is null ? [] : await Places.ReadAsync(Context.Fleet, Context.Cluster, cancel);
        return Suspensions.InForce(ofRecord.Concat(beside), Context.Time.GetUtcNow());
    }
}
