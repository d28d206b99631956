using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Faults;

/// <summary>The smallest history that the configuration permits and the claim forbids.</summary>
/// <param name="Text">In one sentence.</param>
/// <param name="Steps">The same, one event each, in order; a live test can replay them.</param>
/// <param name="Primary">Member that acknowledges the commit.</param>
/// <param name="Acknowledgers">Standbys that acknowledged it; empty when none had to.</param>
/// <param name="Lost">Members lost.</param>
public sealed record Counterexample(
    string Text,
    EquatableArray<string> Steps,
    string Primary,
    EquatableArray<string> Acknowledgers,
    EquatableArray<string> Lost
)
{
    internal static Counterexample Of(Instance instance, Topology topology, RecoveryPaths book)
    {
        var primary = topology.Members[instance.Primary].Name;
        var fault = instance.Fault;
        var lossFails = instance.LossVerdict == Verdict.Impossible;
        if (instance.Claim.Scope == ClaimScope.PointInTime)
            return OfWindow(instance, topology, book, primary);
        if (!lossFails)
            return OfOutage(instance, topology);
        return instance.Path.Kind switch
        {
            PathKind.SplitBrain => Make(
                instance,
                topology,
                primary,
                [],
                $"when {fault.What}, the other side promotes while {primary} still acknowledges, and one of the two histories is thrown away",
                [
                    $"{fault.What}",
                    "the other side promotes a standby",
                    $"{primary} acknowledges a commit that the new primary never sees",
                ]
            ),
            PathKind.Nothing => Make(
                instance,
                topology,
                primary,
                [],
                $"when {fault.What}, nothing is left: no standby that may be promoted and no repository outside",
                [$"{primary} acknowledges a commit", fault.What]
            ),
            PathKind.RestoreFromRepository => OfArchive(instance, topology, book, primary),
            PathKind.RestartInPlace => OfRestart(instance, topology, book, primary),
            _ => OfAcknowledgement(instance, topology, book.AcknowledgementBy(instance.Primary), primary),
        };
    }

    private static Counterexample OfAcknowledgement(
        Instance instance,
        Topology topology,
        Acknowledgement acknowledgement,
        string primary
    )
    {
        var fault = instance.Fault;
        var gone =
            fault.Scenario == FailureScenario.Partition
                ? topology.All
                    - topology.Where(m => (fault.UnreachableSites(topology.Members[instance.Primary].Site) >> m.Site & 1) != 0)
                : fault.Lost;
        var acknowledgers = acknowledgement.AcknowledgersLostWith(gone) ?? MemberSet.Empty;
        var steps = new List<string>();
        string text;
        if (acknowledgers.IsEmpty)
        {
            var why = WhyNobodyAcknowledges(acknowledgement);
            text =
                instance.Path.LossAtLeast is { } latency && latency > TimeSpan.Zero && !instance.Claim.IsZeroLoss
                    ? $"a commit acknowledged by {primary} alone less than {Amounts.Round(latency)} before {fault.What} is gone: so long it takes one way to any standby that is left, since {why}"
                    : $"a commit acknowledged by {primary} alone is gone when {fault.What}, since {why}";
            if (acknowledgement.WaitsFor > 0 && acknowledgement.Level != CommitLevel.RemoteWrite)
                steps.Add($"{topology.Names(acknowledgement.Standbys)} disconnect from {primary}, and the rule is shrunk");
            steps.Add($"{primary} acknowledges a commit that no standby has made durable");
        }
        else
        {
            var together = acknowledgers.With(instance.Primary);
            var place = Together(topology, together, fault);
            text = $"a commit acknowledged by {topology.Names(acknowledgers)} only is gone when {fault.What}, since {place}";
            var ahead =
                acknowledgement.Rule.Method == SynchronousMethod.First
                    ? acknowledgement.Order.Where(i => !gone.Contains(i)).ToArray()
                    : [];
            var absent = acknowledgement.GuaranteedFrom - gone;
            if (!absent.IsEmpty)
            {
                steps.Add($"{topology.Names(absent)} {(absent.Count == 1 ? "is" : "are")} behind or disconnected");
                if (ahead.Length > 0 && acknowledgement.SurvivesNominal(gone))
                    text +=
                        $"; FIRST {acknowledgement.WaitsFor} slides to {topology.Names(acknowledgers)} while {topology.Names(absent)} {(absent.Count == 1 ? "is" : "are")} disconnected";
            }
            steps.Add($"a commit on {primary} is acknowledged by {topology.Names(acknowledgers)}");
        }
        steps.Add(fault.What);
        var left = topology.Promotable - gone;
        if (!left.IsEmpty)
            steps.Add($"{topology.Members[left.Indexes.First()].Name} is promoted, and the commit is not there");
        return Make(instance, topology, primary, acknowledgers.Indexes.Select(i => topology.Members[i].Name), text, steps);
    }

    private static string Together(Topology topology, MemberSet members, Fault fault) =>
        fault.Size > 1 || fault.Scenario == FailureScenario.Partition
            ? $"{topology.Names(members)} are all among the lost"
            : $"{topology.Names(members)} are {(members.Count == 2 ? "both" : "all")} there";

    private static string WhyNobodyAcknowledges(Acknowledgement acknowledgement)
    {
        if (acknowledgement.WaitsFor > 0 && acknowledgement.Level == CommitLevel.RemoteWrite)
            return "remote_write counts a standby that has only handed the WAL to its operating system";
        if (acknowledgement.WaitsFor > 0 && acknowledgement.Quirk.Floor == AcknowledgementFloor.None)
            return acknowledgement.Quirk.Why;
        if (acknowledgement.Level < CommitLevel.RemoteWrite)
            return $"synchronous_commit = {acknowledgement.Level.Spell()} waits for no standby";
        return "replication is asynchronous: no standby has to acknowledge";
    }

    private static Counterexample OfArchive(Instance instance, Topology topology, RecoveryPaths book, string primary)
    {
        var text = book.Backups.ArchiveTimeout is { } timeout
            ? $"a commit acknowledged by {primary} up to {Amounts.Round(instance.Path.Guaranteed.Duration ?? timeout)} before {instance.Fault.What} is gone: its WAL was not yet in a repository"
            : $"a commit acknowledged by {primary} is gone when {instance.Fault.What}: without an archive timeout a quiet context's WAL never leaves its host";
        return Make(
            instance,
            topology,
            primary,
            [],
            text,
            [
                $"{primary} acknowledges a commit in a WAL segment that is not archived yet",
                instance.Fault.What,
                "the newest backup is restored and the archive replayed, without the commit",
            ]
        );
    }

    private static Counterexample OfRestart(Instance instance, Topology topology, RecoveryPaths book, string primary)
    {
        var off = Durability.SwitchedOff(topology.Cluster);
        var text = off is not null
            ? $"a commit acknowledged by {primary} can be torn when its process or host crashes, since {off.Name} is off"
            : $"a commit acknowledged by {primary} up to {Amounts.Round(Saturating.Times(Durability.WalWriterDelay(topology.Cluster), 3))} before a crash is gone, since synchronous_commit = {book.Level.Spell()} does not wait for the disk";
        return Make(instance, topology, primary, [], text, [$"{primary} acknowledges a commit", instance.Fault.What]);
    }

    private static Counterexample OfWindow(Instance instance, Topology topology, RecoveryPaths book, string primary)
    {
        var wanted =
            instance.Fault.LostRepositories != 0
            && topology.Repositories.Length <= System.Numerics.BitOperations.PopCount(instance.Fault.LostRepositories)
                ? $"when {instance.Fault.What}, no other repository holds a backup"
            : !book.Backups.HasPlan || topology.Repositories.IsEmpty ? "the cluster has no backup plan"
            : $"just after a full backup the oldest one kept is {Amounts.Round(book.Backups.GuaranteedWindow ?? TimeSpan.Zero)} old; nothing before it can be restored";
        return Make(instance, topology, primary, [], wanted, [instance.Fault.What, wanted]);
    }

    internal static Counterexample OfOutage(Instance instance, Topology topology)
    {
        var primary = topology.Members[instance.Primary].Name;
        var outage = instance.Path.Outage;
        var text = outage.Endless is not null
            ? $"when {primary} is primary and {instance.Fault.What}, writes stop until {outage.Endless}"
            : $"when {primary} is primary and {instance.Fault.What}, writes stop for {outage}: {instance.Path.Description}";
        return Make(instance, topology, primary, [], text, [instance.Fault.What, instance.Path.Description]);
    }

    private static Counterexample Make(
        Instance instance,
        Topology topology,
        string primary,
        IEnumerable<string> acknowledgers,
        string text,
        IEnumerable<string> steps
    ) =>
        new(
            text,
            steps.ToEquatableArray(),
            primary,
            acknowledgers.ToEquatableArray(),
            instance.Fault.Lost.Indexes.Select(i => topology.Members[i].Name).ToEquatableArray()
        );
}
