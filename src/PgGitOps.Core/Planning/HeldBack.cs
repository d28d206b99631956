namespace PgGitOps.Core.Planning;

/// <summary>Which later steps of a run may not be tried any more once a step of it did not hold, or was not tried itself.</summary>
/// <remarks>
/// A plan is simulated as a whole, so a step may rest on an earlier one in three ways: it says so (<see cref="Step.DependsOn"/>);
/// it reads or writes a value that the earlier one writes; or both are parts of one careful order of which the steps say
/// nothing, because the plan checker found it: which servers run, and what makes a commit durable. Everything else goes on.
/// </remarks>
public static class HeldBack
{
    /// <summary>Settings that decide what an acknowledged commit survives, on servers, databases and roles.</summary>
    private static readonly HashSet<string> Durability = new(StringComparer.Ordinal)
    {
        "synchronous_standby_names",
        "synchronous_commit",
        "fsync",
        "full_page_writes",
        "wal_level",
        "wal_sync_method",
        "data_checksums",
    };

    /// <param name="failed">It was tried and did not hold.</param>
    public static bool ByFailure(Step failed, Step later) =>
        ByAbsence(failed, later)
        || (
            IsLifecycle(failed) && (MemberOf(later.Action) == MemberOf(failed.Action) || Stops(later) || TouchesDurability(later))
        )
        || (TouchesDurability(failed) && TouchesDurability(later));

    /// <param name="missing">It was not tried: it waits, or was itself held back.</param>
    public static bool ByAbsence(Step missing, Step later)
    {
        if (later.DependsOn.Any(d => d.On == missing.Id))
            return true;
        var changes = missing.Effects.Select(e => e.Key).ToHashSet();
        return later.Effects.Any(e => changes.Contains(e.Key))
            || later.Preconditions.Any(p => changes.Contains(p.Key))
            // What the missing step still needs to find must not be changed under it.
            || missing.Preconditions.Any(p => later.Effects.Any(e => e.Key == p.Key));
    }

    /// <summary>Brings a server up, down, or into being.</summary>
    public static bool IsLifecycle(Step step) =>
        step.Action
            is StepAction.InitialisePrimary
                or StepAction.CloneStandby
                or StepAction.StartServer
                or StepAction.RestartServer;

    /// <summary>The member that a step acts on.</summary>
    public static string MemberOf(StepAction action) =>
        action.Match(
            a => a.Member,
            a => a.Member,
            a => a.Member,
            a => a.Member,
            a => a.Member,
            a => a.Member,
            a => a.Member,
            a => a.Member
        );

    // One server that did not come back is enough: whatever kept it down may keep down the next.
    private static bool Stops(Step step) =>
        step.Action is StepAction.RestartServer || step.Hazards.Any(h => h.Kind == HazardKind.Restart);

    private static bool TouchesDurability(Step step) =>
        step.Effects.Any(e => e.Key.Object.ParameterName is { } name && Durability.Contains(name));
}
