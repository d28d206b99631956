using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;
using PgGitOps.Revisions;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>Judges documents; touches no cluster. Files of a directory as they lie there, or a commit with --ref.</summary>
internal static class ValidateCommand
{
    private static readonly Argument<string?> PathArgument = new("PATH")
    {
        Description = "Directory that holds policies/ and environments/; default: --repo, else here",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Switch Fix = new(
        "--fix",
        "Carry out the edits that rules call safe in the files of the directory, and show them as a diff"
    );

    public static CommandDefinition Define() =>
        new(
            RuleSettings.AddFromTo(
                RuleSettings.AddTo(
                    SourceSettings.AddTo(
                        new Command(
                            "validate",
                            "Check documents: YAML, schemas, references, recovery objectives, rules; no cluster is touched"
                        )
                        {
                            PathArgument,
                            Fix.Option,
                        }
                    )
                )
            ),
            Run
        );

    private static Task<ExitCode> Run(Invocation invocation)
    {
        // An unsupported format is refused before work is done.
        _ = invocation.Format(DiagnosticOutput.Formats);
        var path = invocation.Parsed.GetValue(PathArgument);
        var fix = Fix.Read(invocation.Parsed);
        if (fix && (invocation.Reference is not null || !Directory.Exists(path ?? invocation.Repository)))
            throw new UsageException(
                "--fix changes files as they lie in a directory, not a commit",
                "give the directory as PATH, without --ref"
            );
        using var rules = new RuleRoute(RuleSettings.Read(invocation));
        if (PolicyFiles.DirectoryOf(invocation, fix ? path ?? invocation.Repository : path) is { } directory)
            rules.Prepare(WorkTree.Rules(directory));
        return Task.FromResult(
            PolicyFiles.Use(
                invocation,
                fix ? path ?? invocation.Repository : path,
                (tree, notes) =>
                {
                    var documents = ValidatedBlobs.Open(invocation);
                    var reader = new FleetReader(documents.Cache);
                    var judge = new RevisionJudge(reader, rules, invocation.Time);
                    var judged = judge.Weigh(tree, notes, cancel: invocation.Stopping);
                    documents.Save();
                    if (
                        fix
                        && judged is { Fleet: not null, Rules: { } report }
                        && FileFixes.Write(invocation, path ?? invocation.Repository, tree, report)
                    )
                        judged = judge.Weigh(
                            WorkTree.Read(path ?? invocation.Repository, invocation.Time.GetUtcNow()).Tree,
                            notes,
                            cancel: invocation.Stopping
                        );
                    return Report(invocation, judged, rules, reader);
                }
            )
        );
    }

    private static ExitCode Report(Invocation invocation, RevisionJudgement judged, RuleRoute rules, FleetReader reader)
    {
        if (judged.Rules is { } own && RuleSettings.Judging(invocation) is { } reference)
        {
            // Who changes a rule in the same commit as a document must not thereby judge himself.
            var judging = invocation.Source.Read(new SourceRequest { Reference = reference }, invocation.Stopping);
            if (judging is not SourceOutcome.Read { Tree: var judge, Diagnostics: var ofJudge })
                return judging is SourceOutcome.Refused { Refusal: var refusal }
                    ? RevisionFailure.Report(invocation, refusal)
                    : throw new InvalidOperationException("nothing was known, so nothing can be unchanged");
            var bundle = RuleBundleReader.Read(judge, reader.Read(judge));
            // The same rules with the same values have had their say.
            var report =
                bundle == RuleBundleReader.Read(judged.Tree, judged.AsRead)
                    ? own
                    : rules.Judge(
                        bundle,
                        judged.Tree,
                        judged.AsRead,
                        invocation.Time.GetUtcNow(),
                        judged.Knowledge,
                        invocation.Stopping
                    );
            Preview(invocation, RulePreview.Of(report, own));
            // A setting of the judged files judges nothing here, and is still one of their documents.
            var both = RuleSettings.OwnJudgeToo(invocation);
            Diagnostic[] also =
            [
                .. own.Diagnostics.Where(d => both || SettingsInForce.IsOfSetting(d)).Except(report.Diagnostics),
            ];
            // A rule that could not be read there judges nobody, and its absence must not pass unseen.
            Diagnostic[] there = [.. ofJudge.Select(d => d with { Message = $"in {reference}, whose rules judge: {d.Message}" })];
            judged = judged with
            {
                Rules = report with
                {
                    Diagnostics = [.. report.Diagnostics, .. also, .. there],
                    Rejected =
                        report.Rejected
                        || (both ? own.Rejected : also.Length > 0)
                        || there.Any(d => d.Severity == Severity.Error),
                },
            };
        }
        DiagnosticOutput.Write(invocation, judged.Tree, judged.Diagnostics, judged.Rules?.Describe());
        return judged.Fleet is null || judged.SettingsAreWrong ? ExitCode.InvalidDocuments
            : judged.Rejected ? ExitCode.Rejected
            : ExitCode.Done;
    }

    private static void Preview(Invocation invocation, RulePreview preview)
    {
        if (!preview.IsEmpty)
            invocation.WriteError("the rules change with this revision:");
        foreach (var line in preview.NewlyFails)
            invocation.WriteError(VisibleText.Of($"  newly fails   {line.At}: {line.Rule}: {line.Message}"));
        foreach (var line in preview.NewlyPasses)
            invocation.WriteError(VisibleText.Of($"  newly passes  {line.At}: {line.Rule}: {line.Message}"));
    }
}
