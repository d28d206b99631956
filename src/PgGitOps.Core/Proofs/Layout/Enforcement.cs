using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Layout;

/// <summary>A declared value that nobody keeps as declared.</summary>
/// <param name="Why">As a sentence that names it.</param>
public sealed record NotEnforced(string Why, SourceSpan At);

/// <summary>Which declared values stand: what the prover reads instead of the document, with the reason for each value that is no ground for a verdict.</summary>
/// <remarks>Exceptions count whether they have expired or not: a proof has no clock, and an expired one is removed in one line.</remarks>
internal sealed record Enforcement
{
    /// <summary>The cluster with the worst there can be in the place of what an exception takes out of the engine's hands.</summary>
    public required Cluster Excepted { get; init; }

    /// <summary>The same without what is left to a tool that this version does not operate.</summary>
    public required Cluster Operated { get; init; }

    public required EquatableArray<NotEnforced> Exceptions { get; init; }

    /// <summary>Of what is left to a tool: the archive.</summary>
    public required EquatableArray<NotEnforced> Unoperated { get; init; }

    /// <summary>Why nothing of the cluster is enforced at all, or null.</summary>
    public required NotEnforced? Whole { get; init; }

    public bool LeavesSomethingOut => Exceptions.Count + Unoperated.Count > 0 || Whole is not null;

    /// <summary>The proof of what is enforced, beside the proof of what is declared.</summary>
    /// <remarks>A claim that only an excepted value would keep is refuted; one that a tool or somebody else may keep, and nobody here does, is unknown.</remarks>
    public ContextProof Apply(ContextProof declared, ContextProof excepted, ContextProof operated) =>
        excepted with
        {
            Scenarios = [.. declared.Scenarios.Select((cell, i) => Apply(cell, excepted.Scenarios[i], operated.Scenarios[i]))],
        };

    private ScenarioProof Apply(ScenarioProof declared, ScenarioProof excepted, ScenarioProof operated)
    {
        var loss = Combine(excepted.LossVerdict, operated.LossVerdict);
        var outage = Combine(excepted.OutageVerdict, operated.OutageVerdict);
        var reasons = new List<NotEnforced>();
        if (excepted.Verdict != declared.Verdict || excepted.Guaranteed != declared.Guaranteed)
            reasons.AddRange(Exceptions);
        if (operated.Verdict != excepted.Verdict || operated.Guaranteed != excepted.Guaranteed)
            reasons.AddRange(Unoperated);
        var verdict = VerdictScale.Worse(loss, outage);
        if (Whole is not null && verdict is not (Verdict.NotClaimed or Verdict.Impossible))
            reasons.Add(Whole);
        if (reasons.Count == 0)
            return declared;
        return (verdict == Verdict.Impossible ? excepted : operated) with
        {
            Verdict = verdict,
            LossVerdict = loss,
            OutageVerdict = outage,
            Counterexample = verdict == Verdict.Impossible ? excepted.Counterexample : null,
            OtherCounterexample = verdict == Verdict.Impossible ? excepted.OtherCounterexample : null,
            Failing = excepted.Failing,
            All = excepted.All,
            Worst = excepted.Worst,
            IfEnforced = declared,
            NotEnforced = reasons.Select(r => $"{r.Why} ({r.At})").ToEquatableArray(),
        };
    }

    private Verdict Combine(Verdict excepted, Verdict operated)
    {
        var left = operated.Badness() > excepted.Badness() ? Verdict.Unknown : excepted;
        return Whole is not null && left is (Verdict.Holds or Verdict.Unproven) ? Verdict.Unknown : left;
    }

    public static Enforcement Of(Cluster cluster, FleetEnvironment environment)
    {
        var exceptions = new List<NotEnforced>();
        var excepted = WithoutExceptions(cluster, exceptions);
        var backup = OwnedPart.Backup;
        var operated =
            cluster.Backup is { } plan && !backup.WrittenBy.IsManaged(cluster)
                ? excepted with
                {
                    Backup = plan with { FullSchedule = null, DifferentialSchedule = null, ArchiveTimeout = null },
                }
                : excepted;
        return new Enforcement
        {
            Excepted = excepted,
            Operated = operated,
            Exceptions = exceptions.ToEquatableArray(),
            Unoperated = ReferenceEquals(operated, excepted)
                ? []
                :
                [
                    new NotEnforced(
                        $"nobody sets up the archive or takes the backups: {new NotManaged(backup.Name, backup.WrittenBy.Of(cluster.Manager), cluster.Backup!.At)}",
                        cluster.Backup!.At
                    ),
                ],
            Whole = WholeOf(cluster, environment),
        };
    }

    private static NotEnforced? WholeOf(Cluster cluster, FleetEnvironment environment)
    {
        if ((cluster.Mode ?? environment.Mode) == ReconcileMode.Observe)
            return new NotEnforced(
                $"{cluster.Name} is in mode observe, so that nothing is brought to what is declared",
                cluster.Mode is null ? environment.Head.At : cluster.Head.At
            );
        return null;
    }

    private static Cluster WithoutExceptions(Cluster cluster, List<NotEnforced> reasons)
    {
        if (cluster.Exceptions.Count == 0)
            return cluster;
        var changed = cluster;
        if (cluster.Replication.Synchronous is not null && Of("synchronous_standby_names") is { } ofRule)
            changed = changed with { Replication = cluster.Replication with { Synchronous = null } };
        foreach (
            var (name, worst) in ((string, string)[])
                [(EffectiveCommit.Setting, "off"), ("fsync", "off"), ("full_page_writes", "off")]
        )
        {
            if (Of(name) is { } exception)
                changed = changed with
                {
                    Parameters =
                    [
                        .. changed.Parameters.Where(p => !p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)),
                        new Parameter(name, worst, exception.At),
                    ],
                };
        }
        changed = changed with
        {
            Roles =
            [
                .. changed.Roles.Select(r =>
                    Find(cluster, new ObjectPath.RoleSetting(r.Name, EffectiveCommit.Setting)) is { } e
                        ? r with
                        {
                            Settings = Worst(r.Settings, e, $"{EffectiveCommit.Setting} of role {r.Name}"),
                        }
                        : r
                ),
            ],
            Databases =
            [
                .. changed.Databases.Select(d =>
                    Find(cluster, new ObjectPath.DatabaseSetting(d.Name, EffectiveCommit.Setting)) is { } e
                        ? d with
                        {
                            Settings = Worst(d.Settings, e, $"{EffectiveCommit.Setting} of database {d.Name}"),
                        }
                        : d
                ),
            ],
        };
        return reasons.Count == 0 ? cluster : changed;

        FieldException? Of(string parameter)
        {
            foreach (var member in cluster.Members)
            {
                if (Find(cluster, new ObjectPath.Parameter(member.Name, parameter)) is { } found)
                {
                    Add(parameter, found);
                    return found;
                }
            }
            return null;
        }

        EquatableArray<Parameter> Worst(EquatableArray<Parameter> settings, FieldException exception, string what)
        {
            Add(what, exception);
            return
            [
                .. settings.Where(s => !s.Name.Equals(EffectiveCommit.Setting, StringComparison.OrdinalIgnoreCase)),
                new Parameter(EffectiveCommit.Setting, CommitLevel.Off.Spell(), exception.At),
            ];
        }

        void Add(string what, FieldException exception) =>
            reasons.Add(
                new NotEnforced(
                    $"{what} is under the exception '{exception.Field}' ({(exception.Treatment == FieldTreatment.Ignore ? "ignore" : "observe")}), so that nobody keeps it as declared",
                    exception.At
                )
            );
    }

    /// <summary>The exception that takes the value of a setting out of the engine's hands, or null.</summary>
    private static FieldException? Find(Cluster cluster, ObjectPath path)
    {
        var first = cluster.Exceptions.FirstOrDefault(e => e.Matches(path, Field.Value));
        return first is { Treatment: FieldTreatment.Enforce } ? null : first;
    }
}
