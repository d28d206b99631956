using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Settings;

namespace PgGitOps.Core.Planning.Dangers;

/// <summary>What is wrong with one server that no declared facet tells.</summary>
internal static class DangerousMembers
{
    internal static IEnumerable<Danger> Of(ClusterProblem problem, Topology topology, MemberView member) =>
        Settings(problem, member)
            .Concat(Files(problem, member))
            .Concat(DangerousAccess.Of(problem, member))
            .Concat(Slots(problem, topology, member))
            .Concat(Standbys(problem, member))
            .Concat(WaitingCommits(topology, member))
            .Concat(Upstream(problem, topology, member));

    private static IEnumerable<Danger> Settings(ClusterProblem problem, MemberView member)
    {
        var facts = member.Facts!;
        foreach (var setting in facts.Settings)
        {
            var path = new ObjectPath.Parameter(member.Name, setting.Name);
            var declared = problem.Desired.ByKey.ContainsKey(problem.Key(path, Field.Value));
            if (
                !declared
                && DangerousSettings.OfServer(
                    setting.Name,
                    SettingValue.ReadLive(problem.Catalog.Find(setting.Name), setting.Value)
                )
                    is { } consequence
            )
                yield return new Danger(path, Field.Value, setting.Value, consequence);
            if (!declared && setting is { Name: "synchronous_standby_names", Value.Length: > 0 })
                yield return new Danger(path, Field.Value, setting.Value, "commits wait for standbys that no document names");
            if (!declared && setting.PendingRestart && !WaitsByPlan(problem, member, path, setting.Name))
                yield return new Danger(
                    path,
                    Field.PendingRestart,
                    facts.LineOf(setting.Name)?.Value ?? "true",
                    "the next restart, for whatever reason, changes it"
                );
            if (declared && setting.Source is "command line" or "environment variable")
                yield return new Danger(
                    path,
                    Field.Source,
                    setting.Source,
                    "whatever the files say, the server takes the value it was started with"
                );
        }
        if (!facts.DataChecksums && problem.Cluster.Storage is not { DataChecksums: false })
            yield return new Danger(
                new ObjectPath.Member(member.Name),
                Field.DataChecksums,
                "off",
                "corruption on disk goes unnoticed and is replicated and backed up"
            );
    }

    /// <summary>What waits is our own: a value we wrote and Git gave up before the restart, or one of ours that we took back.</summary>
    private static bool WaitsByPlan(ClusterProblem problem, MemberView member, ObjectPath path, string name)
    {
        var configured = problem.Key(path, Field.Configured);
        return member.Facts!.FileSettings.Any(l => l.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && IsAuto(l))
            ? problem.IsOurs(configured)
                && problem.Live.TryGetValue(configured, out var live)
                && live.Canonical == problem.Applied[configured]
            : problem.IsOurs(problem.Key(path, Field.Value));
    }

    private static IEnumerable<Danger> Files(ClusterProblem problem, MemberView member)
    {
        var waiting = member
            .Facts!.Settings.Where(s => s.PendingRestart)
            .Select(s => s.Name)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var line in member.Facts!.FileSettings)
        {
            if (string.IsNullOrEmpty(line.Name))
            {
                // A setting that was taken out of the files has no line left: its wait for a restart is told as an error of none.
                if (
                    line.Error is not null
                    && !(line.File.Length == 0 && waiting.Any(w => line.Error.Contains($"\"{w}\"", StringComparison.Ordinal)))
                )
                    yield return new Danger(
                        new ObjectPath.Member(member.Name),
                        Field.ConfigurationFile,
                        $"{FileName(line.File)}:{line.Line}: {line.Error}",
                        "the server may not start again, and reloads are refused"
                    );
                continue;
            }
            var path = new ObjectPath.Parameter(member.Name, line.Name);
            var needsRestart = problem.Catalog.Find(line.Name) is { NeedsRestart: true };
            if (line.Error is not null && !needsRestart)
                yield return new Danger(
                    path,
                    Field.ConfigurationFile,
                    $"{FileName(line.File)}:{line.Line}: {line.Error}",
                    "the line has no effect, and reloads are refused while it stands there"
                );
            var declared = problem.Desired.ByKey.ContainsKey(problem.Key(path, Field.Value));
            var isOurs =
                problem.IsOurs(problem.Key(path, Field.Value))
                || problem.IsOurs(problem.Key(path, Field.Configured))
                || line.Name is "primary_conninfo" or "primary_slot_name" or "recovery_target_timeline";
            // PostgreSQL puts an error on a line that waits for a restart too. Once the server has seen it, it was told as waiting above.
            if (!declared && !isOurs && IsAuto(line) && (line.Error is null || needsRestart) && !waiting.Contains(line.Name))
                yield return new Danger(
                    path,
                    Field.AlterSystem,
                    line.Value ?? "",
                    "somebody set it by ALTER SYSTEM; it overrides the configuration file"
                );
        }
    }

    private static IEnumerable<Danger> Slots(ClusterProblem problem, Topology topology, MemberView member)
    {
        var declared = SlotsOfMembers(problem, topology);
        foreach (var slot in member.Facts!.Slots)
        {
            var path = new ObjectPath.Slot(member.Name, slot.Name);
            if (slot.WalStatus is "lost" or "unreserved")
                yield return new Danger(
                    path,
                    Field.WalStatus,
                    slot.WalStatus,
                    "whoever uses it cannot catch up any more and has to be cloned again"
                );
            // A copy says nothing of its own: the primary's slot is told there. A base backup's goes with it.
            if (slot.Synced || (slot.Temporary && slot.Name.StartsWith("pg_basebackup_", StringComparison.Ordinal)))
                continue;
            var isExpected = slot.Type == "physical" && declared.Contains(slot.Name);
            if (!isExpected)
                yield return new Danger(
                    path,
                    slot.Active ? Field.Undeclared : Field.Inactive,
                    $"{slot.Type}{(slot.Active ? "" : ", inactive")}",
                    slot.Active
                        ? "a consumer that no document names receives every change"
                        : "it keeps WAL for nobody until the disk is full"
                );
            else if (!slot.Active && slot.RestartLsn is not null)
                yield return new Danger(
                    path,
                    Field.Inactive,
                    "physical, inactive",
                    "it keeps WAL for a standby that is not connected until the disk is full"
                );
        }
    }

    /// <summary>Slots by the members' names, and those that a member was told to use, or uses, under another name: it may have been set up by hand.</summary>
    private static HashSet<string> SlotsOfMembers(ClusterProblem problem, Topology topology)
    {
        var slots = problem.Cluster.Members.Select(m => m.SlotName).ToHashSet(StringComparer.Ordinal);
        foreach (var member in topology.Members)
        {
            if (member.Facts?.WalReceiver?.SlotName is { Length: > 0 } used)
                slots.Add(used);
            if (member.Facts?.Setting("primary_slot_name")?.Value is { Length: > 0 } told)
                slots.Add(told);
        }
        return slots;
    }

    private static IEnumerable<Danger> Standbys(ClusterProblem problem, MemberView member)
    {
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var standby in member.Facts!.Standbys)
            seen[standby.ApplicationName] = seen.GetValueOrDefault(standby.ApplicationName) + 1;
        foreach (var (name, count) in seen.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            var path = new ObjectPath.Standby(member.Name, name);
            var isMember = problem.Cluster.Members.Any(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            // A base backup in progress streams too, under its own name.
            if (!isMember && name != "pg_basebackup")
                yield return new Danger(
                    path,
                    Field.Undeclared,
                    "connected",
                    "a receiver that no document names gets a copy of everything"
                );
            if (isMember && count > 1)
                yield return new Danger(
                    path,
                    Field.Duplicate,
                    $"{count} connections",
                    "an impostor under a member's name can acknowledge commits in its place"
                );
        }
    }

    /// <summary>Also what the document itself asks for can stop every commit: after a promotion the rule may list nobody but the new primary.</summary>
    private static IEnumerable<Danger> WaitingCommits(Topology topology, MemberView member)
    {
        if (
            member.Name != topology.PrimaryName
            || member.Facts!.Setting("synchronous_commit")?.Value is "off" or "local"
            || member.Facts.Setting("synchronous_standby_names") is not { Value: var text }
            || StandbyRule.TryParse(text) is not { Needed: > 0 } rule
        )
            yield break;
        var streaming = member
            .Facts.Standbys.Where(s => s.State == "streaming" && rule.Lists(s.ApplicationName))
            .Select(s => s.ApplicationName.ToLowerInvariant())
            .Distinct()
            .Count();
        if (streaming < rule.Needed)
        {
            yield return new Danger(
                new ObjectPath.Parameter(member.Name, "synchronous_standby_names"),
                Field.Waiting,
                $"{text}, {streaming} of {rule.Needed} streaming",
                "every commit waits, and none is acknowledged, until enough of the listed standbys stream"
            )
            {
                Advice = "bring the listed standbys back, or change replication.synchronous in Git",
            };
        }
    }

    private static IEnumerable<Danger> Upstream(ClusterProblem problem, Topology topology, MemberView member)
    {
        if (topology.PrimaryFacts is not { } primary || member.Name == topology.PrimaryName)
            yield break;
        var declared = problem.Cluster.FindMember(member.Name)!;
        if (problem.Cluster.FindMember(Topology.UpstreamOf(declared, topology.PrimaryName!)) is not { } expected)
            yield break;
        var host = problem.Environment.Hosts.FirstOrDefault(h => h.Name == expected.Host);
        if (problem.Strayed.TryGetValue(member.Name, out var strayed))
            yield return new Danger(
                new ObjectPath.Member(member.Name),
                Field.History,
                "another than the primary's",
                $"{strayed}: it cannot follow, and what it holds beyond the fork the primary never had"
            )
            {
                Advice = "save what it holds if that is needed, then remove its data directory: it is cloned again",
            };
        if (member.Facts!.WalReceiver is not { } receiver)
        {
            if (PointsElsewhere(problem, topology, member, expected, host) is { } elsewhere)
                yield return elsewhere;
            yield break;
        }
        if (
            receiver.SenderPort is { } port
            && (
                port != expected.Port
                || (receiver.SenderHost is { } sender && host is not null && sender != host.Address && sender != host.Name)
            )
        )
            yield return new Danger(
                new ObjectPath.Member(member.Name),
                Field.Upstream,
                $"{receiver.SenderHost}:{port}",
                $"it does not stream from {expected.Name}"
            );
        if (receiver.ReceivedTimeline is { } timeline && timeline != primary.Timeline)
            yield return new Danger(
                new ObjectPath.Member(member.Name),
                Field.Timeline,
                timeline.ToString(System.Globalization.CultureInfo.InvariantCulture),
                $"the primary writes timeline {primary.Timeline}: what it holds may have diverged"
            );
    }

    /// <summary>A standby that receives nothing, and asks somebody else than its source for it.</summary>
    private static Danger? PointsElsewhere(
        ClusterProblem problem,
        Topology topology,
        MemberView member,
        Member expected,
        DatabaseHost? host
    )
    {
        if (
            member.Facts!.Setting("primary_conninfo")?.Value is not { Length: > 0 } text
            || Conninfo.Parse(text) is not { Count: > 0 } words
            || !words.TryGetValue("host", out var at)
        )
            return null;
        var port = words.GetValueOrDefault("port", "5432");
        if (
            port == expected.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)
            && (host is null || at == host.Address || at == host.Name)
        )
            return null;
        var target = problem.Cluster.Members.FirstOrDefault(m =>
            port == m.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)
            && problem.Environment.Hosts.Any(h => h.Name == m.Host && (h.Address == at || h.Name == at))
        );
        var what = target is null
            ? "no member of this cluster"
            : $"{target.Name}, which is {(topology.Find(target.Name)?.Status is MemberStatus.Primary or MemberStatus.Standby ? "not its source" : "down")}";
        return new Danger(
            new ObjectPath.Member(member.Name),
            Field.Upstream,
            $"{at}:{port}",
            $"it points to {what}, and receives nothing"
        );
    }

    private static bool IsAuto(FileSettingFact line) => FileName(line.File) == "postgresql.auto.conf";

    private static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];
}
