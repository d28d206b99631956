using System.Globalization;
using System.Runtime.InteropServices;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>Runs and waivers → outcomes. Fails closed: what was not judged never counts as passed.</summary>
public static class RuleJudgement
{
    private static readonly TimeSpan ExpiresSoon = TimeSpan.FromDays(14);

    /// <param name="problems">What went wrong before any rule ran: broken rule files, code that does not compile, settings.</param>
    public static RuleReport Settle(
        RuleBundle bundle,
        IReadOnlyCollection<RuleRun> runs,
        IReadOnlyCollection<Diagnostic> problems,
        IReadOnlyCollection<Waiver> waivers,
        int documents,
        DateTimeOffset now
    )
    {
        var findings = new List<Diagnostic>(bundle.Broken);
        findings.AddRange(problems);
        var valid = Valid(bundle, waivers, now, findings);
        var used = new HashSet<Waiver>();
        // A fleet has tens of thousands of runs, nearly all of which found nothing.
        var settled = new RuleOutcome[runs.Count];
        var byTheClock = false;
        var number = 0;
        foreach (var run in InOrder(runs))
        {
            var outcome = settled[number++] = Settle(run, valid, used, findings);
            byTheClock |= run.Reads.Clock && Rejects(outcome);
        }
        var outcomes = new EquatableArray<RuleOutcome>(ImmutableCollectionsMarshal.AsImmutableArray(settled));
        if (bundle.Rules.Count > 0 && documents > 0 && runs.Count == 0 && problems.Count == 0)
            findings.Add(
                RuleFindings.NothingChecked.At(
                    bundle.Rules[0].Header.At,
                    "no rule ran on any document",
                    "check the kinds after 'for:' in the headers"
                )
            );
        foreach (var waiver in valid.Where(w => !used.Contains(w)))
            findings.Add(Unused(waiver, runs, now));
        foreach (var waiver in used.Where(w => w.Expires - now < ExpiresSoon))
            findings.Add(
                RuleFindings.WaiverExpiring.At(
                    waiver.Head.At,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"the waiver of {waiver.Rule} on {waiver.Document} expires on {waiver.Expires.ToUniversalTime():yyyy-MM-dd HH:mm} UTC"
                    ),
                    "renew it or mend the value"
                ) with
                {
                    Severity = Severity.Warning,
                }
            );
        var rejected = findings.Exists(f => f.Severity == Severity.Error) || outcomes.Any(Rejects);
        return new RuleReport(
            outcomes,
            findings
                .Distinct()
                .OrderBy(d => d.Span)
                .ThenBy(d => d.RuleId, StringComparer.Ordinal)
                .ThenBy(d => d.Message, StringComparer.Ordinal)
                .ToEquatableArray(),
            rejected
        )
        {
            RejectedByTheClock = byTheClock,
            RejectedByTheMachine =
                runs.Any(r => r.ByMachine)
                || problems.Any(p => p.RuleId == RuleFindings.NoJail.Id || p.RuleId == RuleFindings.Budget.Id),
        };
    }

    private static IEnumerable<RuleRun> InOrder(IReadOnlyCollection<RuleRun> runs)
    {
        // Rules stand in the order of their ids, and documents mostly in that of their names.
        if (AreInOrder(runs))
            return runs;
        // Subjects are long texts that start alike, and stand here once for each rule: they are put in order once.
        var ranks = runs.Select(r => r.Subject ?? "")
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select((subject, rank) => (subject, rank))
            .ToDictionary(p => p.subject, p => p.rank, StringComparer.Ordinal);
        return runs.OrderBy(r => r.Rule.Id, StringComparer.Ordinal).ThenBy(r => ranks[r.Subject ?? ""]);
    }

    private static bool AreInOrder(IReadOnlyCollection<RuleRun> runs)
    {
        RuleRun? before = null;
        foreach (var run in runs)
        {
            if (before is not null)
            {
                var byRule = string.CompareOrdinal(before.Rule.Id, run.Rule.Id);
                if (byRule > 0 || (byRule == 0 && string.CompareOrdinal(before.Subject ?? "", run.Subject ?? "") > 0))
                    return false;
            }
            before = run;
        }
        return true;
    }

    private static bool Rejects(RuleOutcome outcome) =>
        outcome.Outcome == Outcome.Error || (outcome.Outcome == Outcome.Fail && outcome.Rule.Enforcement != Enforcement.Advisory);

    private static RuleOutcome Settle(RuleRun run, List<Waiver> waivers, HashSet<Waiver> used, List<Diagnostic> findings)
    {
        var subject = run.Subject ?? RuleHeader.FleetSubject;
        if (run.End == RunEnd.Error)
        {
            findings.Add(
                (run.ByMachine ? RuleFindings.Budget : RuleFindings.Crashed).At(
                    run.ErrorAt,
                    $"rule {run.Rule.Id} on {subject}: {run.Reason}"
                ) with
                {
                    Document = run.Subject,
                }
            );
            return new RuleOutcome(run.Rule, subject, Outcome.Error, run.Reason, [], run.FuelSpent);
        }
        if (run.Findings.Count == 0)
            return new RuleOutcome(
                run.Rule,
                subject,
                run.End == RunEnd.NotApplicable ? Outcome.NotApplicable : Outcome.Pass,
                run.Reason,
                [],
                run.FuelSpent
            );
        var settled = run.Findings.Select(f => new SettledFinding(f, Cover(run.Rule, f, waivers))).ToEquatableArray();
        foreach (var (finding, waiver) in settled)
        {
            if (waiver is not null)
                used.Add(waiver);
            findings.Add(Diagnose(run.Rule, finding, waiver));
        }
        // A finding outweighs a later word that the rule does not apply.
        var outcome = settled.Any(f => f.WaivedBy is null) ? Outcome.Fail : Outcome.Waived;
        return new RuleOutcome(run.Rule, subject, outcome, run.Reason, settled, run.FuelSpent);
    }

    private static Waiver? Cover(RuleHeader rule, RawFinding finding, List<Waiver> waivers) =>
        rule.Enforcement == Enforcement.Hard
            ? null
            : waivers.Find(w =>
                w.Rule == rule.Id && w.Document == finding.Document && (w.Value is null || w.Value == finding.Value)
            );

    private static Diagnostic Diagnose(RuleHeader rule, RawFinding finding, Waiver? waiver)
    {
        var severity =
            waiver is not null ? Severity.Note
            : rule.Enforcement == Enforcement.Advisory && rule.Severity == Severity.Error ? Severity.Warning
            : rule.Enforcement != Enforcement.Advisory ? Severity.Error
            : rule.Severity;
        var message = waiver is null
            ? finding.Message
            : $"{finding.Message} (waived by {waiver.Head.Name} until {waiver.Expires.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}: {waiver.Reason})";
        return new Diagnostic(severity, rule.Id, message, finding.At)
        {
            Hint = waiver is null ? Advice(finding) : finding.Hint,
            Document = finding.Document,
            Field = finding.Field,
        };
    }

    /// <summary>The hint, and the edits that the rule proposes: a reader sees what to write, and what would be written for him.</summary>
    private static string? Advice(RawFinding finding)
    {
        var edits = finding.Edits.Select(e =>
            $"{(e.Safe ? "validate --fix writes" : "proposed:")} {(e.Key.Length > 0 ? $"{e.Key}: {e.Text}" : e.Text)}"
        );
        return string.Join("; ", edits.Prepend(finding.Hint ?? "").Where(t => t.Length > 0)) is { Length: > 0 } advice
            ? PlainText.OneLine(advice)
            : null;
    }

    private static List<Waiver> Valid(
        RuleBundle bundle,
        IReadOnlyCollection<Waiver> waivers,
        DateTimeOffset now,
        List<Diagnostic> findings
    )
    {
        var valid = new List<Waiver>();
        foreach (var waiver in waivers.OrderBy(w => w.Head.Name, StringComparer.Ordinal))
        {
            // Of a rule that could not be run nobody can say what its waivers are good for.
            if (bundle.Withheld.Any(r => r.Header.Id == waiver.Rule))
                continue;
            var rule = bundle.Find(waiver.Rule)?.Header;
            if (rule is null)
                findings.Add(
                    RuleFindings.UnknownRule.At(
                        waiver.Head.At,
                        $"waiver {waiver.Head.Name} names rule {waiver.Rule}, which is not in the bundle"
                    )
                );
            else if (rule.Enforcement == Enforcement.Hard)
                findings.Add(RuleFindings.WaiverHard.At(waiver.Head.At, $"rule {rule.Id} is hard: nothing waives it"));
            else if (waiver.Head.Owner is null)
                findings.Add(
                    RuleFindings.WaiverSelf.At(
                        waiver.Head.At,
                        $"waiver {waiver.Head.Name} names no owner",
                        "write metadata.owner"
                    )
                );
            else if (
                (
                    PersonName.Fault(waiver.Head.Owner) is { } fault ? $"the owner {fault}"
                    : PersonName.Fault(waiver.Approver) is { } other ? $"the approver {other}"
                    : null
                ) is
                { } wrong
            )
                findings.Add(
                    RuleFindings.WaiverSelf.At(
                        waiver.Head.At,
                        $"of waiver {waiver.Head.Name} {wrong}",
                        "write the name with the plain letters of one script"
                    )
                );
            else if (PersonName.LookAlike(waiver.Head.Owner, waiver.Approver))
                findings.Add(
                    RuleFindings.WaiverSelf.At(
                        waiver.Head.At,
                        $"{PlainText.OneLine(waiver.Approver)} both owns and approves waiver {waiver.Head.Name}, or is a name that nobody can tell from the owner's",
                        "somebody else approves it"
                    )
                );
            else if (now >= waiver.Expires)
                findings.Add(
                    RuleFindings.WaiverExpired.At(
                        waiver.Head.At,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"waiver {waiver.Head.Name} expired on {waiver.Expires.ToUniversalTime():yyyy-MM-dd HH:mm} UTC"
                        ),
                        "remove it"
                    ) with
                    {
                        Severity = Severity.Warning,
                    }
                );
            else
                valid.Add(waiver);
        }
        return valid;
    }

    // A waiver whose finding is there with another value was voided by the change, which its owner needs to know.
    private static Diagnostic Unused(Waiver waiver, IReadOnlyCollection<RuleRun> runs, DateTimeOffset now)
    {
        var other = runs.Where(r => r.Rule.Id == waiver.Rule)
            .SelectMany(r => r.Findings)
            .FirstOrDefault(f => f.Document == waiver.Document);
        return other is null
            ? RuleFindings.WaiverUnused.At(
                waiver.Head.At,
                $"rule {waiver.Rule} finds nothing on {waiver.Document} that waiver {waiver.Head.Name} covers",
                "remove it"
            ) with
            {
                Severity = Severity.Warning,
            }
            : RuleFindings.WaiverVoid.At(
                waiver.Head.At,
                $"waiver {waiver.Head.Name} covers the value '{waiver.Value}', and {waiver.Document} now says '{other.Value}'"
            ) with
            {
                Severity = Severity.Warning,
            };
    }
}
