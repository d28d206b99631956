using System.CommandLine;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Sources;
using PgGitOps.Reconciling;

namespace PgGitOps.Commands;

/// <summary>Judges documents; touches no cluster. Files of a directory as they lie there, or a commit with --ref.</summary>
internal static class ValidateCommand
{
    private static readonly Argument<string?> PathArgument = new("PATH") { Description = "Directory that holds policies/ and environments/; default: --repo, else here", Arity = ArgumentArity.ZeroOrOne };

    public static CommandDefinition Define() => new(RuleSettings.AddTo(SourceSettings.AddTo(new Command("validate", "Check documents: YAML, schemas, references, promises, rules; no cluster is touched") { PathArgument })), Run);

    private static Task<ExitCode> Run(Invocation invocation)
    {
        // An unsupported format is refused before work is done.
        _ = invocation.Format(DiagnosticOutput.Formats);
        return Task.FromResult(PolicyFiles.Use(invocation, invocation.Parsed.GetValue(PathArgument), (tree, notes) =>
        {
            var reading = new FleetReader().Read(tree);
            return Report(invocation, reading with { Diagnostics = [.. notes, .. reading.Diagnostics] }, tree);
        }));
    }

    private static ExitCode Report(Invocation invocation, FleetReading reading, SourceTree tree)
    {
        if (reading.Fleet is null || reading.Diagnostics.Any(d => d.Severity == Severity.Error))
        {
            DiagnosticOutput.Write(invocation, tree, reading.Diagnostics);
            return ExitCode.InvalidDocuments;
        }
        var claims = ClaimRules.Judge(reading.Fleet);
        // Rules speak of documents that hold: a rule reading a mistyped value would only repeat what the schema said.
        using var rules = new RuleRoute(RuleSettings.Read(invocation));
        var report = rules.Judge(tree, reading, invocation.Time.GetUtcNow());
        DiagnosticOutput.Write(invocation, tree, reading.Diagnostics.Concat(claims.Diagnostics).Concat(report.Diagnostics), report.Describe());
        return claims.Rejected || report.Rejected ? ExitCode.Rejected : ExitCode.Done;
    }
}
