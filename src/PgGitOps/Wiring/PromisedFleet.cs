using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;

namespace PgGitOps.Wiring;

/// <summary>A fleet to look at, whether or not it keeps its promises: what is refused has to be explained too.</summary>
internal static class PromisedFleet
{
    /// <returns>The fleet and the files it was read from, or how the run ends.</returns>
    public static (ValidFleet? Fleet, SourceTree? Tree, ExitCode Exit) Read(Invocation invocation)
    {
        ValidFleet? fleet = null;
        SourceTree? of = null;
        var exit = PolicyFiles.Use(
            invocation,
            null,
            (tree, notes) =>
            {
                var reading = new FleetReader().Read(tree);
                Diagnostic[] found = [.. notes, .. reading.Fleet is { } read ? ExceptionFields.Check(read.Clusters) : []];
                if (reading.Fleet is null || found.Any(n => n.Severity == Severity.Error))
                {
                    DiagnosticOutput.WriteError(invocation, tree, found.Concat(reading.Diagnostics));
                    return ExitCode.InvalidDocuments;
                }
                (fleet, of) = (reading.Fleet, tree);
                return ExitCode.Done;
            }
        );
        return (fleet, of, exit);
    }

    /// <summary>Only the policies of some contexts, and of the chosen clusters.</summary>
    public static ValidFleet Only(Invocation invocation, ValidFleet fleet, IReadOnlyList<string> contexts)
    {
        foreach (var name in contexts)
            _ = Find(fleet, name);
        var clusters = FleetSelection.Of(invocation, fleet);
        return fleet with
        {
            Policies =
            [
                .. fleet.Policies.Where(p =>
                    (contexts.Count == 0 || contexts.Contains(p.Name)) && clusters.Contains(p.Cluster.Value)
                ),
            ],
        };
    }

    public static RecoveryPolicy Find(ValidFleet fleet, string context) =>
        fleet.Policies.FirstOrDefault(p => p.Name == context)
        ?? throw new UsageException(
            $"there is no context '{context}' at {fleet.Revision.CommitId}{Suggestion.Clause(context, fleet.Policies.Select(p => p.Name))}",
            $"contexts are {(fleet.Policies.Count == 0 ? "none" : string.Join(", ", fleet.Policies.Select(p => p.Name)))}"
        );
}
