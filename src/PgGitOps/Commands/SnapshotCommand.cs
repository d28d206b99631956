using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Reporting.Snapshots;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>What is observed now, as a redacted file to plan against where the clusters are out of reach.</summary>
internal static class SnapshotCommand
{
    public static CommandDefinition Define() =>
        new(SourceSettings.AddTo(new Command("snapshot", "Observed state as a redacted file, for plan --snapshot")), RunAsync);

    private static async Task<ExitCode> RunAsync(Invocation invocation)
    {
        // There is one form; asked for as json or not at all.
        _ = invocation.Format(OutputFormat.Json);
        await using var engine = new Engine(invocation);
        return await FleetAtRevision.UseAsync(
            invocation,
            engine,
            null,
            async (fleet, _) =>
            {
                var snapshot = await engine.Observer.ObserveAsync(
                    fleet,
                    FleetSelection.Of(invocation, fleet),
                    invocation.Stopping
                );
                var json = SnapshotJson.Write(snapshot, SnapshotKey.Of(invocation));
                invocation.Write(json, () => json);
                return snapshot.Clusters.Any(c => c.Members.Any(m => m.Server is Observation<ServerFacts>.Unreadable))
                    ? ExitCode.Error
                    : ExitCode.Done;
            }
        );
    }
}
