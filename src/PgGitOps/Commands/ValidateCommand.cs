using System.CommandLine;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Reconciling;

namespace PgGitOps.Commands;

/// <summary>Judges documents; touches no cluster. Files of a directory as they lie there, or a commit with --ref.</summary>
internal static class ValidateCommand
{
    private static readonly Argument<string?> PathArgument = new("PATH") { Description = "Directory that holds policies/ and environments/; default: --repo, else here", Arity = ArgumentArity.ZeroOrOne };

    public static CommandDefinition Define() => new(SourceSettings.AddTo(new Command("validate", "Check documents: YAML, schemas, references; no cluster is touched") { PathArgument }), Run);

    private static Task<ExitCode> Run(Invocation invocation)
    {
        // An unsupported format is refused before work is done.
        _ = invocation.Format(DiagnosticOutput.Formats);
        var path = invocation.Parsed.GetValue(PathArgument);
        var directory = path ?? (Directory.Exists(invocation.Repository) ? invocation.Repository : null);
        if (invocation.Reference is null && directory is not null && HoldsWorkTree(directory, path is not null))
        {
            var tree = WorkTree.Read(directory, invocation.Time.GetUtcNow());
            return Task.FromResult(Report(invocation, new FleetReader().Read(tree), tree));
        }
        if (path is not null && invocation.Reference is not null)
            throw new UsageException("PATH is files as they lie in a directory, --ref is a commit: give one of them", "a commit of another repository: --repo PATH --ref REF");
        var outcome = SourceSettings.Open(invocation).Read(new SourceRequest { Reference = invocation.Reference ?? "HEAD" }, invocation.Stopping);
        return Task.FromResult(outcome.Match(
            read =>
            {
                var reading = new FleetReader().Read(read.Tree);
                return Report(invocation, reading with { Diagnostics = [.. read.Diagnostics, .. reading.Diagnostics] }, read.Tree);
            },
            _ => throw new InvalidOperationException("nothing was known, so nothing can be unchanged"),
            refused => RevisionFailure.Report(invocation, refused.Refusal)));
    }

    /// <summary>A bare repository has no files to look at: then its HEAD is meant.</summary>
    private static bool HoldsWorkTree(string directory, bool asked) =>
        asked || Directory.Exists(Path.Combine(directory, "policies")) || Directory.Exists(Path.Combine(directory, "environments"));

    private static ExitCode Report(Invocation invocation, FleetReading reading, SourceTree tree)
    {
        DiagnosticOutput.Write(invocation, tree, reading.Diagnostics);
        return reading.Fleet is null || reading.Diagnostics.Any(d => d.Severity == Severity.Error) ? ExitCode.InvalidDocuments : ExitCode.Done;
    }
}
