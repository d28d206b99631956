using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Recording;

namespace PgGitOps.Providers.Postgres.Leasing;

/// <summary>Suspends a cluster and resumes it. Kept in the cluster itself, so that every runner sees it.</summary>
/// <remarks>Takes no writer lock: suspending has to work while a writer is at it; that one reads it before its next step and begins none.</remarks>
public sealed class SuspensionStore(ISecretStore secrets)
{
    /// <param name="primary">Member that accepts writes.</param>
    public Task<StepOutcome> SuspendAsync(
        ValidFleet fleet,
        Cluster cluster,
        Member primary,
        Suspension suspension,
        CancellationToken cancel
    ) =>
        WriteAsync(
            fleet,
            cluster,
            primary,
            new NpgsqlBatchCommand(
                """
                insert into pggitops.suspension (reason, owner, since, expires) values ($1, $2, $3, $4)
                on conflict (only_one) do update set reason = excluded.reason, owner = excluded.owner, since = excluded.since, expires = excluded.expires
                """
            )
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = suspension.Reason },
                    new NpgsqlParameter<string> { TypedValue = suspension.Owner },
                    new NpgsqlParameter<DateTime> { TypedValue = suspension.Since.UtcDateTime },
                    new NpgsqlParameter<DateTime> { TypedValue = suspension.Expires.UtcDateTime },
                },
            },
            cancel
        );

    /// <returns>AlreadyTrue where the cluster was not suspended.</returns>
    public Task<StepOutcome> ResumeAsync(ValidFleet fleet, Cluster cluster, Member primary, CancellationToken cancel) =>
        WriteAsync(fleet, cluster, primary, new NpgsqlBatchCommand("delete from pggitops.suspension"), cancel);

    /// <summary>Who holds the cluster's writer lock now.</summary>
    /// <returns>Null and null when nobody does; a problem when it could not be told.</returns>
    public async Task<(string? Writer, string? Problem)> WriterAsync(
        ValidFleet fleet,
        Cluster cluster,
        Member primary,
        CancellationToken cancel
    )
    {
        var access = fleet.EnvironmentOf(cluster).Access;
        var target = ServerTarget.Of(
            access,
            fleet.EnvironmentOf(cluster).Hosts.Single(h => h.Name == primary.Host).Address,
            primary.Port
        );
        var (connection, reason) = await WriterConnection.OpenAsync(
            target,
            primary.Name,
            secrets,
            WriterConnection.Newcomer,
            cancel
        );
        if (connection is null)
            return (null, reason);
        await using (connection)
        {
            try
            {
                return (await LockAcquisition.HolderAsync(cluster.Name, connection, cancel), null);
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
            {
                return (null, ConnectionFailure.Of(e, target).Reason);
            }
        }
    }

    private async Task<StepOutcome> WriteAsync(
        ValidFleet fleet,
        Cluster cluster,
        Member primary,
        NpgsqlBatchCommand command,
        CancellationToken cancel
    )
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var access = fleet.EnvironmentOf(cluster).Access;
        var host = fleet.EnvironmentOf(cluster).Hosts.Single(h => h.Name == primary.Host);
        var target = ServerTarget.Of(access, host.Address, primary.Port);
        var (connection, reason) = await WriterConnection.OpenAsync(
            target,
            primary.Name,
            secrets,
            WriterConnection.Newcomer,
            cancel
        );
        if (connection is null)
            return new StepOutcome.Failed(reason!, null);
        await using (connection)
        {
            try
            {
                await ClusterRecordSchema.EnsureAsync(connection, cancel);
                await using var batch = new NpgsqlBatch(connection) { Timeout = 30 };
                batch.BatchCommands.Add(command);
                return await batch.ExecuteNonQueryAsync(cancel) > 0
                    ? new StepOutcome.Done(watch.Elapsed)
                    : new StepOutcome.AlreadyTrue();
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
            {
                return SqlFailure.Outcome(e, target, true, null);
            }
        }
    }
}
