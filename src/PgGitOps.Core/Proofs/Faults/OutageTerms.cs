using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Faults;

/// <summary>The named parts that outages of one context are composed of.</summary>
public sealed class OutageTerms(Topology topology, Figures figures, BackupReach backups)
{
    private static readonly TimeSpan CrashRecoveryDefault = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan WorkDefault = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FencingDefault = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ChecksDefault = TimeSpan.FromMinutes(5);

    public OutageTerm Detection { get; } = Of("detection", figures.Detection);
    public OutageTerm Decision { get; } = Of("decision", figures.Decision);
    public OutageTerm Promote { get; } = Of("promotion", figures.Promotion);
    public OutageTerm Reconnect { get; } = Of("reconnect", figures.Reconnect);
    public OutageTerm RewriteRule { get; } = Of("rewriting the synchronous rule", figures.Promotion);

    public Outage Promotion(bool automatic, FailoverMode mode, bool crossSite, bool catchUp, bool stuck)
    {
        var terms = new List<OutageTerm>();
        if (automatic && topology.Cluster.Manager is ClusterManager.Patroni patroni)
        {
            terms.Add(new OutageTerm("ttl", patroni.Ttl, EvidenceClass.Derived, false));
            terms.Add(new OutageTerm("loop_wait", patroni.LoopWait, EvidenceClass.Derived, false));
        }
        else
        {
            terms.Add(Detection);
            if (!automatic)
                terms.Add(Decision);
        }
        if (crossSite && !automatic)
            terms.Add(new OutageTerm("fencing the old primary", FencingDefault, EvidenceClass.Assumed, true));
        if (catchUp)
            terms.Add(
                new OutageTerm("catching up from the furthest standby", figures.Promotion.Value, EvidenceClass.Assumed, true)
            );
        terms.Add(Promote);
        if (stuck)
        {
            if (automatic)
                terms.Add(Decision);
            terms.Add(RewriteRule);
        }
        terms.Add(Reconnect);
        return new Outage(terms.ToEquatableArray(), null);
    }

    public Outage Restart() =>
        topology.Cluster.Manager is ClusterManager.Patroni patroni
            ? Outage.Of(
                new OutageTerm("primary_start_timeout", patroni.PrimaryStartTimeout, EvidenceClass.Derived, false),
                Reconnect
            )
            : Outage.Of(
                Detection,
                new OutageTerm("crash recovery", CrashRecoveryDefault, EvidenceClass.Assumed, true),
                Reconnect
            );

    public Outage Switchover() =>
        Outage.Of(
            new OutageTerm("handing over", figures.Promotion.Value, EvidenceClass.Assumed, figures.Promotion.ByDefault),
            Reconnect
        );

    public Outage Downtime() => Outage.Of(new OutageTerm("the work itself", WorkDefault, EvidenceClass.Assumed, true), Reconnect);

    public Outage Restore() => Outage.Of(Detection, Decision, Transfer, Replay, Checks, Reconnect);

    public Outage RestoreAfterMistake() => Outage.Of(Decision, Transfer, Replay, Checks, Reconnect);

    public Outage TakeFromDelayed() =>
        Outage.Of(Decision, new OutageTerm("copying from the delayed standby", null, EvidenceClass.Unknown, false));

    private OutageTerm Transfer { get; } =
        new("size ÷ restore rate", Quotient(figures.Size, figures.RestoreBytesPerSecond), EvidenceClass.Assumed, false);

    /// <summary>WAL written since the last backup at the declared rate, at worst a whole interval of the schedule.</summary>
    private OutageTerm Replay { get; } =
        new(
            "WAL since the backup ÷ replay rate",
            backups.AnyGap is { } gap && figures.WalBytesPerSecond is { } rate
                ? Quotient(Saturating.Times(rate, gap), figures.ReplayBytesPerSecond)
                : null,
            EvidenceClass.Assumed,
            false
        );

    private static OutageTerm Checks { get; } = new("checks", ChecksDefault, EvidenceClass.Assumed, true);

    private static TimeSpan? Quotient(ByteCount? amount, ByteCount? perSecond) =>
        amount is null || perSecond is null ? null : Saturating.Quotient(amount, perSecond);

    private static OutageTerm Of(string name, Figure figure) => new(name, figure.Value, EvidenceClass.Assumed, figure.ByDefault);
}
