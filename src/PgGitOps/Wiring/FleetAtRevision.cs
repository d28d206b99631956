using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Revisions;

namespace PgGitOps.Wiring;

/// <summary>The first rooms of the route, the same for every command that looks at clusters: a valid fleet at a commit, or the end of the run.</summary>
internal static class FleetAtRevision
{
    /// <param name="byRules">True where the commit is to be carried out: to look at a cluster, or to suspend its care, takes no leave of its rules.</param>
    public static async Task<ExitCode> UseAsync(
        Invocation invocation,
        Engine engine,
        string? reference,
        Func<ValidFleet, SourceTree, Task<ExitCode>> use,
        bool byRules = false
    )
    {
        var request = new SourceRequest { Reference = reference ?? invocation.Reference ?? "HEAD" };
        switch (engine.Revisions(byRules).Read(request, invocation.Stopping))
        {
            case RevisionOutcome.Valid valid when EmptySource.Is(valid.Tree):
                return EmptySource.Report(invocation, valid.Tree);
            case RevisionOutcome.Valid valid:
                if (valid.Diagnostics.Count > 0 && invocation.Verbose)
                    DiagnosticOutput.WriteError(invocation, valid.Tree, valid.Diagnostics);
                return await use(valid.Fleet, valid.Tree);
            case RevisionOutcome.Invalid invalid:
                DiagnosticOutput.WriteError(invocation, invalid.Tree, invalid.Diagnostics);
                return invalid.Refuted || invalid.RuledOut ? ExitCode.Rejected : ExitCode.InvalidDocuments;
            case RevisionOutcome.Refused refused:
                return RevisionFailure.Report(invocation, refused.Refusal);
            default:
                throw new InvalidOperationException("nothing was known, so nothing can be unchanged");
        }
    }
}
