using System.CommandLine;
using System.Globalization;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Reporting.Proofs;
using PgGitOps.Core.Sources;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>What every recovery promise is worth: from documents alone, or together with what the live clusters show.</summary>
internal static class ProveCommand
{
    // Every pair more multiplies the work by the number of domains; beyond this nobody waits for the answer.
    private const int DepthMax = 8;

    private static readonly ListSetting Contexts = new(
        "--context",
        "NAME",
        "Only these contexts, with their paths and assumptions"
    );
    private static readonly Setting<string?> WhatIfQuestion = new(
        "--what-if",
        "QUESTION",
        "Play events: 'lose oslo', 'cut oslo-bergen', 'lose core-2 then oslo'",
        t => t,
        null
    );
    private static readonly Setting<int> Depth = new(
        "--depth",
        "N",
        "Failure domains that fail at once; default: 2",
        ParseDepth,
        Prover.DepthDefault
    );
    private static readonly Switch Live = new("--live", "Observe the clusters too: met, unproven, at risk, breached or unknown");

    public static CommandDefinition Define() =>
        new(
            RuleSettings.AddTo(
                SourceSettings.AddTo(
                    new Command(
                        "prove",
                        "Prove or refute every recovery objective: how much can be lost, for how long, by which path"
                    )
                    {
                        Contexts.Option,
                        WhatIfQuestion.Option,
                        Depth.Option,
                        Live.Option,
                    }
                )
            ),
            RunAsync
        );

    private static async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var question = WhatIfQuestion.Read(invocation.Parsed);
        var live = Live.Read(invocation.Parsed);
        var format = question is null
            ? invocation.Format(OutputFormat.Text, OutputFormat.Json, OutputFormat.Markdown, OutputFormat.Html)
            : invocation.Format(OutputFormat.Text, OutputFormat.Json);
        if (question is not null && live)
            throw new UsageException("--what-if plays events on the documents, --live observes the clusters: give one of them");
        var depth = Depth.Read(invocation.Parsed);
        var (whole, tree, exit) = PromisedFleet.Read(invocation);
        if (whole is null || tree is null)
            return exit;
        var contexts = Contexts.Read(invocation.Parsed);
        var fleet = PromisedFleet.Only(invocation, whole, contexts);
        if (question is not null)
            return Answer(invocation, whole, fleet, question, format);
        // The findings of validate, so that one commit has one answer: some objectives are refused for what no fault shows.
        var judged = ClaimRules.Judge(fleet, depth);
        var proof = judged.Proof;
        if (live)
        {
            var seen = await LiveProofs.RunAsync(invocation, whole, tree, proof, format);
            return seen == ExitCode.Done && judged.Rejected ? ExitCode.Rejected : seen;
        }
        invocation.Write(
            format switch
            {
                OutputFormat.Json => ProveJson.Of(proof),
                OutputFormat.Markdown => ProveMarkdown.Of(proof),
                OutputFormat.Html => ProveHtml.Of(proof),
                _ => ProveText.Of(proof, contexts.Count > 0 || invocation.Verbose),
            },
            () => ProveJson.Of(proof)
        );
        if (judged.Rejected && format == OutputFormat.Text)
            DiagnosticOutput.WriteError(invocation, tree, judged.Diagnostics.Where(d => d.Severity == Severity.Error));
        return judged.Rejected || proof.Verdict == Verdict.Impossible ? ExitCode.Rejected : ExitCode.Done;
    }

    private static ExitCode Answer(Invocation invocation, ValidFleet whole, ValidFleet fleet, string text, OutputFormat format)
    {
        if (WhatIf.Parse(text, whole, out var error) is not { } question)
            throw new UsageException($"--what-if: {error}");
        var answers = WhatIfAnswer.Of(fleet, question);
        invocation.Write(
            format == OutputFormat.Json ? ProveWhatIf.Json(question, answers) : ProveWhatIf.Text(question, answers),
            () => ProveWhatIf.Json(question, answers)
        );
        return ExitCode.Done;
    }

    private static int ParseDepth(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var depth) && depth is >= 1 and <= DepthMax
            ? depth
            : throw new FormatException($"'{text}' is not a depth; it is a number from 1 to {DepthMax}.");
}
