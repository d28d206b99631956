using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Kinds.Parameters;

/// <summary>Parameters by ALTER SYSTEM: one reload a member, a restart only where the parameter needs one, one server at a time.</summary>
internal static class ParameterSteps
{
    // A standby refuses to replay while one of these is lower than on its primary (hot standby).
    private static readonly HashSet<string> StandbyFollows = new(StringComparer.Ordinal)
    {
        "max_connections",
        "max_locks_per_transaction",
        "max_prepared_transactions",
        "max_wal_senders",
        "max_worker_processes",
    };

    /// <param name="To">Null to take our value back (RESET).</param>
    private sealed record Setting(string Name, string Member, FacetValue? To, SourceSpan? At, bool WriteFile, bool NeedsRestart);

    internal static void Draft(PlanDraft draft)
    {
        if (draft.Primary is not { } primary)
            return;
        var changes = draft
            .Problem.Cluster.Members.Where(m => draft.StatusOf(m.Name) is MemberStatus.Primary or MemberStatus.Standby)
            .ToDictionary(m => m.Name, m => Collect(draft, m.Name), StringComparer.Ordinal);
        if (changes.Values.All(c => c.Count == 0))
            return;

        var onPrimary = RefuseRaisesBeforeStandbys(draft, primary, changes);
        var lastRestart = (string?)null;
        var standbys = draft
            .Problem.Cluster.Members.Where(m => m.Name != primary && changes.ContainsKey(m.Name))
            .Select(m => m.Name)
            .ToArray();
        var late = standbys.ToDictionary(
            s => s,
            s => changes[s].Where(c => WaitsForPrimary(draft, primary, c)).ToList(),
            StringComparer.Ordinal
        );
        foreach (var standby in standbys)
            lastRestart = Member(draft, standby, [.. changes[standby].Except(late[standby])], "", lastRestart, null);
        var raises = onPrimary.Any(c => StandbyFollows.Contains(c.Name));
        lastRestart = Member(
            draft,
            primary,
            onPrimary,
            "",
            lastRestart,
            raises ? "the standbys need the higher value first, or they stop replaying" : null
        );
        foreach (var standby in standbys)
            lastRestart = Member(
                draft,
                standby,
                late[standby],
                "-lower",
                lastRestart,
                "the primary has to be lowered first, or the standby stops replaying"
            );
    }

    private static List<Setting> Collect(PlanDraft draft, string member)
    {
        var problem = draft.Problem;
        List<Setting> settings = [];
        foreach (var facet in problem.Desired.All)
        {
            if (
                facet.Key.Object is not ObjectPath.Parameter { Name: var name } parameter
                || parameter.Member != member
                || facet.Key.Field != Field.Value
            )
                continue;
            if (SynchronousSteps.Owns(problem, name))
                continue;
            var configured = facet.Key with { Field = Field.Configured };
            var valueDiffers = draft.Wants(facet);
            var fileDiffers = draft.Wants(problem.Desired.ByKey[configured]);
            if (!valueDiffers && !fileDiffers)
                continue;
            if (problem.Overrides.TryGetValue(facet.Key.Object, out var source))
            {
                var why =
                    $"{name} on {member} is held at {draft.State[facet.Key]?.Display ?? "its value"} by {source}, which ALTER SYSTEM cannot beat";
                draft.Refuse(
                    new Refusal(
                        PlanRule.Overridden,
                        why + ".",
                        "Remove the override where it stands: in the file, or in the way the server is started.",
                        facet.At
                    )
                );
                draft.LeaveAlone(facet.Key, why);
                continue;
            }
            if (name.Contains('.') && !problem.Catalog.IsLive(name))
            {
                // ALTER SYSTEM refuses the parameter of a library that is not loaded; the plan after the restart sets it.
                foreach (var key in (FacetKey[])[facet.Key, configured])
                    draft.LeaveAlone(
                        key,
                        "PostgreSQL does not know it before its library is loaded: shared_preload_libraries and a restart come first"
                    );
                continue;
            }
            settings.Add(
                new Setting(
                    name,
                    member,
                    facet.Value,
                    facet.At,
                    fileDiffers,
                    valueDiffers && problem.Catalog.Find(name)!.NeedsRestart
                )
            );
        }
        foreach (var key in draft.Dropped)
        {
            if (
                key.Object is not ObjectPath.Parameter { Name: var name } parameter
                || parameter.Member != member
                || !draft.MayChange(key)
            )
                continue;
            var earlier = settings.FindIndex(s => s.Name == name);
            var setting = earlier >= 0 ? settings[earlier] : new Setting(name, member, null, null, false, false);
            setting =
                key.Field == Field.Configured
                    ? setting with
                    {
                        WriteFile = true,
                    }
                    : setting with
                    {
                        NeedsRestart = problem.Catalog.Find(name)?.NeedsRestart ?? false,
                    };
            if (earlier >= 0)
                settings[earlier] = setting;
            else
                settings.Add(setting);
        }
        return settings;
    }

    private static bool WaitsForPrimary(PlanDraft draft, string primary, Setting setting) =>
        StandbyFollows.Contains(setting.Name)
        && (setting.To is null || Number(setting.To) < Number(draft.State[ValueKey(draft, primary, setting.Name)]));

    /// <summary>A value the standbys must not fall behind is raised on the primary only when every standby can be raised before.</summary>
    private static List<Setting> RefuseRaisesBeforeStandbys(
        PlanDraft draft,
        string primary,
        Dictionary<string, List<Setting>> changes
    )
    {
        List<Setting> allowed = [];
        foreach (var setting in changes[primary])
        {
            var now = draft.State[ValueKey(draft, primary, setting.Name)];
            var behind =
                !StandbyFollows.Contains(setting.Name) || setting.To is null || Number(setting.To) <= Number(now)
                    ? []
                    : draft
                        .Problem.Cluster.Members.Where(m => m.Name != primary && !CanFollow(m.Name))
                        .Select(m => m.Name)
                        .ToArray();
            if (behind.Length == 0)
            {
                allowed.Add(setting);
                continue;
            }
            var why =
                $"{setting.Name} cannot be raised on {primary} before {string.Join(", ", behind)}, which cannot be changed now: it would stop replaying";
            draft.Refuse(new Refusal(PlanRule.StandbyFirst, why + ".", null, setting.At));
            draft.LeaveAlone(ValueKey(draft, primary, setting.Name), why);

            bool CanFollow(string member) =>
                draft.StatusOf(member) == MemberStatus.Standby
                && (
                    changes[member].Any(c => c.Name == setting.Name)
                    || Number(draft.State[ValueKey(draft, member, setting.Name)]) >= Number(setting.To)
                );
        }
        return allowed;
    }

    /// <returns>Id of the last restart so far.</returns>
    private static string? Member(
        PlanDraft draft,
        string member,
        List<Setting> settings,
        string suffix,
        string? lastRestart,
        string? setAfterRestart
    )
    {
        if (settings.Count == 0)
            return lastRestart;
        // What has to wait for other servers' restarts must not hold up what only needs a reload.
        var late =
            setAfterRestart is null || lastRestart is null ? [] : settings.Where(s => StandbyFollows.Contains(s.Name)).ToList();
        var set = Set(draft, member, [.. settings.Except(late)], suffix);
        var lateSet = Set(draft, member, late, suffix.Length > 0 ? suffix : "-raise");
        lateSet?.After.Add(new StepDependency(lastRestart!, setAfterRestart!));
        foreach (var step in new[] { set, lateSet }.OfType<StepDraft>())
            draft.Add(step);
        var waiting = settings.Where(s => s.NeedsRestart).ToList();
        return waiting.Count == 0 ? lastRestart : Restart(draft, member, waiting, suffix, lateSet?.Id ?? set?.Id, lastRestart);
    }

    private static StepDraft? Set(PlanDraft draft, string member, List<Setting> settings, string suffix)
    {
        if (settings.Count == 0)
            return null;
        var immediate = settings.Where(s => !s.NeedsRestart).ToList();
        if (immediate.Count == 0 && !settings.Exists(s => s.WriteFile))
            return null;
        List<string> statements = [.. settings.Where(s => s.WriteFile).Select(s => AlterSystem.Write(s.Name, s.To?.Written))];
        statements.Add("SELECT pg_catalog.pg_reload_conf()");
        var path = new ObjectPath.Member(member);
        var step = new StepDraft
        {
            Id = $"{draft.Problem.Cluster.Name}/{path}/parameters{suffix}",
            Title =
                $"{(settings.TrueForAll(s => s.To is null) ? "reset" : "set")} {string.Join(", ", settings.Select(s => s.Name))} on {member}",
            Action = new StepAction.ExecuteSql(member, "postgres", statements.ToEquatableArray(), InTransaction: false),
            Timeout = StepTimeouts.Sql,
            Because = settings.Find(s => s.At is not null)?.At,
        };
        step.Needs.Add(new Need(draft.Problem.Key(path, Field.Running), CanonicalForm.True, $"{member} has to run"));
        foreach (var setting in settings)
        {
            var key = ValueKey(draft, member, setting.Name);
            if (setting.WriteFile || !setting.NeedsRestart)
                step.Changing(draft.State, key with { Field = Field.Configured }, setting.To);
            if (!setting.NeedsRestart)
                step.Changing(draft.State, key, setting.To);
        }
        step.Hazards.Add(new Hazard(HazardKind.Reload, $"reloads the configuration of {member}"));
        return step;
    }

    private static string Restart(
        PlanDraft draft,
        string member,
        List<Setting> settings,
        string suffix,
        string? set,
        string? lastRestart
    )
    {
        var path = new ObjectPath.Member(member);
        var isPrimary = draft.StatusOf(member) == MemberStatus.Primary;
        var step = new StepDraft
        {
            Id = $"{draft.Problem.Cluster.Name}/{path}/restart{suffix}",
            Title = $"restart {member} for {string.Join(", ", settings.Select(s => s.Name))}",
            Action = new StepAction.RestartServer(member),
            Timeout = StepTimeouts.Restart,
            Because = settings.Find(s => s.At is not null)?.At,
            Window = "restart",
        };
        if (set is not null)
            step.After.Add(new StepDependency(set, "the new values have to be written first"));
        if (lastRestart is not null)
            step.After.Add(
                new StepDependency(
                    lastRestart,
                    "one restart at a time, standbys before the primary, each streaming again before the next"
                )
            );
        step.Needs.Add(new Need(draft.Problem.Key(path, Field.Running), CanonicalForm.True, $"{member} has to run"));
        foreach (var setting in settings)
        {
            var key = ValueKey(draft, member, setting.Name);
            step.Before.Add(
                new FacetState(key with { Field = Field.Configured }, draft.State[key with { Field = Field.Configured }])
            );
            step.Changing(draft.State, key, setting.To);
        }
        if (isPrimary)
            step.Hazards.Add(
                new Hazard(HazardKind.Restart, $"{member} is the primary: every connection ends and writes stop until it is back")
            );
        else
            step.Hazards.Add(new Hazard(HazardKind.Restart, $"sessions on standby {member} end"));
        if (!isPrimary && SynchronousSteps.WouldWaitWithout(draft, member) is { } waits)
            step.Hazards.Add(new Hazard(HazardKind.CommitsMayWait, waits));
        draft.Add(step);
        return step.Id;
    }

    private static FacetKey ValueKey(PlanDraft draft, string member, string name) =>
        draft.Problem.Key(new ObjectPath.Parameter(member, name), Field.Value);

    private static long Number(FacetValue? value) =>
        long.TryParse(
            value?.Canonical,
            System.Globalization.NumberStyles.AllowLeadingSign,
            System.Globalization.CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : 0;
}
