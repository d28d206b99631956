using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Settings;

namespace PgGitOps.Core.Planning.Kinds.Members;

/// <summary>What is wrong with one server as a whole: where it streams from, who streams from it, and what keeps it from starting again.</summary>
internal static class MemberDangers
{
    internal static IEnumerable<Danger> Of(DangerScope seen, MemberView member) =>
        Checksums(seen.Problem, member)
            .Concat(Files(member))
            .Concat(Standbys(seen.Problem, member))
            .Concat(Upstream(seen.Problem, seen.Topology, member));

    private static IEnumerable<Danger> Checksums(ClusterProblem problem, MemberView member)
    {
        if (!member.Facts!.DataChecksums && problem.Cluster.Storage is not { DataChecksums: false })
            yield return new Danger(
                new ObjectPath.Member(member.Name),
                Field.DataChecksums,
                "off",
                "corruption on disk goes unnoticed and is replicated and backed up"
            );
    }

    /// <summary>Lines of the configuration files that are no setting at all.</summary>
    private static IEnumerable<Danger> Files(MemberView member)
    {
        var waiting = member.Facts!.Settings.Where(s => s.PendingRestart).Select(s => s.Name).ToArray();
        foreach (var line in member.Facts.FileSettings.Where(l => string.IsNullOrEmpty(l.Name) && l.Error is not null))
        {
            // A setting that was taken out of the files has no line left: its wait for a restart is told as an error of none.
            if (line.File.Length == 0 && waiting.Any(w => line.Error!.Contains($"\"{w}\"", StringComparison.Ordinal)))
                continue;
            yield return new Danger(
                new ObjectPath.Member(member.Name),
                Field.ConfigurationFile,
                $"{line.FileName}:{line.Line}: {line.Error}",
                "the server may not start again, and reloads are refused"
            );
        }
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
}
