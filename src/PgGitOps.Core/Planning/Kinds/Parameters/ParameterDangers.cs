using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Planning.Kinds.Parameters;

/// <summary>Parameters of one server that nobody declared and that weaken it, and what keeps a declared one from counting.</summary>
internal static class ParameterDangers
{
    internal static IEnumerable<Danger> Of(DangerScope seen, MemberView member) =>
        Settings(seen.Problem, member).Concat(Files(seen.Problem, member)).Concat(WaitingCommits(seen.Topology, member));

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
            // A fault of no setting is told of the server.
            if (string.IsNullOrEmpty(line.Name))
                continue;
            var path = new ObjectPath.Parameter(member.Name, line.Name);
            var needsRestart = problem.Catalog.Find(line.Name) is { NeedsRestart: true };
            if (line.Error is not null && !needsRestart)
                yield return new Danger(
                    path,
                    Field.ConfigurationFile,
                    $"{line.FileName}:{line.Line}: {line.Error}",
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

    /// <summary>Also what the document itself asks for can stop every commit: after a promotion the rule may list nobody but the new primary.</summary>
    private static IEnumerable<Danger> WaitingCommits(Topology topology, MemberView member)
    {
        if (
            member.Name != topology.PrimaryName
            || member.Facts!.Setting("synchronous_commit")?.Value is "off" or "local"
            || member.Facts.Setting("synchronous_standby_names") is not { Value: var text }
            || SynchronousRule.TryParse(text) is not { Count: > 0 } rule
        )
            yield break;
        var streaming = member
            .Facts.Standbys.Where(s => s.State == "streaming" && rule.Lists(s.ApplicationName))
            .Select(s => s.ApplicationName.ToLowerInvariant())
            .Distinct()
            .Count();
        if (streaming < rule.Count)
        {
            yield return new Danger(
                new ObjectPath.Parameter(member.Name, "synchronous_standby_names"),
                Field.Waiting,
                $"{text}, {streaming} of {rule.Count} streaming",
                "every commit waits, and none is acknowledged, until enough of the listed standbys stream"
            )
            {
                Advice = "bring the listed standbys back, or change replication.synchronous in Git",
            };
        }
    }

    private static bool IsAuto(FileSettingFact line) => line.FileName == "postgresql.auto.conf";
}
