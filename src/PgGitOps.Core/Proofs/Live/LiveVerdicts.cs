using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Proofs.Live;

/// <param name="Because">One sentence, naming the evidence.</param>
/// <param name="Class">Of the weakest term the verdict rests on.</param>
public sealed record LiveVerdict(Verdict Verdict, string Because, EvidenceClass Class);

/// <summary>Static verdicts and fresh evidence together.</summary>
/// <remarks>Stale evidence never clears an alert: pass the previous verdict, and it stays as it was.</remarks>
public static class LiveVerdicts
{
    public static LiveVerdict Of(ScenarioProof cell, LiveEvidence live, DateTimeOffset now, LiveVerdict? previous = null)
    {
        if (cell.Verdict == Verdict.NotClaimed)
            return new LiveVerdict(Verdict.NotClaimed, "no objective is declared here", EvidenceClass.Proven);
        if (cell.Verdict == Verdict.Impossible)
            return new LiveVerdict(
                Verdict.Impossible,
                cell.Counterexample?.Text ?? "refuted by configuration",
                EvidenceClass.Derived
            );
        // Seen is what the servers have, whoever brought it about.
        cell = cell.IfEnforced ?? cell;
        if (live.Alarms.Blind is { } blind)
            return Frozen(new LiveVerdict(Verdict.Unknown, blind, EvidenceClass.Unknown), previous);
        if (WeakCommit(cell, live, now) is { } weak)
            return weak;
        if (cell.Claim.LossLimit is not null && live.Alarms.Loss.Count > 0)
            return new LiveVerdict(Verdict.AtRisk, string.Join("; ", live.Alarms.Loss), EvidenceClass.Measured);
        if (WeakenedFor(cell, live) is { Verdict: Verdict.Impossible } broken)
            return new LiveVerdict(Verdict.AtRisk, broken.Because, EvidenceClass.Measured);
        if (cell.Claim.OutageLimit is not null && live.Alarms.Outage.Count > 0)
            return new LiveVerdict(Verdict.AtRisk, string.Join("; ", live.Alarms.Outage), EvidenceClass.Measured);
        var usesRestore =
            cell.Path?.Kind is PathKind.RestoreFromRepository or PathKind.PointInTimeRestore
            || cell.Claim.Scope == ClaimScope.PointInTime;
        var result = usesRestore ? ByDrill(cell, live, now) : ByLag(cell, live, now);
        return Frozen(result, previous);
    }

    /// <summary>What was at risk stays so until fresh evidence says otherwise.</summary>
    private static LiveVerdict Frozen(LiveVerdict result, LiveVerdict? previous)
    {
        if (result.Class != EvidenceClass.Unknown || previous is not { Verdict: Verdict.AtRisk or Verdict.Breached })
            return result;
        var because = previous.Because.Split(StaleWords, 2)[0];
        return previous with { Because = $"{because}{StaleWords} ({result.Because})" };
    }

    private static LiveVerdict? WeakCommit(ScenarioProof cell, LiveEvidence live, DateTimeOffset now)
    {
        if (!cell.Claim.IsZeroLoss || live.WeakestCommit is not { } found || found.Value >= (int)CommitLevel.On)
            return null;
        var name = ((CommitLevel)(int)found.Value).Spell();
        return new LiveVerdict(
            Verdict.AtRisk,
            $"zero data loss is declared, but synchronous_commit = {name} was found: {found.From}{(found.IsFresh(now) ? "" : ", and it was not verified since")}",
            EvidenceClass.Measured
        );
    }

    private static WeakenedLoss? WeakenedFor(ScenarioProof cell, LiveEvidence live) =>
        live.Alarms.Weakened.FirstOrDefault(w => w.Scenario == cell.Scenario);

    private const string StaleWords = "; since then no fresh evidence";

    private static LiveVerdict ByLag(ScenarioProof cell, LiveEvidence live, DateTimeOffset now)
    {
        if (cell.Claim.LossLimit is not { } limit || cell.LossVerdict == Verdict.Holds && WeakenedFor(cell, live) is null)
            return WithOutage(cell, new LiveVerdict(Verdict.Met, "configuration rules out any loss", EvidenceClass.Derived));
        var (evidence, gone) =
            cell.Path?.Kind == PathKind.PromoteCrossSite
                ? (live.CrossSiteLag, live.Alarms.CrossSiteGone)
                : (live.LocalLag, live.Alarms.LocalGone);
        if (gone is not null)
            return new LiveVerdict(Verdict.AtRisk, gone, EvidenceClass.Measured);
        if (evidence is null || !evidence.IsFresh(now))
            return new LiveVerdict(
                Verdict.Unknown,
                evidence is null ? "the lag could not be read" : $"the lag was last read at {evidence.At:u}",
                EvidenceClass.Unknown
            );
        var lag = Saturating.Seconds(evidence.Value);
        return lag > limit
            ? new LiveVerdict(
                Verdict.AtRisk,
                $"the lag is {Amounts.Round(lag)}, the objective is at most {Amounts.Round(limit)} ({evidence.From})",
                evidence.Class
            )
            : WithOutage(
                cell,
                new LiveVerdict(
                    Verdict.Met,
                    $"the lag is {Amounts.Round(lag)} of at most {Amounts.Round(limit)} ({evidence.From})",
                    evidence.Class
                )
            );
    }

    private static LiveVerdict WithOutage(ScenarioProof cell, LiveVerdict loss) =>
        cell.OutageVerdict switch
        {
            Verdict.Unproven => new LiveVerdict(
                Verdict.Unproven,
                $"{loss.Because}; the outage of {cell.Outage.Short} rests on guesses",
                EvidenceClass.Assumed
            ),
            Verdict.Unknown => new LiveVerdict(
                Verdict.Unknown,
                $"{loss.Because}; the outage is not known",
                EvidenceClass.Unknown
            ),
            _ => loss with { Class = EvidenceClasses.Weaker(loss.Class, cell.Outage.Class) },
        };

    private static LiveVerdict ByDrill(ScenarioProof cell, LiveEvidence live, DateTimeOffset now)
    {
        if (live.Drill is not { } drill)
            return new LiveVerdict(Verdict.Unproven, "no restore was ever tried", EvidenceClass.Unknown);
        if (!drill.Succeeded)
            return new LiveVerdict(Verdict.Breached, $"the last drill failed ({drill.From})", EvidenceClass.Measured);
        if (cell.Claim.OutageLimit is { } outage && drill.RestoreTook > outage)
            return new LiveVerdict(
                Verdict.Breached,
                $"the drill took {Amounts.Round(drill.RestoreTook)}, the objective is at most {Amounts.Round(outage)} ({drill.From})",
                EvidenceClass.Measured
            );
        if (cell.Claim.LossLimit is { } most && drill.LossMeasured is { } lost && lost > most)
            return new LiveVerdict(
                Verdict.Breached,
                $"the drill lost {Amounts.Round(lost)}, the objective is at most {Amounts.Round(most)} ({drill.From})",
                EvidenceClass.Measured
            );
        if (live.SizeBytes is not { } size)
            return new LiveVerdict(Verdict.Unknown, "the size of the data could not be read", EvidenceClass.Unknown);
        if (!drill.Proves(now, live.ConfigurationDigest, size))
            return new LiveVerdict(
                Verdict.Unproven,
                $"the last drill ({drill.From}) is too old, of another configuration or of much less data",
                EvidenceClass.Assumed
            );
        if (cell.Claim.LossLimit is { } limit)
        {
            if (live.ArchiveLag is not { } archive || !archive.IsFresh(now))
                return new LiveVerdict(Verdict.Unknown, "the archive's lag could not be read", EvidenceClass.Unknown);
            if (Saturating.Seconds(archive.Value) > limit)
                return new LiveVerdict(
                    Verdict.AtRisk,
                    $"WAL waits {Amounts.Round(Saturating.Seconds(archive.Value))} for the archive, the objective is at most {Amounts.Round(limit)} ({archive.From})",
                    archive.Class
                );
        }
        return new LiveVerdict(
            Verdict.Met,
            FormattableString.Invariant(
                $"drilled in {Amounts.Round(drill.RestoreTook)}, the slowest of {drill.Runs}: a bound for {drill.BoundedQuantile:P0} of restores at 95 % confidence ({drill.From})"
            ),
            EvidenceClass.Proven
        );
    }
}
