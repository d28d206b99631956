using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Reconciling;

namespace PgGitOps.Commands;

/// <summary>The first rooms of the route, the same for every command that looks at clusters: a valid fleet at a commit, or the end of the run.</summary>
internal static class FleetAtRevision
{
    public static async Task<ExitCode> UseAsync(Invocation invocation, Engine engine, string? reference, Func<ValidFleet, SourceTree, Task<ExitCode>> use)
    {
        var request = new SourceRequest { Reference = reference ?? invocation.Reference ?? "HEAD" };
        switch (engine.Revisions().Read(request, invocation.Stopping))
        {
            case RevisionOutcome.Valid valid:
                if (valid.Diagnostics.Count > 0 && invocation.Verbose)
                    DiagnosticOutput.Complain(invocation, valid.Tree, valid.Diagnostics);
                return await use(valid.Fleet, valid.Tree).ConfigureAwait(false);
            case RevisionOutcome.Invalid invalid:
                DiagnosticOutput.Complain(invocation, invalid.Tree, invalid.Diagnostics);
                return invalid.Refuted ? ExitCode.Rejected : ExitCode.InvalidDocuments;
            case RevisionOutcome.Refused refused:
                return RevisionFailure.Report(invocation, refused.Refusal);
            default:
                throw new InvalidOperationException("nothing was known, so nothing can be unchanged");
        }
    }
}
