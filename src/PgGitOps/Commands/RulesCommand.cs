using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Reporting.Rules;
using PgGitOps.Providers.RuleHost;
using PgGitOps.Revisions;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>The rules of a policy repository: what there is, whether they hold what their tests say, and why one says what it says.</summary>
internal static class RulesCommand
{
    private static readonly Argument<string?> PathArgument = new("PATH")
    {
        Description = "Directory that holds policies/; default: --repo, else here",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private static readonly Argument<string> RuleArgument = new("RULE") { Description = "Id of a rule, such as PG101" };
    private static readonly Argument<string> DocumentArgument = new("DOCUMENT")
    {
        Description = "Document as Kind/name; Fleet for a rule on the fleet",
    };

    public static CommandDefinition Define() =>
        new(new Command("rules", "List, test and explain the C# rules of a policy repository"), List)
        {
            Below =
            [
                new(
                    SourceSettings.AddTo(
                        new Command("list", "List rules with what they stop and what they ask for") { PathArgument }
                    ),
                    List
                ),
                new(
                    RuleSettings.AddTo(
                        SourceSettings.AddTo(new Command("test", "Run the fixtures beside the rules") { PathArgument })
                    ),
                    Test
                ),
                new(
                    RuleSettings.AddTo(
                        SourceSettings.AddTo(
                            new Command("explain", "Show what a rule read and ran on a document")
                            {
                                RuleArgument,
                                DocumentArgument,
                            }
                        )
                    ),
                    Explain
                ),
            ],
        };

    private static Task<ExitCode> List(Invocation invocation) =>
        Task.FromResult(
            PolicyFiles.Use(
                invocation,
                PathOf(invocation),
                (tree, _) =>
                {
                    var format = invocation.Format(OutputFormat.Text, OutputFormat.Json, OutputFormat.Markdown);
                    var bundle = RuleBundleReader.Read(tree, new FleetReader().Read(tree));
                    invocation.Write(
                        format switch
                        {
                            OutputFormat.Json => RuleListing.Json(bundle),
                            OutputFormat.Markdown => RuleListing.Markdown(bundle),
                            _ => RuleListing.Text(bundle),
                        },
                        () => RuleListing.Json(bundle)
                    );
                    DiagnosticOutput.WriteError(invocation, tree, bundle.Broken);
                    return bundle.Broken.Count == 0 ? ExitCode.Done : ExitCode.InvalidDocuments;
                }
            )
        );

    private static Task<ExitCode> Test(Invocation invocation) =>
        Task.FromResult(
            PolicyFiles.Use(
                invocation,
                PathOf(invocation),
                (tree, _) =>
                {
                    var format = invocation.Format(OutputFormat.Text, OutputFormat.Json, OutputFormat.Junit);
                    var report = RuleTester.Run(tree, RuleSettings.Read(invocation));
                    invocation.Write(
                        format switch
                        {
                            OutputFormat.Json => RuleTestOutput.Json(report),
                            OutputFormat.Junit => RuleTestOutput.JUnit(report),
                            _ => RuleTestOutput.Text(report),
                        },
                        () => RuleTestOutput.Json(report)
                    );
                    var findings = report.Problems.Concat(report.Results.SelectMany(r => r.Failures)).ToList();
                    if (findings.Count > 0)
                        DiagnosticOutput.WriteError(invocation, tree, findings);
                    return report.Passed ? ExitCode.Done : ExitCode.Rejected;
                }
            )
        );

    private static Task<ExitCode> Explain(Invocation invocation) =>
        Task.FromResult(
            PolicyFiles.Use(
                invocation,
                null,
                (tree, _) =>
                {
                    var (id, document) = (
                        invocation.Parsed.GetValue(RuleArgument)!,
                        invocation.Parsed.GetValue(DocumentArgument)!
                    );
                    var format = invocation.Format(OutputFormat.Text, OutputFormat.Json);
                    var reading = new FleetReader().Read(tree);
                    var bundle = RuleBundleReader.Read(tree, reading);
                    if (bundle.Withheld.Any(r => r.Header.Id == id))
                    {
                        DiagnosticOutput.WriteError(invocation, tree, bundle.Broken.Where(SettingsInForce.IsOfSetting));
                        return ExitCode.Rejected;
                    }
                    var rule =
                        bundle.Find(id)
                        ?? throw new UsageException($"there is no sound rule {id}", "pggitops rules list shows them");
                    var subject = rule.Header.IsForFleet ? null : document;
                    if (subject is not null && !reading.Documents.Any(d => d.Id == subject && d.Kind == rule.Header.Subject))
                        throw new UsageException($"there is no document {document} of kind {rule.Header.Subject}");
                    using var engine = new RuleEngine(RuleSettings.Read(invocation) with { Trace = true });
                    var now = invocation.Time.GetUtcNow();
                    var facts = reading.Fleet is { } fleet
                        ? new RuleFactMemory().Of(bundle, RuleKnowledge.Static(Prover.Prove(fleet)))
                        : [];
                    var evaluation = engine.Evaluate(
                        bundle,
                        [.. HoldingDocuments.Of(reading).Documents, .. facts],
                        now,
                        chosen: new HashSet<(string, string?)> { (id, subject) }
                    );
                    if (evaluation.Runs.Count == 0)
                    {
                        DiagnosticOutput.WriteError(invocation, tree, evaluation.Problems);
                        return ExitCode.Rejected;
                    }
                    // Waivers of other rules are not this explanation's business.
                    var waivers = (reading.Fleet?.Waivers ?? []).Where(w => w.Rule == id).ToList();
                    var settled = RuleJudgement.Settle(bundle, [.. evaluation.Runs], [], waivers, reading.Documents.Count, now);
                    var explanation = new RuleExplanation(rule, evaluation.Runs[0], settled, tree);
                    invocation.Write(format == OutputFormat.Json ? explanation.Json() : explanation.Text(), explanation.Json);
                    return settled.Rejected ? ExitCode.Rejected : ExitCode.Done;
                }
            )
        );

    private static string? PathOf(Invocation invocation) =>
        invocation.Parsed.GetResult(PathArgument) is null ? null : invocation.Parsed.GetValue(PathArgument);
}
